package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.scheduler.core.ClusterChange;
import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Keeps pods off volumes that are in use: disks that only one pod of a node can write, and claims
/// of access mode `ReadWriteOncePod`, which only one pod of the cluster can use.
public final class VolumeRestrictions implements FilterPlugin {

    private static final Verdict DISK_TAKEN =
            new Verdict.Rejected("node(s) had no available disk", true);
    private static final Verdict CLAIM_TAKEN =
            new Verdict.Rejected(
                    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access"
                            + " mode already in-use by another pod",
                    true);

    private final ClusterVolumes cluster;

    public VolumeRestrictions(ClusterVolumes cluster) {
        this.cluster = cluster;
    }

    @Override
    public String name() {
        return "VolumeRestrictions";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(Resource.ASSIGNED_POD, Action.DELETE)
                        .when(VolumeRestrictions::freesAVolume),
                WakeUp.on(Resource.NODE, Action.ADD),
                WakeUp.on(Resource.CLAIM, Action.ADD)
                        .when((pod, change) ->
                                change.after() instanceof PersistentVolumeClaim claim
                                        && Meta.namespace(claim).equals(pod.namespace())
                                        && names(pod).contains(Meta.name(claim))));
    }

    private static boolean freesAVolume(PodInfo waiting, ClusterChange change) {
        if (!(change.before() instanceof Pod before)) {
            return false;
        }
        var gone = new PodInfo(before);
        return gone.namespace().equals(waiting.namespace())
                && (clashes(waiting, gone) || !Collections.disjoint(names(waiting), names(gone)));
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        var volumes = pod.spec().getVolumes();
        if (volumes.isEmpty()) {
            return Preparation.skip();
        }
        var exclusive = new HashSet<String>();
        for (String name : names(pod)) {
            var key = new ObjectKey(pod.namespace(), name);
            var claim = cluster.claims().fromApi(key).orElse(null);
            if (claim == null) {
                return new Preparation.Rejected(
                        "persistentvolumeclaim \"%s\" not found".formatted(name), false);
            }
            if (claim.getSpec().getAccessModes().contains("ReadWriteOncePod")) {
                exclusive.add(name);
            }
        }
        int uses = 0;
        for (String name : exclusive) {
            uses += snapshot.isClaimUsed(new ObjectKey(pod.namespace(), name)) ? 1 : 0;
        }
        boolean hasDisks = volumes.stream().anyMatch(VolumeRestrictions::isDisk);
        return uses == 0 && !hasDisks
                ? Preparation.skip()
                : Preparation.check(new Check(pod, exclusive, uses));
    }

    /// @param uses how many of the pod's exclusive claims others use
    private record Check(PodInfo pod, Set<String> exclusive, int uses) implements NodeCheck {

        @Override
        public Verdict filter(NodeInfo node) {
            for (PodInfo other : node.pods()) {
                if (clashes(pod, other)) {
                    return DISK_TAKEN;
                }
            }
            return uses > 0 ? CLAIM_TAKEN : Verdict.Fits.FITS;
        }

        @Override
        public NodeCheck with(PodInfo added, NodeInfo node) {
            return changed(added, 1);
        }

        @Override
        public NodeCheck without(PodInfo removed, NodeInfo node) {
            return changed(removed, -1);
        }

        private NodeCheck changed(PodInfo other, int by) {
            int more = 0;
            if (other.namespace().equals(pod.namespace())) {
                for (String name : names(other)) {
                    more += exclusive.contains(name) ? by : 0;
                }
            }
            return more == 0 ? this : new Check(pod, exclusive, uses + more);
        }
    }

    /// Only claims named by the pod, not those made for it, which nobody else can use.
    private static List<String> names(PodInfo pod) {
        var names = new ArrayList<String>(0);
        for (Volume volume : pod.spec().getVolumes()) {
            if (volume.getPersistentVolumeClaim() != null) {
                names.add(Meta.orEmpty(volume.getPersistentVolumeClaim().getClaimName()));
            }
        }
        return names;
    }

    private static boolean isDisk(Volume volume) {
        return volume.getGcePersistentDisk() != null
                || volume.getAwsElasticBlockStore() != null
                || volume.getRbd() != null
                || volume.getIscsi() != null;
    }

    private static boolean clashes(PodInfo pod, PodInfo other) {
        for (Volume volume : pod.spec().getVolumes()) {
            if (isDisk(volume)) {
                for (Volume theirs : other.spec().getVolumes()) {
                    if (clash(volume, theirs)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /// Most disks may be shared by readers only; an EBS volume not even by them.
    private static boolean clash(Volume one, Volume two) {
        var gce = one.getGcePersistentDisk();
        var otherGce = two.getGcePersistentDisk();
        if (gce != null && otherGce != null) {
            return gce.getPdName().equals(otherGce.getPdName())
                    && !areReaders(gce.getReadOnly(), otherGce.getReadOnly());
        }
        var ebs = one.getAwsElasticBlockStore();
        var otherEbs = two.getAwsElasticBlockStore();
        if (ebs != null && otherEbs != null) {
            return ebs.getVolumeID().equals(otherEbs.getVolumeID());
        }
        var iscsi = one.getIscsi();
        var otherIscsi = two.getIscsi();
        if (iscsi != null && otherIscsi != null) {
            return iscsi.getIqn().equals(otherIscsi.getIqn())
                    && !areReaders(iscsi.getReadOnly(), otherIscsi.getReadOnly());
        }
        var rbd = one.getRbd();
        var otherRbd = two.getRbd();
        return rbd != null
                && otherRbd != null
                && !Collections.disjoint(rbd.getMonitors(), otherRbd.getMonitors())
                && Objects.equals(rbd.getPool(), otherRbd.getPool())
                && Objects.equals(rbd.getImage(), otherRbd.getImage())
                && !areReaders(rbd.getReadOnly(), otherRbd.getReadOnly());
    }

    private static boolean areReaders(Boolean one, Boolean two) {
        return Boolean.TRUE.equals(one) && Boolean.TRUE.equals(two);
    }
}
