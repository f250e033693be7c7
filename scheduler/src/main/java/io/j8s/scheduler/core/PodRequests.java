package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
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
/// replace the sum; overhead comes on top. While a pod is being resized, the largest of what is
/// wanted, what it was allowed and what it has counts, of the sums; a resize that can't be done
/// counts for nothing.
final class PodRequests {

    private static final List<String> POD_LEVEL = List.of("cpu", "memory"); // and huge pages

    /// Where a container's requests are read.
    private enum Source {
        SPEC,
        ALLOCATED,
        ACTUATED
    }

    private final Pod pod;
    private final boolean defaultsCpu;
    private final boolean defaultsMemory;
    private final boolean isResizeInfeasible;

    private PodRequests(Pod pod, boolean defaultsCpu, boolean defaultsMemory) {
        this.pod = pod;
        this.defaultsCpu = defaultsCpu;
        this.defaultsMemory = defaultsMemory;
        this.isResizeInfeasible = isResizeInfeasible(pod.getStatus());
    }

    static Amounts of(Pod pod) {
        return new PodRequests(pod, false, false).total();
    }

    /// The same with defaults for containers that request no CPU or memory; where something is
    /// requested for the whole pod, only for what nobody requests.
    static Amounts nonZero(Pod pod) {
        boolean isPodLevel = hasPodLevel(pod.getSpec());
        return new PodRequests(
                        pod,
                        !isPodLevel || !isRequested(pod.getSpec(), "cpu"),
                        !isPodLevel || !isRequested(pod.getSpec(), "memory"))
                .total();
    }

    /// With defaults, and without what is requested for the pod as a whole or known of its status.
    static Amounts nonZeroOfContainers(Pod pod) {
        var requests = new PodRequests(pod, true, true);
        var sum = requests.sum(Source.SPEC);
        requests.addOverhead(sum);
        return sum;
    }

    private Amounts total() {
        var sum = ofContainers();
        var podLevel = requests(pod.getSpec().getResources());
        if (hasPodLevel(pod.getSpec())) {
            replace(sum, podLevel);
        }
        addOverhead(sum);
        return sum;
    }

    private Amounts ofContainers() {
        var status = pod.getStatus();
        if (!isResizeInfeasible && (status == null || tellsNothing(status))) {
            return sum(Source.SPEC);
        }
        Map<String, Quantity> podHas = status == null ? Map.of() : requests(status.getResources());
        boolean isToldOfPod =
                status != null && !podHas.isEmpty() && isTold(status.getAllocatedResources());
        var most = isToldOfPod ? Amounts.of(status.getAllocatedResources()) : sum(Source.ALLOCATED);
        most.raiseTo(isToldOfPod ? Amounts.of(podHas) : sum(Source.ACTUATED));
        if (!isResizeInfeasible) {
            most.raiseTo(sum(Source.SPEC));
        }
        return most;
    }

    private static boolean tellsNothing(PodStatus status) {
        return !isTold(status.getAllocatedResources())
                && status.getResources() == null
                && tellsNothing(status.getContainerStatuses())
                && tellsNothing(status.getInitContainerStatuses());
    }

    private static boolean tellsNothing(List<ContainerStatus> statuses) {
        for (int i = 0; i < statuses.size(); i++) {
            var status = statuses.get(i);
            if (status.getResources() != null || isTold(status.getAllocatedResources())) {
                return false;
            }
        }
        return true;
    }

    private Amounts sum(Source source) {
        var spec = pod.getSpec();
        var sum = new Amounts();
        for (Container container : spec.getContainers()) {
            sum.add(requests(container, source));
        }
        if (!spec.getInitContainers().isEmpty()) {
            addInit(sum, source);
        }
        return sum;
    }

    private void addInit(Amounts sum, Source source) {
        var sidecars = new Amounts();
        var startPeak = new Amounts();
        for (Container container : pod.getSpec().getInitContainers()) {
            var own = requests(container, source);
            if ("Always".equals(container.getRestartPolicy())) {
                sidecars.add(own);
                startPeak.raiseTo(sidecars);
            } else {
                own.add(sidecars);
                startPeak.raiseTo(own);
            }
        }
        sum.add(sidecars);
        sum.raiseTo(startPeak);
    }

