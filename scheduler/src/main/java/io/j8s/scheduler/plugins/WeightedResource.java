package io.j8s.scheduler.plugins;

import io.j8s.scheduler.core.Amounts;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;

import java.util.ArrayList;
import java.util.List;

/// A resource that counts for a score (upstream: `ResourceSpec`).
public record WeightedResource(String name, long weight) {

    public static final List<WeightedResource> CPU_AND_MEMORY =
            List.of(new WeightedResource("cpu", 1), new WeightedResource("memory", 1));

    /// One resource with what a pod would add; its kind is looked up once, not per node.
    ///
    /// @param isExact whether pods that request nothing count for nothing
    record Load(Kind kind, String name, long weight, long own, boolean isExact) {

        private enum Kind {
            CPU,
            MEMORY,
            OTHER
        }

        /// What the node has; 0 leaves the resource out.
        long total(NodeInfo node) {
            return of(node.allocatable());
        }

        /// What would be requested of the node with the pod.
        long requested(NodeInfo node) {
            return allocated(node) + own;
        }

        long allocated(NodeInfo node) {
            boolean isRequested = isExact || kind == Kind.OTHER;
            return of(isRequested ? node.requested() : node.nonZeroRequested());
        }

        private long of(Amounts amounts) {
            return switch (kind) {
                case CPU -> amounts.milliCpu();
                case MEMORY -> amounts.memory();
                case OTHER -> amounts.of(name);
            };
        }
    }

    /// The resources that matter for a pod: extended ones only if it requests them.
    static List<Load> loads(List<WeightedResource> resources, PodInfo pod, boolean isExact) {
        var loads = new ArrayList<Load>(resources.size());
        var requests = isExact ? pod.requests() : pod.rankedRequests();
        for (var resource : resources) {
            var kind =
                    switch (resource.name()) {
                        case "cpu" -> Load.Kind.CPU;
                        case "memory" -> Load.Kind.MEMORY;
                        default -> Load.Kind.OTHER;
                    };
            long own = requests.of(resource.name());
            boolean isScalar =
                    kind == Load.Kind.OTHER && !resource.name().equals("ephemeral-storage");
            if (!isScalar || own != 0) {
                loads.add(new Load(kind, resource.name(), resource.weight(), own, isExact));
            }
        }
        return loads;
    }
}
