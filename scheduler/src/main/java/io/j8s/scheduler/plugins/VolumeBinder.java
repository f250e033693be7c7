package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PluginFailure;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.Verdict;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Binds the volumes of pods on their way to a node (upstream: `volumeBinder`): sets volumes aside
/// in memory, then writes them and waits for the volume controller or a provisioner to do the rest.
/// Safe for use by many threads.
public final class VolumeBinder {

    private static final Duration POLL_EVERY = Duration.ofSeconds(1); // upstream polls so too

    private final Api api;
    private final ClusterVolumes cluster;
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final Timers timers;
    private final Duration timeout;
    private final Map<String, Assumed> assumed = new ConcurrentHashMap<>();

    /// Copies with the change that is to be written.
    private record Assumed(
            List<PersistentVolume> volumes,
            List<PersistentVolumeClaim> boundClaims,
            List<PersistentVolumeClaim> provisioned) {}

    /// @param timeout `bindTimeoutSeconds`
    public VolumeBinder(
            Api api, Informers informers, ClusterVolumes cluster, Timers timers, Duration timeout) {
        this.api = api;
        this.cluster = cluster;
        this.timers = timers;
        this.timeout = timeout;
        pods = informers.of(Kinds.PODS);
        nodes = informers.of(Kinds.NODES);
    }

    Verdict assume(
            PodInfo pod,
            String nodeName,
            List<PersistentVolumeClaim> bound,
            List<PersistentVolumeClaim> delayed) {
        var node = NodeInfo.empty(node(nodeName));
        return switch (PodVolumes.find(bound, delayed, node, cluster)) {
            case PodVolumes.Search.None(var why) -> why;
            case PodVolumes.Search.Found(var found) -> {
                var volumes = new ArrayList<PersistentVolume>();
                var boundClaims = new ArrayList<PersistentVolumeClaim>();
                for (var binding : found.bindings()) {
                    var volume = claimed(binding.volume(), binding.claim());
                    cluster.volumes().assume(volume);
                    volumes.add(volume);
                    boundClaims.add(binding.claim());
                }
                var provisioned = new ArrayList<PersistentVolumeClaim>();
                for (var provision : found.provisions()) {
                    var claim = selected(provision.claim(), nodeName);
                    cluster.claims().assume(claim);
                    provisioned.add(claim);
                }
                assumed.put(pod.uid(), new Assumed(volumes, boundClaims, provisioned));
                yield Verdict.Fits.FITS;
            }
        };
    }

    private Node node(String name) {
        return nodes.get(ObjectKey.clusterScoped(name))
                .orElseThrow(() ->
                        new PluginFailure(
                                "failed to get node \"%s\": node \"%s\" not found"
                                        .formatted(name, name)));
    }

    private static PersistentVolume claimed(PersistentVolume volume, PersistentVolumeClaim claim) {
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
        if (volume.getSpec().getClaimRef() == null) {
            builder.editMetadata()
                    .addToAnnotations(VolumeRules.BOUND_BY_CONTROLLER, "yes")
                    .endMetadata();
        }
        return builder.build();
    }

    private static PersistentVolumeClaim selected(PersistentVolumeClaim claim, String node) {
        return new PersistentVolumeClaimBuilder(claim)
                .editMetadata()
                .addToAnnotations(VolumeRules.SELECTED_NODE, node)
                .endMetadata()
                .build();
    }

    boolean hasWork(PodInfo pod) {
        return assumed.containsKey(pod.uid());
    }

    void forget(PodInfo pod) {
        var gone = assumed.remove(pod.uid());
        if (gone != null) {
            gone.volumes().forEach(cluster.volumes()::restore);
            gone.provisioned().forEach(cluster.claims()::restore);
        }
    }