    private Amounts requests(Container container, Source source) {
        var requests = read(container, source);
        var amounts = Amounts.of(requests);
        if (defaultsCpu && !requests.containsKey("cpu")) {
            amounts.set("cpu", Amounts.DEFAULT_MILLI_CPU);
        }
        if (defaultsMemory && !requests.containsKey("memory")) {
            amounts.set("memory", Amounts.DEFAULT_MEMORY);
        }
        return amounts;
    }

    private Map<String, Quantity> read(Container container, Source source) {
        if (source == Source.SPEC) {
            return requests(container.getResources());
        }
        var status = statusOf(container.getName());
        if (status != null && source == Source.ACTUATED) {
            var has = requests(status.getResources());
            if (!has.isEmpty()) {
                return has;
            }
        }
        if (status != null && isTold(status.getAllocatedResources())) {
            return status.getAllocatedResources();
        }
        return isResizeInfeasible ? Map.of() : requests(container.getResources());
    }

    private @Nullable ContainerStatus statusOf(String container) {
        var status = pod.getStatus();
        if (status == null) {
            return null;
        }
        var found = find(status.getContainerStatuses(), container);
        return found == null ? find(status.getInitContainerStatuses(), container) : found;
    }

    private static @Nullable ContainerStatus find(List<ContainerStatus> statuses, String name) {
        for (var status : statuses) {
            if (name.equals(status.getName())) {
                return status;
            }
        }
        return null;
    }

    /// What is requested for the pod as a whole goes before the sum, the most of what is wanted,
    /// allowed and there where the status tells.
    private void replace(Amounts sum, Map<String, Quantity> wanted) {
        var status = pod.getStatus();
        if (status == null || status.getResources() == null) {
            replaceEach(sum, wanted, Amounts.of(wanted));
            return;
        }
        var has = requests(status.getResources());
        var allocated =
                isTold(status.getAllocatedResources())
                        ? status.getAllocatedResources()
                        : Map.<String, Quantity>of();
        var most = isResizeInfeasible ? new Amounts() : Amounts.of(wanted);
        most.raiseTo(Amounts.of(has));
        most.raiseTo(Amounts.of(allocated));
        if (!isResizeInfeasible) {
            replaceEach(sum, wanted, most);
        }
        replaceEach(sum, has, most);
        replaceEach(sum, allocated, most);
    }

    private static void replaceEach(Amounts sum, Map<String, Quantity> names, Amounts by) {
        for (String name : names.keySet()) {
            if (isOfPods(name)) {
                sum.set(name, by.of(name));
            }
        }
    }

    private void addOverhead(Amounts sum) {
        var overhead = pod.getSpec().getOverhead();
        if (overhead != null && !overhead.isEmpty()) {
            sum.add(Amounts.of(overhead));
        }
    }

    private static boolean hasPodLevel(PodSpec spec) {
        return spec.getResources() != null
                && requests(spec.getResources()).keySet().stream().anyMatch(PodRequests::isOfPods);
    }

    private static boolean isOfPods(String resource) {
        return POD_LEVEL.contains(resource) || resource.startsWith("hugepages-");
    }

    /// Whether any container, the pod or its overhead says how much, be it 0.
    private static boolean isRequested(PodSpec spec, String resource) {
        return requests(spec.getResources()).containsKey(resource)
                || (spec.getOverhead() != null && spec.getOverhead().containsKey(resource))
                || isRequested(spec.getContainers(), resource)
                || isRequested(spec.getInitContainers(), resource);
    }

    private static boolean isRequested(List<Container> containers, String resource) {
        return containers.stream()
                .anyMatch(container -> requests(container.getResources()).containsKey(resource));
    }

    private static Map<String, Quantity> requests(@Nullable ResourceRequirements resources) {
        return resources == null || resources.getRequests() == null
                ? Map.of()
                : resources.getRequests();
    }

    /// The model does not tell an empty list from none.
    private static boolean isTold(@Nullable Map<String, Quantity> list) {
        return list != null && !list.isEmpty();
    }

    private static boolean isResizeInfeasible(@Nullable PodStatus status) {
        if (status == null) {
            return false;
        }
        for (var condition : status.getConditions()) {
            if ("PodResizePending".equals(condition.getType())) {
                return "Infeasible".equals(condition.getReason());
            }
        }
        return false;
    }
}
