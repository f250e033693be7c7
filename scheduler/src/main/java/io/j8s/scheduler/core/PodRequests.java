package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// How much a pod asks of its node (upstream: `component-helpers/resource.PodRequests`).
///
/// Containers and sidecars add up; an init container needs the sidecars started before it beside
/// itself, and the largest such need counts where it exceeds the sum. Requests of the whole pod
/// replace the sum; overhead comes on top. While a container is being resized, the larger of what
/// is wanted and what it has counts; a resize that can't be done counts for nothing.
final class PodRequests {

    private static final List<String> POD_LEVEL = List.of("cpu", "memory"); // and huge pages

    private final Pod pod;
    private final boolean nonZero;
    private final boolean isResizeInfeasible;

    private PodRequests(Pod pod, boolean nonZero) {
        this.pod = pod;
        this.nonZero = nonZero;
        this.isResizeInfeasible = isResizeInfeasible(pod.getStatus());
    }

    static Amounts of(Pod pod) {
        return new PodRequests(pod, false).total();
    }

    /// The same with defaults for containers that request no CPU or memory.
    static Amounts nonZero(Pod pod) {
        return new PodRequests(pod, true).total();
    }

    private Amounts total() {
        var spec = pod.getSpec();
        var status = pod.getStatus();
        var sum = new Amounts();
        for (Container container : spec.getContainers()) {
            sum.add(requests(container, status == null ? null : status.getContainerStatuses()));
        }
        if (!spec.getInitContainers().isEmpty()) {
            addInit(sum);
        }
        var podLevel = requests(spec.getResources());
        if (!podLevel.isEmpty()) {
            replace(sum, podLevel);
        }
        if (spec.getOverhead() != null && !spec.getOverhead().isEmpty()) {
            sum.add(Amounts.of(spec.getOverhead()));
        }
        return sum;
    }

    private void addInit(Amounts sum) {
        var status = pod.getStatus();
        var statuses = status == null ? null : status.getInitContainerStatuses();
        var sidecars = new Amounts();
        var startPeak = new Amounts();
        for (Container container : pod.getSpec().getInitContainers()) {
            if ("Always".equals(container.getRestartPolicy())) {
                sidecars.add(requests(container, statuses));
                startPeak.raiseTo(sidecars);
            } else {
                var own = requests(container, null);
                own.add(sidecars);
                startPeak.raiseTo(own);
            }
        }
        sum.add(sidecars);
        sum.raiseTo(startPeak);
    }

    private void replace(Amounts sum, Map<String, Quantity> podLevel) {
        var wanted = Amounts.of(podLevel);
        var status = pod.getStatus();
        var has = new Amounts();
        if (status != null && status.getAllocatedResources() != null) {
            has.raiseTo(Amounts.of(status.getAllocatedResources()));
        }
        if (status != null) {
            has.raiseTo(Amounts.of(requests(status.getResources())));
        }
        for (String name : podLevel.keySet()) {
            if (POD_LEVEL.contains(name) || name.startsWith("hugepages-")) {
                boolean countsWanted = !isResizeInfeasible || has.of(name) == 0;
                sum.set(name, Math.max(countsWanted ? wanted.of(name) : 0, has.of(name)));
            }
        }
    }

    private Amounts requests(Container container, @Nullable List<ContainerStatus> statuses) {
        var requests = requests(container.getResources());
        var amounts = Amounts.of(requests);
        var status = statuses == null ? null : find(statuses, container.getName());
        if (status != null) {
            amounts = resized(amounts, status);
        }
        if (nonZero && amounts.milliCpu() == 0 && !requests.containsKey("cpu")) {
            amounts.set("cpu", Amounts.DEFAULT_MILLI_CPU);
        }
        if (nonZero && amounts.memory() == 0 && !requests.containsKey("memory")) {
            amounts.set("memory", Amounts.DEFAULT_MEMORY);
        }
        return amounts;
    }

    private Amounts resized(Amounts wanted, ContainerStatus status) {
        var has = new Amounts();
        boolean known = false;
        if (status.getResources() != null) {
            has.raiseTo(Amounts.of(requests(status.getResources())));
            known = true;
        }
        if (status.getAllocatedResources() != null && !status.getAllocatedResources().isEmpty()) {
            has.raiseTo(Amounts.of(status.getAllocatedResources()));
            known = true;
        }
        if (known && isResizeInfeasible) {
            return has;
        }
        has.raiseTo(wanted);
        return has;
    }

    private static @Nullable ContainerStatus find(List<ContainerStatus> statuses, String name) {
        for (var status : statuses) {
            if (name.equals(status.getName())) {
                return status;
            }
        }
        return null;
    }

    private static Map<String, Quantity> requests(@Nullable ResourceRequirements resources) {
        return resources == null || resources.getRequests() == null
                ? Map.of()
                : resources.getRequests();
    }

    private static boolean isResizeInfeasible(@Nullable PodStatus status) {
        return status != null
                && status.getConditions().stream()
                        .anyMatch(condition ->
                                "PodResizePending".equals(condition.getType())
                                        && "Infeasible".equals(condition.getReason()));
    }
}