    /// Writes what was assumed and waits until every claim is bound, or fails.
    void bind(PodInfo pod, String nodeName) throws InterruptedException {
        var wanted = assumed.get(pod.uid());
        if (wanted == null) {
            throw new PluginFailure("no pod volume found for node \"%s\"".formatted(nodeName));
        }
        var volumes = new ArrayList<PersistentVolume>();
        var claims = new ArrayList<PersistentVolumeClaim>();
        try {
            for (var volume : wanted.volumes()) {
                volumes.add(api.update(Kinds.PERSISTENT_VOLUMES, volume));
            }
            for (var claim : wanted.provisioned()) {
                claims.add(api.update(Kinds.CLAIMS, claim));
            }
        } catch (StatusException | UncheckedIOException refused) {
            throw new PluginFailure(Meta.orEmpty(refused.getMessage()));
        }
        var written = new Assumed(volumes, wanted.boundClaims(), claims);
        try {
            var deadline = timers.deadline(timeout);
            while (!isDone(pod, nodeName, written)) {
                if (deadline.remaining().isZero()) {
                    throw new PluginFailure("context deadline exceeded");
                }
                timers.sleep(POLL_EVERY);
            }
            assumed.remove(pod.uid());
        } catch (PluginFailure failure) {
            throw new PluginFailure("binding volumes: " + failure.getMessage());
        }
    }

    private boolean isDone(PodInfo pod, String nodeName, Assumed written) {
        var node = NodeInfo.empty(node(nodeName));
        if (pods.get(pod.key()).isEmpty()) {
            throw new PluginFailure(
                    "pod does not exist any more: pod \"%s\" not found"
                            .formatted(pod.key().name()));
        }
        for (int i = 0; i < written.volumes().size(); i++) {
            if (!isBound(written.volumes().get(i), written.boundClaims().get(i), node)) {
                return false;
            }
        }
        for (var claim : written.provisioned()) {
            if (!isProvisioned(claim, node)) {
                return false;
            }
        }
        return true;
    }

    private boolean isBound(PersistentVolume written, PersistentVolumeClaim claim, NodeInfo node) {
        var volume = cluster.volumes().fromApi(Meta.key(written));
        var current = cluster.claims().fromApi(Meta.key(claim));
        if (volume.isEmpty() || current.isEmpty()) {
            throw new PluginFailure(
                    "failed to check binding: could not find \"%s\""
                            .formatted(volume.isEmpty() ? Meta.name(written) : Meta.key(claim)));
        }
        if (Meta.version(volume.get()) < Meta.version(written)) {
            return false; // our own write is yet to come back
        }
        checkReach(volume.get(), node);
        var ref = volume.get().getSpec().getClaimRef();
        if (ref == null || Meta.orEmpty(ref.getUid()).isEmpty()) {
            throw new PluginFailure(
                    "ClaimRef got reset for pv \"%s\"".formatted(Meta.name(written)));
        }
        return VolumeRules.isFullyBound(current.get());
    }

    private boolean isProvisioned(PersistentVolumeClaim written, NodeInfo node) {
        var claim =
                cluster.claims()
                        .fromApi(Meta.key(written))
                        .orElseThrow(() ->
                                new PluginFailure(
                                        "failed to check provisioning pvc: could not find \"%s\""
                                                .formatted(Meta.key(written))));
        if (Meta.version(claim) < Meta.version(written)) {
            return false;
        }
        // a provisioner that fails takes the annotation back, so that another node is tried
        if (!node.name().equals(Meta.annotations(claim).get(VolumeRules.SELECTED_NODE))) {
            throw new PluginFailure(
                    "provisioning failed for PVC \"%s\"".formatted(Meta.name(written)));
        }
        var volumeName = Meta.orEmpty(claim.getSpec().getVolumeName());
        if (!volumeName.isEmpty()) {
            var volume = cluster.volumes().fromApi(ObjectKey.clusterScoped(volumeName));
            if (volume.isEmpty()) {
                return false;
            }
            checkReach(volume.get(), node);
        }
        return VolumeRules.isFullyBound(claim);
    }

    private static void checkReach(PersistentVolume volume, NodeInfo node) {
        if (!VolumeRules.isReachable(volume, node)) {
            throw new PluginFailure(
                    ("pv \"%s\" node affinity doesn't match node \"%s\": no matching"
                                    + " NodeSelectorTerms")
                            .formatted(Meta.name(volume), node.name()));
        }
    }
}
