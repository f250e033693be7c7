package io.j8s.controllers.storage;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Which volume fits which claim, pure (upstream: `pkg/controller/volume/persistentvolume`).
final class BindingRules {

    static final String BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
    static final String BOUND_BY_US = "pv.kubernetes.io/bound-by-controller";
    static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";
    private static final String OLD_CLASS = "volume.beta.kubernetes.io/storage-class";

    private BindingRules() {}

    static String className(PersistentVolumeClaim claim) {
        var old = Meta.annotations(claim).get(OLD_CLASS);
        return old != null ? old : Meta.orEmpty(claim.getSpec().getStorageClassName());
    }

    static String className(PersistentVolume volume) {
        var old = Meta.annotations(volume).get(OLD_CLASS);
        return old != null ? old : Meta.orEmpty(volume.getSpec().getStorageClassName());
    }

    static boolean isFor(PersistentVolume volume, PersistentVolumeClaim claim) {
        var ref = volume.getSpec().getClaimRef();
        return ref != null
                && Meta.name(claim).equals(ref.getName())
                && Meta.namespace(claim).equals(ref.getNamespace())
                && (Meta.orEmpty(ref.getUid()).isEmpty() || ref.getUid().equals(Meta.uid(claim)));
    }

    static boolean isBoundTo(PersistentVolume volume, PersistentVolumeClaim claim) {
        return isFor(volume, claim)
                && Meta.uid(claim).equals(volume.getSpec().getClaimRef().getUid());
    }

    /// Whether the volume offers what the claim asks, whoever it is bound to.
    static boolean satisfies(PersistentVolume volume, PersistentVolumeClaim claim) {
        return capacity(volume).compareTo(request(claim)) >= 0
                && className(volume).equals(className(claim))
                && mode(volume.getSpec().getVolumeMode())
                        .equals(mode(claim.getSpec().getVolumeMode()))
                && volume.getSpec().getAccessModes().containsAll(claim.getSpec().getAccessModes());
    }

    private static String mode(@Nullable String mode) {
        return mode == null || mode.isEmpty() ? "Filesystem" : mode;
    }

    static Quantity capacity(PersistentVolume volume) {
        var capacity = volume.getSpec().getCapacity();
        var storage = capacity == null ? null : capacity.get("storage");
        return storage == null ? Quantity.ZERO : Quantity.parse(storage.toString());
    }

    private static Quantity request(PersistentVolumeClaim claim) {
        var resources = claim.getSpec().getResources();
        var storage =
                resources == null || resources.getRequests() == null
                        ? null
                        : resources.getRequests().get("storage");
        return storage == null ? Quantity.ZERO : Quantity.parse(storage.toString());
    }

    /// The volume made for this claim, else the smallest free one that fits.
    static Optional<PersistentVolume> best(
            PersistentVolumeClaim claim, Collection<PersistentVolume> volumes, boolean delayed) {
        var fitting =
                volumes.stream()
                        .filter(volume -> !Meta.isTerminating(volume))
                        .filter(volume -> satisfies(volume, claim))
                        .toList();
        var reserved = fitting.stream().filter(volume -> isFor(volume, claim)).findFirst();
        if (reserved.isPresent() || delayed) {
            return reserved;
        }
        var selector = claim.getSpec().getSelector();
        return fitting.stream()
                .filter(volume -> volume.getSpec().getClaimRef() == null)
                .filter(volume ->
                        volume.getStatus() == null
                                || "Available".equals(volume.getStatus().getPhase()))
                .filter(volume ->
                        selector == null || LabelSelectors.matches(selector, Meta.labels(volume)))
                .min(Comparator.comparing(BindingRules::capacity).thenComparing(Meta::name));
    }

    /// Whether binding waits until a pod needs the claim.
    static boolean isDelayed(PersistentVolumeClaim claim, @Nullable StorageClass storageClass) {
        return storageClass != null
                && "WaitForFirstConsumer".equals(storageClass.getVolumeBindingMode())
                && !Meta.annotations(claim).containsKey(SELECTED_NODE);
    }

    static boolean isUnset(@Nullable ObjectReference ref) {
        return ref == null || Meta.orEmpty(ref.getUid()).isEmpty();
    }
}
