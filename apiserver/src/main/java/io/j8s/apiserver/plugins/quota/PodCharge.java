package io.j8s.apiserver.plugins.quota;

import io.j8s.apiserver.plugins.ResourceAmounts;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// What a pod is charged for while it may be under way from one size to another: the largest of
/// what it asks for, what its node has promised and what its containers have (upstream:
/// `component-helpers/resource` with `UseStatusResources`). Pure.
final class PodCharge {

    private static final List<String> STATUSES =
            List.of("status.containerStatuses", "status.initContainerStatuses");

    private PodCharge() {}

    static SortedMap<String, Quantity> requests(Tree pod) {
        boolean isInfeasible = isResizeInfeasible(pod);
        var out =
                ResourceAmounts.containers(
                        pod, container -> allocated(pod, container, isInfeasible));
        ResourceAmounts.max(
                out,
                ResourceAmounts.containers(
                        pod,
                        container -> {
                            var status = status(pod, container);
                            return status != null && status.has("resources.requests")
                                    ? ResourceAmounts.at(status, "resources.requests")
                                    : allocated(pod, container, isInfeasible);
                        }));
        return whole(out, pod, "requests", isInfeasible);
    }

    static SortedMap<String, Quantity> limits(Tree pod) {
        boolean isInfeasible = isResizeInfeasible(pod);
        var out =
                ResourceAmounts.containers(
                        pod,
                        container -> {
                            var status = status(pod, container);
                            return status != null && status.has("resources.limits")
                                    ? ResourceAmounts.at(status, "resources.limits")
                                    : asked(container, "limits", isInfeasible);
                        });
        return whole(out, pod, "limits", isInfeasible);
    }

    private static SortedMap<String, Quantity> whole(
            SortedMap<String, Quantity> held, Tree pod, String kind, boolean isInfeasible) {
        if (!isInfeasible) {
            ResourceAmounts.max(
                    held,
                    ResourceAmounts.containers(
                            pod, container -> asked(container, kind, isInfeasible)));
        }
        ResourceAmounts.addPodLevel(held, pod, kind);
        ResourceAmounts.addOverhead(held, pod, kind);
        return held;
    }

    private static Map<String, Quantity> allocated(Tree pod, Tree container, boolean isInfeasible) {
        var status = status(pod, container);
        return status != null && status.has("allocatedResources")
                ? ResourceAmounts.at(status, "allocatedResources")
                : asked(container, "requests", isInfeasible);
    }

    /// A size that the node can never give counts for nothing.
    private static Map<String, Quantity> asked(Tree container, String kind, boolean isInfeasible) {
        return isInfeasible ? Map.of() : ResourceAmounts.at(container, "resources." + kind);
    }

    private static @Nullable Tree status(Tree pod, Tree container) {
        var name = container.string("name", "");
        for (var path : STATUSES) {
            for (var status : pod.trees(path)) {
                if (status.string("name", "").equals(name)) {
                    return status;
                }
            }
        }
        return null;
    }

    private static boolean isResizeInfeasible(Tree pod) {
        return pod.trees("status.conditions").stream()
                .filter(condition -> condition.string("type", "").equals("PodResizePending"))
                .findFirst()
                .map(condition -> condition.string("reason", "").equals("Infeasible"))
                .orElse(false);
    }
}
