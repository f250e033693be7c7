package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.CSIStorageCapacity;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PluginFailure;
import io.j8s.scheduler.core.Verdict;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/// How the claims of a pod could be met on one node (upstream: `FindPodVolumes`).
///
/// @param bindings claims with the volume chosen for each
/// @param provisions claims whose volume has yet to be made for the node
record PodVolumes(List<Binding> bindings, List<Provision> provisions) {

    private static final String NODE_CONFLICT =
            "node(s) didn't match PersistentVolume's node affinity";
    private static final String NO_VOLUME =
            "node(s) didn't find available persistent volumes to bind";
    private static final String NO_SPACE = "node(s) did not have enough free storage";
    private static final String NO_SUCH_VOLUME =
            "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";

    record Binding(PersistentVolumeClaim claim, PersistentVolume volume) {}

    /// @param capacity where it would be made; null where nobody tells
    record Provision(PersistentVolumeClaim claim, @Nullable CSIStorageCapacity capacity) {}

    /// What came of looking at a node.
    sealed interface Search {
        record Found(PodVolumes volumes) implements Search {}

        record None(Verdict.Rejected why) implements Search {}
    }

    PodVolumes {
        bindings = List.copyOf(bindings);
        provisions = List.copyOf(provisions);
    }

    /// @param bound claims that have their volume
    /// @param delayed claims that wait for a pod
    static Search find(
            List<PersistentVolumeClaim> bound,
            List<PersistentVolumeClaim> delayed,
            NodeInfo node,
            ClusterVolumes cluster) {
        var reasons = new ArrayList<String>();
        String objection = objection(bound, node, cluster);
        if (objection != null) {
            reasons.add(objection);
        }
        var bindings = new ArrayList<Binding>();
        var provisions = new ArrayList<Provision>();
        String delayedObjection =
                delayed.isEmpty() ? null : place(delayed, node, cluster, bindings, provisions);
        if (delayedObjection != null) {
            // upstream's order: a volume elsewhere, no volume, no space, a volume that is gone
            boolean first = NO_SUCH_VOLUME.equals(objection);
            reasons.add(first ? 0 : reasons.size(), delayedObjection);
        }
        return reasons.isEmpty()
                ? new Search.Found(new PodVolumes(bindings, provisions))
                : new Search.None(new Verdict.Rejected(String.join("\n", reasons), false));
    }

    private static @Nullable String objection(
            List<PersistentVolumeClaim> bound, NodeInfo node, ClusterVolumes cluster) {
        for (var claim : bound) {
            var volume = cluster.volume(claim.getSpec().getVolumeName());
            if (volume.isEmpty()) {
                return NO_SUCH_VOLUME;
            }
            if (!VolumeRules.isReachable(volume.get(), node)) {
                return NODE_CONFLICT;
            }
        }
        return null;
    }

    /// @return why not; null when every claim has its place
    private static @Nullable String place(
            List<PersistentVolumeClaim> delayed,
            NodeInfo node,
            ClusterVolumes cluster,
            List<Binding> bindings,
            List<Provision> provisions) {
        var toProvision = new ArrayList<PersistentVolumeClaim>();
        var toMatch = new ArrayList<PersistentVolumeClaim>();
        for (var claim : delayed) {
            var selected = Meta.annotations(claim).get(VolumeRules.SELECTED_NODE);
            if (selected != null && !selected.equals(node.name())) {
                return NO_VOLUME;
            }
            (selected == null ? toMatch : toProvision).add(claim);
        }
        // the smallest first, so that each gets the smallest volume that will do
        toMatch.sort(Comparator.comparingLong(VolumeRules::request));
        var taken = new HashSet<String>();
        for (var claim : toMatch) {
            var candidates = cluster.ofClass(VolumeRules.className(claim));
            var best = VolumeRules.best(claim, candidates, node, taken);
            if (best == null) {
                toProvision.add(claim);
            } else {
                taken.add(Meta.name(best));
                bindings.add(new Binding(claim, best));
            }
        }
        return provision(toProvision, node, cluster, provisions);
    }

    private static @Nullable String provision(
            List<PersistentVolumeClaim> claims,
            NodeInfo node,
            ClusterVolumes cluster,
            List<Provision> provisions) {
        for (var claim : claims) {
            var className = VolumeRules.className(claim);
            if (className.isEmpty()) {
                throw new PluginFailure("no class for claim \"%s\"".formatted(Meta.key(claim)));
            }
            var storageClass =
                    cluster.storageClass(className)
                            .orElseThrow(() ->
                                    new PluginFailure(
                                            "failed to find storage class \"%s\""
                                                    .formatted(className)));
            var provisioner = Meta.orEmpty(storageClass.getProvisioner());
            if (provisioner.isEmpty()
                    || provisioner.equals(VolumeRules.NO_PROVISIONER)
                    || !VolumeRules.isAllowed(storageClass.getAllowedTopologies(), node)) {
                return NO_VOLUME;
            }
            if (!tracksCapacity(provisioner, claim, cluster)) {
                provisions.add(new Provision(claim, null));
                continue;
            }
            var capacity = capacity(claim, storageClass, node, cluster);
            if (capacity == null) {
                return NO_SPACE;
            }
            provisions.add(new Provision(claim, capacity));
        }
        return null;
    }

    /// Only drivers that say so tell how much they have left.
    private static boolean tracksCapacity(
            String provisioner, PersistentVolumeClaim claim, ClusterVolumes cluster) {
        var resources = claim.getSpec().getResources();
        return resources != null
                && resources.getRequests() != null
                && resources.getRequests().containsKey("storage")
                && cluster.driver(provisioner)
                        .map(driver -> Boolean.TRUE.equals(driver.getSpec().getStorageCapacity()))
                        .orElse(false);
    }

    private static @Nullable CSIStorageCapacity capacity(
            PersistentVolumeClaim claim,
            StorageClass storageClass,
            NodeInfo node,
            ClusterVolumes cluster) {
        for (var capacity : cluster.capacities()) {
            var limit = limit(capacity);
            if (Meta.name(storageClass).equals(capacity.getStorageClassName())
                    && limit != null
                    && limit >= VolumeRules.request(claim)
                    && capacity.getNodeTopology() != null
                    && LabelSelectors.matches(capacity.getNodeTopology(), node.labels())) {
                return capacity;
            }
        }
        return null;
    }

    /// The largest volume that can be made; null when nobody says.
    static @Nullable Long limit(CSIStorageCapacity capacity) {
        var limit =
                capacity.getMaximumVolumeSize() != null
                        ? capacity.getMaximumVolumeSize()
                        : capacity.getCapacity();
        return limit == null ? null : VolumeRules.bytes(limit);
    }
}
