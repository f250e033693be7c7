package io.j8s.controllers.storage;

import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.controllers.runtime.Written;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/// Binds claims to volumes and follows both through their lives (upstream:
/// `pkg/controller/volume/persistentvolume`). The volume is written first and the claim last, so
/// that whatever fails in between is found half done and finished. Volumes are made by external
/// provisioners; here they are only asked for.
public final class VolumeBinderController implements Controller {

    private static final Duration RESYNC =
            Duration.ofSeconds(15); // upstream: --pvclaimbinder-sync-period

    private static final String PROVISIONER = "volume.kubernetes.io/storage-provisioner";
    private static final String OLD_PROVISIONER = "volume.beta.kubernetes.io/storage-provisioner";
    private static final String PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
    private static final String NO_PROVISIONER = "kubernetes.io/no-provisioner";

    private final Api api;
    private final EventRecorder events;
    private final Informer<PersistentVolume> volumes;
    private final Informer<PersistentVolumeClaim> claims;
    private final Informer<StorageClass> classes;
    private final Written<PersistentVolume> writtenVolumes;
    private final WorkQueue<ObjectKey> claimQueue;
    private final WorkQueue<ObjectKey> volumeQueue;
    private final List<ControllerLoop<?>> loops;

    public VolumeBinderController(ControllerContext context) {
        this.api = context.api();
        this.events = context.events();
        this.volumes = context.informer(Kinds.PERSISTENT_VOLUMES);
        this.claims = context.informer(Kinds.CLAIMS);
        this.classes = context.informer(Kinds.STORAGE_CLASSES);
        this.writtenVolumes = new Written<>(volumes);
        VolumeMetrics.register(context.measures(), volumes, claims);
        this.claimQueue = context.queue("claims");
        this.volumeQueue = context.queue("volumes");
        // one worker each: two claims must not choose the same volume
        this.loops =
                List.of(
                        context.loop(claimQueue, this::syncClaim, 1),
                        context.loop(volumeQueue, this::syncVolume, 1));
        claims.onChange(this::claimChanged);
        volumes.onChange(this::volumeChanged);
        classes.onChange((_, _) -> enqueuePending());
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private void claimChanged(
            @Nullable PersistentVolumeClaim before, @Nullable PersistentVolumeClaim after) {
        if (after != null) {
            claimQueue.add(Meta.key(after));
        } else if (before != null && before.getSpec().getVolumeName() != null) {
            volumeQueue.add(ObjectKey.clusterScoped(before.getSpec().getVolumeName()));
        }
    }

    private void volumeChanged(
            @Nullable PersistentVolume before, @Nullable PersistentVolume after) {
        var volume = after == null ? before : after;
        if (volume == null) {
            return;
        }
        volumeQueue.add(Meta.key(volume));
        var ref = volume.getSpec().getClaimRef();
        if (ref != null) {
            claimQueue.add(new ObjectKey(Meta.orEmpty(ref.getNamespace()), ref.getName()));
        } else {
            enqueuePending();
        }
    }

    private void enqueuePending() {
        claims.list().stream()
                .filter(claim -> !isBound(claim))
                .forEach(claim -> claimQueue.add(Meta.key(claim)));
    }

    private static boolean isBound(PersistentVolumeClaim claim) {
        return Meta.annotations(claim).containsKey(BindingRules.BIND_COMPLETED);
    }

    private java.util.Optional<PersistentVolume> volume(String name) {
        return volumes.get(ObjectKey.clusterScoped(name)).map(writtenVolumes::newest);
    }

    Outcome syncClaim(ObjectKey key) {
        var found = claims.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        var claim = found.get();
        if (isBound(claim)) {
            return syncBound(claim);
        }
        var name = Meta.orEmpty(claim.getSpec().getVolumeName());
        if (name.isEmpty()) {
            return bindBest(claim);
        }
        var volume = volume(name);
        if (volume.isEmpty()) {
            return phase(claim, "Pending");
        }
        if (volume.get().getSpec().getClaimRef() == null) {
            if (!BindingRules.satisfies(volume.get(), claim)) {
                events.warning(
                        claim,
                        "VolumeMismatch",
                        "Cannot bind to requested volume \"%s\": requested PV is too small or has"
                                        .formatted(name)
                                + " another class, mode or access modes");
                return phase(claim, "Pending");
            }
            return bind(claim, volume.get());
        }
        if (BindingRules.isFor(volume.get(), claim)) {
            return bind(claim, volume.get());
        }
        events.warning(
                claim,
                "FailedBinding",
                "volume \"%s\" already bound to a different claim.".formatted(name));
        return phase(claim, "Pending");
    }

    private Outcome syncBound(PersistentVolumeClaim claim) {
        var name = Meta.orEmpty(claim.getSpec().getVolumeName());
        if (name.isEmpty()) {
            return lost(
                    claim,
                    "ClaimLost",
                    "Bound claim has lost reference to PersistentVolume. Data on the volume is"
                            + " lost!");
        }
        var volume = volume(name);
        if (volume.isEmpty()) {
            return lost(
                    claim,
                    "ClaimLost",
                    "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
        }
        if (volume.get().getSpec().getClaimRef() == null
                || BindingRules.isFor(volume.get(), claim)) {
            return bind(claim, volume.get());
        }
        return lost(
                claim,
                "ClaimMisbound",
                "Two claims are bound to the same volume, this one is bound incorrectly");
    }

    private Outcome lost(PersistentVolumeClaim claim, String reason, String message) {
        if (claim.getStatus() == null || !"Lost".equals(claim.getStatus().getPhase())) {
            phase(claim, "Lost");
            events.warning(claim, reason, message);
        }
        return Outcome.DONE;
    }

    private Outcome bindBest(PersistentVolumeClaim claim) {
        var className = BindingRules.className(claim);
        var storageClass = classes.get(ObjectKey.clusterScoped(className)).orElse(null);
        boolean delayed = BindingRules.isDelayed(claim, storageClass);
        var all = writtenVolumes.over(volumes::list, _ -> false);
        var best = BindingRules.best(claim, all, delayed);
        if (best.isPresent()) {
            return bind(claim, best.get());
        }
        if (delayed) {
            events.normal(
                    claim,
                    "WaitForFirstConsumer",
                    "waiting for first consumer to be created before binding");
        } else if (className.isEmpty()) {
            events.normal(
                    claim,
                    "FailedBinding",
                    "no persistent volumes available for this claim and no storage class is set");
        } else if (storageClass == null) {
            events.warning(
                    claim,
                    "ProvisioningFailed",
                    "storageclass.storage.k8s.io \"%s\" not found".formatted(className));
        } else {
            askProvisioner(claim, storageClass);
        }
        phase(claim, "Pending");
        // upstream: what a claim waits for is told again, or it would be forgotten with its event
        return new Outcome.Again(RESYNC);
    }

    private void askProvisioner(PersistentVolumeClaim claim, StorageClass storageClass) {
        var provisioner = storageClass.getProvisioner();
        if (provisioner.equals(NO_PROVISIONER)) {
            events.warning(
                    claim, "ProvisioningFailed", "no volume plugin matched name: " + provisioner);
            return;
        }
        if (!provisioner.equals(Meta.annotations(claim).get(PROVISIONER))) {
            api.update(
                    Kinds.CLAIMS,
                    new PersistentVolumeClaimBuilder(claim)
                            .editMetadata()
                            .addToAnnotations(PROVISIONER, provisioner)
                            .addToAnnotations(OLD_PROVISIONER, provisioner)
                            .endMetadata()
                            .build());
            return; // the changed claim comes back here
        }
        events.normal(
                claim,
                "ExternalProvisioning",
                ("Waiting for a volume to be created either by the external provisioner '%s' or"
                                + " manually by the system administrator. If volume creation is"
                                + " delayed, please verify that the provisioner is running and"
                                + " correctly registered.")
                        .formatted(provisioner));
    }

    private Outcome bind(PersistentVolumeClaim claim, PersistentVolume volume) {
        var bound = claimVolume(volume, claim);
        bound = phase(bound, "Bound", "");
        var stored = nameVolume(claim, bound);
        var status = stored.getStatus();
        boolean same =
                status != null
                        && "Bound".equals(status.getPhase())
                        && Objects.equals(status.getCapacity(), bound.getSpec().getCapacity())
                        && Objects.equals(
                                status.getAccessModes(), bound.getSpec().getAccessModes());
        if (!same) {
            api.updateStatus(
                    Kinds.CLAIMS,
                    new PersistentVolumeClaimBuilder(stored)
                            .editOrNewStatus()
                            .withPhase("Bound")
                            .withAccessModes(bound.getSpec().getAccessModes())
                            .withCapacity(bound.getSpec().getCapacity())
                            .endStatus()
                            .build());
        }
        return Outcome.DONE;
    }

    private PersistentVolume claimVolume(PersistentVolume volume, PersistentVolumeClaim claim) {
        if (BindingRules.isBoundTo(volume, claim)) {
            return volume;
        }
        boolean ours = volume.getSpec().getClaimRef() == null;
        var builder =
                new PersistentVolumeBuilder(volume)
                        .editSpec()
                        .withClaimRef(
                                new ObjectReferenceBuilder()
                                        .withApiVersion("v1")
                                        .withKind("PersistentVolumeClaim")
                                        .withNamespace(Meta.namespace(claim))
                                        .withName(Meta.name(claim))
                                        .withUid(Meta.uid(claim))
                                        .withResourceVersion(
                                                claim.getMetadata().getResourceVersion())
                                        .build())
                        .endSpec();
        if (ours) {
            builder.editMetadata().addToAnnotations(BindingRules.BOUND_BY_US, "yes").endMetadata();
        }
        var stored = api.update(Kinds.PERSISTENT_VOLUMES, builder.build());
        writtenVolumes.wrote(stored);
        return stored;
    }

    private PersistentVolumeClaim nameVolume(PersistentVolumeClaim claim, PersistentVolume volume) {
        boolean named = Meta.name(volume).equals(claim.getSpec().getVolumeName());
        if (named && isBound(claim)) {
            return claim;
        }
        var meta =
                new PersistentVolumeClaimBuilder(claim)
                        .editMetadata()
                        .addToAnnotations(BindingRules.BIND_COMPLETED, "yes");
        if (!named) {
            meta.addToAnnotations(BindingRules.BOUND_BY_US, "yes");
        }
        return api.update(
                Kinds.CLAIMS,
                meta.endMetadata().editSpec().withVolumeName(Meta.name(volume)).endSpec().build());
    }

    private Outcome phase(PersistentVolumeClaim claim, String phase) {
        if (claim.getStatus() == null || !phase.equals(claim.getStatus().getPhase())) {
            api.updateStatus(
                    Kinds.CLAIMS,
                    new PersistentVolumeClaimBuilder(claim)
                            .editOrNewStatus()
                            .withPhase(phase)
                            .endStatus()
                            .build());
        }
        return Outcome.DONE;
    }

    private PersistentVolume phase(PersistentVolume volume, String phase, String message) {
        if (volume.getStatus() != null
                && phase.equals(volume.getStatus().getPhase())
                && message.equals(Meta.orEmpty(volume.getStatus().getMessage()))) {
            return volume;
        }
        var stored =
                api.updateStatus(
                        Kinds.PERSISTENT_VOLUMES,
                        new PersistentVolumeBuilder(volume)
                                .editOrNewStatus()
                                .withPhase(phase)
                                .withMessage(message.isEmpty() ? null : message)
                                .endStatus()
                                .build());
        writtenVolumes.wrote(stored);
        return stored;
    }

    Outcome syncVolume(ObjectKey key) {
        var found = volume(key.name());
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        var volume = found.get();
        var ref = volume.getSpec().getClaimRef();
        if (BindingRules.isUnset(ref)) {
            phase(volume, "Available", "");
            return Outcome.DONE;
        }
        var claim =
                claimOf(
                        new ObjectKey(Meta.orEmpty(ref.getNamespace()), ref.getName()),
                        ref.getUid());
        if (claim == null) {
            return release(volume);
        }
        var name = Meta.orEmpty(claim.getSpec().getVolumeName());
        if (name.equals(Meta.name(volume))) {
            phase(volume, "Bound", "");
        } else if (name.isEmpty()) {
            claimQueue.add(Meta.key(claim));
        } else {
            unbind(volume);
        }
        return Outcome.DONE;
    }

    /// The claim with this uid, asking the server before it counts as gone.
    private @Nullable PersistentVolumeClaim claimOf(ObjectKey key, String uid) {
        var cached = claims.get(key);
        if (cached.isPresent() && Meta.uid(cached.get()).equals(uid)) {
            return cached.get();
        }
        try {
            var live = api.get(Kinds.CLAIMS, key);
            return Meta.uid(live).equals(uid) ? live : null;
        } catch (StatusException refused) {
            if (refused.isNotFound()) {
                return null;
            }
            throw refused;
        }
    }

    /// The claim chose another volume: this one is free again.
    private void unbind(PersistentVolume volume) {
        boolean ours = Meta.annotations(volume).containsKey(BindingRules.BOUND_BY_US);
        var builder = new PersistentVolumeBuilder(volume);
        if (ours) {
            builder.editMetadata().removeFromAnnotations(BindingRules.BOUND_BY_US).endMetadata();
            builder.editSpec().withClaimRef(null).endSpec();
        } else {
            builder.editSpec().editClaimRef().withUid(null).endClaimRef().endSpec();
        }
        var stored = api.update(Kinds.PERSISTENT_VOLUMES, builder.build());
        writtenVolumes.wrote(stored);
        phase(stored, "Available", "");
    }

    private Outcome release(PersistentVolume volume) {
        boolean failed =
                volume.getStatus() != null && "Failed".equals(volume.getStatus().getPhase());
        var released = failed ? volume : phase(volume, "Released", "");
        var policy = Meta.orEmpty(released.getSpec().getPersistentVolumeReclaimPolicy());
        boolean external = Meta.annotations(released).containsKey(PROVISIONED_BY);
        if (failed || policy.isEmpty() || policy.equals("Retain") || external) {
            return Outcome.DONE; // upstream: an external provisioner deletes what it made
        }
        var verb = policy.equals("Delete") ? "deletable" : "recyclable";
        var message = "no %s volume plugin matched".formatted(verb);
        phase(released, "Failed", message);
        events.warning(
                released,
                policy.equals("Delete") ? "VolumeFailedDelete" : "VolumeFailedRecycle",
                message);
        return Outcome.DONE;
    }
}
