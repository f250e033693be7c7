package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.storage.CSINode;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.scheduler.core.ClusterChange;
import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PluginFailure;
import io.j8s.scheduler.core.PodClaims;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Keeps pods off nodes that cannot attach all their CSI volumes: each driver tells in `CSINode`
/// how many it can attach to a node.
public final class NodeVolumeLimits implements FilterPlugin {

    private static final Verdict TOO_MANY =
            new Verdict.Rejected("node(s) exceed max volume count", true);

    private final ClusterVolumes cluster;

    public NodeVolumeLimits(ClusterVolumes cluster) {
        this.cluster = cluster;
    }

    @Override
    public String name() {
        return "NodeVolumeLimits";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(Resource.CSI_NODE, Action.ADD),
                WakeUp.on(Resource.CSI_NODE, Action.UPDATE).when((_, change) -> hasRisen(change)),
                WakeUp.on(Resource.ASSIGNED_POD, Action.DELETE)
                        .when((_, change) ->
                                change.before() instanceof Pod gone
                                        && !new PodInfo(gone).claims().isEmpty()),
                WakeUp.on(Resource.CLAIM, Action.ADD).when(VolumeBinding::isOwnClaim),
                WakeUp.on(Resource.VOLUME_ATTACHMENT, Action.DELETE)
                        .when((pod, _) ->
                                pod.spec().getVolumes().stream()
                                        .anyMatch(v -> v.getPersistentVolumeClaim() != null)));
    }

    private static boolean hasRisen(ClusterChange change) {
        if (!(change.before() instanceof CSINode before)
                || !(change.after() instanceof CSINode after)) {
            return true;
        }
        var was = limits(before);
        return limits(after).entrySet().stream()
                .anyMatch(limit -> limit.getValue() > was.getOrDefault(limit.getKey(), 0));
    }

    private static Map<String, Integer> limits(@Nullable CSINode node) {
        var limits = new HashMap<String, Integer>();
        if (node != null) {
            for (var driver : node.getSpec().getDrivers()) {
                var allocatable = driver.getAllocatable();
                if (allocatable != null && allocatable.getCount() != null) {
                    limits.put(driver.getName(), allocatable.getCount());
                }
            }
        }
        return limits;
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        if (pod.claims().isEmpty()) {
            return Preparation.skip();
        }
        var missing =
                pod.claims().stream()
                        .filter(name -> claim(pod, name) == null)
                        .findFirst()
                        .orElse(null);
        if (missing != null) {
            // upstream says so for each node
            var why =
                    new Verdict.Rejected(
                            "looking up PVC %s/%s: persistentvolumeclaim \"%s\" not found"
                                    .formatted(pod.namespace(), missing, missing),
                            false);
            return Preparation.check(_ -> why);
        }
        var wanted = new HashMap<String, String>();
        addVolumes(pod, true, wanted);
        return wanted.isEmpty()
                ? Preparation.skip()
                : Preparation.check(node -> check(node, wanted));
    }

    private @Nullable PersistentVolumeClaim claim(PodInfo pod, String name) {
        return cluster.claims().fromApi(new ObjectKey(pod.namespace(), name)).orElse(null);
    }

    /// Notes a pod's volumes by their unique name, each with its driver.
    private void addVolumes(PodInfo pod, boolean isNew, Map<String, String> into) {
        for (Volume volume : pod.spec().getVolumes()) {
            var name = PodClaims.name(pod.pod(), volume);
            var claim = name == null ? null : claim(pod, name);
            if (claim == null) {
                continue;
            }
            if (volume.getEphemeral() != null && !Meta.isControlledBy(claim, pod.pod())) {
                if (isNew) {
                    throw new PluginFailure(VolumeBinding.notOwned(claim, pod));
                }
                continue;
            }
            addVolume(claim, into);
        }
    }

    private void addVolume(PersistentVolumeClaim claim, Map<String, String> into) {
        var volumeName = Meta.orEmpty(claim.getSpec().getVolumeName());
        var volume = volumeName.isEmpty() ? null : cluster.volume(volumeName).orElse(null);
        if (volume != null) {
            var csi = volume.getSpec().getCsi();
            if (csi != null) {
                into.put(csi.getDriver() + "/" + csi.getVolumeHandle(), csi.getDriver());
            }
            return;
        }
        // not there yet: it will be one of its class's driver
        cluster.storageClass(VolumeRules.className(claim))
                .ifPresent(storageClass ->
                        into.put(
                                storageClass.getProvisioner() + "/unbound-" + Meta.key(claim),
                                storageClass.getProvisioner()));
    }

    private Verdict check(NodeInfo node, Map<String, String> wanted) {
        var csiNode = cluster.csiNode(node.name()).orElse(null);
        for (String driver : wanted.values()) {
            if (isMissing(driver, csiNode)) {
                return new Verdict.Rejected(
                        driver + " CSI driver is not installed on the node", true);
            }
        }
        var limits = limits(csiNode);
        if (limits.isEmpty()) {
            return Verdict.Fits.FITS;
        }
        var attached = new HashMap<String, String>();
        node.pods().forEach(pod -> addVolumes(pod, false, attached));
        var added = new HashMap<>(wanted);
        added.keySet().removeAll(attached.keySet());
        addAttachments(node, attached);
        for (var limit : limits.entrySet()) {
            long more = count(added, limit.getKey());
            if (more > 0 && count(attached, limit.getKey()) + more > limit.getValue()) {
                return TOO_MANY;
            }
        }
        return Verdict.Fits.FITS;
    }

    private static long count(Map<String, String> volumes, String driver) {
        return volumes.values().stream().filter(driver::equals).count();
    }

    /// Drivers may ask that pods wait until they are installed.
    private boolean isMissing(String driver, @Nullable CSINode node) {
        boolean mustBeThere =
                cluster.driver(driver)
                        .map(found ->
                                Boolean.TRUE.equals(
                                        found.getSpec().getPreventPodSchedulingIfMissing()))
                        .orElse(false);
        return mustBeThere
                && (node == null
                        || node.getSpec().getDrivers().stream()
                                .noneMatch(there -> driver.equals(there.getName())));
    }

    /// Volumes of pods that are gone but still attached.
    private void addAttachments(NodeInfo node, Map<String, String> into) {
        for (var attachment : cluster.attachmentsOf(node.name())) {
            var driver = Meta.orEmpty(attachment.getSpec().getAttacher());
            var source = attachment.getSpec().getSource();
            var name = source == null ? null : source.getPersistentVolumeName();
            var volume = name == null ? null : cluster.volume(name).orElse(null);
            if (!driver.isEmpty() && volume != null && volume.getSpec().getCsi() != null) {
                into.put(driver + "/" + volume.getSpec().getCsi().getVolumeHandle(), driver);
            }
        }
    }
}
