package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.TopologySelectorTerm;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;
import io.j8s.scheduler.core.NodeInfo;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which volume does for which claim on which node, pure (upstream:
/// `component-helpers/storage/volume`).
final class VolumeRules {

    static final String BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
    static final String BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
    static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";
    static final String NO_PROVISIONER = "kubernetes.io/no-provisioner";
    private static final String OLD_CLASS = "volume.beta.kubernetes.io/storage-class";

    private VolumeRules() {}

    static String className(PersistentVolumeClaim claim) {
        var old = Meta.annotations(claim).get(OLD_CLASS);
        return old != null ? old : Meta.orEmpty(claim.getSpec().getStorageClassName());
    }

    static String className(PersistentVolume volume) {
        var old = Meta.annotations(volume).get(OLD_CLASS);
        return old != null ? old : Meta.orEmpty(volume.getSpec().getStorageClassName());
    }

    /// Both sides have been written.
    static boolean isFullyBound(PersistentVolumeClaim claim) {
        return !Meta.orEmpty(claim.getSpec().getVolumeName()).isEmpty()
                && Meta.annotations(claim).containsKey(BIND_COMPLETED);
    }

    static boolean isReachable(PersistentVolume volume, NodeInfo node) {
        var affinity = volume.getSpec().getNodeAffinity();
        return affinity == null
                || affinity.getRequired() == null
                || NodeSelectors.matchesAny(
                        affinity.getRequired().getNodeSelectorTerms(), node.name(), node.labels());
    }

    /// No terms allow every node.
    static boolean isAllowed(@Nullable List<TopologySelectorTerm> topologies, NodeInfo node) {
        return topologies == null
                || topologies.isEmpty()
                || topologies.stream()
                        .anyMatch(term ->
                                term.getMatchLabelExpressions().stream()
                                        .allMatch(rule ->
                                                rule.getValues()
                                                        .contains(
                                                                Meta.orEmpty(
                                                                        node.labels()
                                                                                .get(
                                                                                        rule
                                                                                                .getKey())))));
    }

    /// The volume made for the claim, else the smallest free one that fits on the node; null when
    /// there is none.
    ///
    /// @param taken volumes chosen already
    static @Nullable PersistentVolume best(
            PersistentVolumeClaim claim,
            Collection<PersistentVolume> volumes,
            NodeInfo node,
            Set<String> taken) {
        PersistentVolume smallest = null;
        for (var volume : volumes) {
            var ref = volume.getSpec().getClaimRef();
            if (taken.contains(Meta.name(volume))
                    || Meta.isTerminating(volume)
                    || (ref != null && !isFor(ref, claim))
                    || capacity(volume) < request(claim)
                    || !mode(volume.getSpec().getVolumeMode())
                            .equals(mode(claim.getSpec().getVolumeMode()))
                    || !Meta.orEmpty(volume.getSpec().getVolumeAttributesClassName())
                            .equals(Meta.orEmpty(claim.getSpec().getVolumeAttributesClassName()))) {
                continue;
            }
            boolean isReachable = isReachable(volume, node);
            if (ref != null) {
                return isReachable ? volume : null; // upstream: a reserved volume or none
            }
            if (isReachable
                    && isAvailable(volume)
                    && isWanted(volume, claim)
                    && (smallest == null || capacity(volume) < capacity(smallest))) {
                smallest = volume;
            }
        }
        return smallest;
    }

    private static boolean isFor(ObjectReference ref, PersistentVolumeClaim claim) {
        var uid = Meta.orEmpty(ref.getUid());
        return Meta.name(claim).equals(ref.getName())
                && Meta.namespace(claim).equals(ref.getNamespace())
                && (uid.isEmpty() || uid.equals(Meta.uid(claim)));
    }

    private static boolean isAvailable(PersistentVolume volume) {
        return volume.getStatus() != null && "Available".equals(volume.getStatus().getPhase());
    }

    private static boolean isWanted(PersistentVolume volume, PersistentVolumeClaim claim) {
        var selector = claim.getSpec().getSelector();
        return (selector == null || LabelSelectors.matches(selector, Meta.labels(volume)))
                && className(volume).equals(className(claim))
                && volume.getSpec().getAccessModes().containsAll(claim.getSpec().getAccessModes());
    }

    private static String mode(@Nullable String mode) {
        return mode == null || mode.isEmpty() ? "Filesystem" : mode;
    }

    static long capacity(PersistentVolume volume) {
        return storage(volume.getSpec().getCapacity());
    }

    static long request(PersistentVolumeClaim claim) {
        var resources = claim.getSpec().getResources();
        return storage(resources == null ? null : resources.getRequests());
    }

    private static long storage(@Nullable Map<String, Quantity> amounts) {
        var storage = amounts == null ? null : amounts.get("storage");
        return storage == null ? 0 : bytes(storage);
    }

    static long bytes(Quantity quantity) {
        return io.j8s.machinery.quantity.Quantity.parse(quantity.toString()).value();
    }
}
