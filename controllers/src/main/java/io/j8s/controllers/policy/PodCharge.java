package io.j8s.controllers.policy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.j8s.controllers.workload.PodRules;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// What a pod is charged for while it may be under way from one size to another: the largest of
/// what it asks for, what its node has promised and what its containers have (upstream:
/// `component-helpers/resource` with `UseStatusResources`). Pure.
final class PodCharge {

    private static final Set<String> POD_LEVEL = Set.of("cpu", "memory");

    private final Pod pod;
    private final boolean isInfeasible;

    private PodCharge(Pod pod) {
        this.pod = pod;
        var pending = PodRules.condition(pod, "PodResizePending");
        this.isInfeasible = pending != null && "Infeasible".equals(pending.getReason());
    }

    static Map<String, Quantity> requests(Pod pod) {
        var charge = new PodCharge(pod);
        var out = charge.containers(charge::allocated);
        raise(out, charge.containers(charge::actualRequests));
        return charge.whole(out, false);
    }

    static Map<String, Quantity> limits(Pod pod) {
        var charge = new PodCharge(pod);
        return charge.whole(charge.containers(charge::actualLimits), true);
    }

    /// Whether what containers have changed, so that the charge may have fallen (upstream:
    /// `hasResourcesChanged`).
    static boolean isResized(Pod before, Pod after) {
        return statuses(before)
                .anyMatch(old -> {
                    var now = status(after, old.getName());
                    return now != null && !Objects.equals(old.getResources(), now.getResources());
                });
    }

    private Map<String, Quantity> whole(Map<String, Quantity> held, boolean limits) {
        if (!isInfeasible) {
            raise(held, containers(container -> asked(container, limits)));
        }
        amounts(pod.getSpec().getResources(), limits)
                .forEach((name, amount) -> {
                    if (POD_LEVEL.contains(name) || name.startsWith("hugepages-")) {
                        held.put(name, amount);
                    }
                });
        parsed(pod.getSpec().getOverhead())
                .forEach((name, amount) -> {
                    if (!limits || held.containsKey(name)) {
                        held.merge(name, amount, Quantity::plus);
                    }
                });
        return held;
    }

    /// The larger of what the containers need together and what starting them needs.
    private Map<String, Quantity> containers(Function<Container, Map<String, Quantity>> own) {
        var sum = new HashMap<String, Quantity>();
        pod.getSpec().getContainers().forEach(c -> QuotaUsage.add(sum, own.apply(c)));
        var sidecars = new HashMap<String, Quantity>();
        var peak = new HashMap<String, Quantity>();
        for (var init : pod.getSpec().getInitContainers()) {
            if ("Always".equals(init.getRestartPolicy())) {
                QuotaUsage.add(sum, own.apply(init));
                QuotaUsage.add(sidecars, own.apply(init));
                raise(peak, sidecars);
            } else {
                var starting = new HashMap<>(sidecars);
                QuotaUsage.add(starting, own.apply(init));
                raise(peak, starting);
            }
        }
        raise(sum, peak);
        return sum;
    }

    private Map<String, Quantity> allocated(Container container) {
        var status = status(pod, container.getName());
        var promised =
                status == null
                        ? Map.<String, Quantity>of()
                        : parsed(status.getAllocatedResources());
        return promised.isEmpty() ? possible(container, false) : promised;
    }

    private Map<String, Quantity> actualRequests(Container container) {
        var held = held(container, false);
        return held.isEmpty() ? allocated(container) : held;
    }

    private Map<String, Quantity> actualLimits(Container container) {
        var held = held(container, true);
        return held.isEmpty() ? possible(container, true) : held;
    }

    private Map<String, Quantity> held(Container container, boolean limits) {
        var status = status(pod, container.getName());
        return status == null ? Map.of() : amounts(status.getResources(), limits);
    }

    /// A size that the node can never give counts for nothing.
    private Map<String, Quantity> possible(Container container, boolean limits) {
        return isInfeasible ? Map.of() : asked(container, limits);
    }

    private static Map<String, Quantity> asked(Container container, boolean limits) {
        return amounts(container.getResources(), limits);
    }

    static Map<String, Quantity> amounts(@Nullable ResourceRequirements of, boolean limits) {
        return of == null ? Map.of() : parsed(limits ? of.getLimits() : of.getRequests());
    }

    private static Map<String, Quantity> parsed(
            @Nullable Map<String, io.fabric8.kubernetes.api.model.Quantity> amounts) {
        var out = new HashMap<String, Quantity>();
        if (amounts != null) {
            amounts.forEach((name, amount) -> out.put(name, QuotaUsage.parse(amount)));
        }
        return out;
    }

    private static void raise(Map<String, Quantity> into, Map<String, Quantity> other) {
        other.forEach(
                (name, amount) -> into.merge(name, amount, (a, b) -> a.compareTo(b) >= 0 ? a : b));
    }

    private static @Nullable ContainerStatus status(Pod pod, String name) {
        return statuses(pod).filter(s -> name.equals(s.getName())).findFirst().orElse(null);
    }

    private static Stream<ContainerStatus> statuses(Pod pod) {
        var status = pod.getStatus();
        return status == null
                ? Stream.of()
                : Stream.of(status.getContainerStatuses(), status.getInitContainerStatuses())
                        .filter(Objects::nonNull)
                        .flatMap(List::stream);
    }
}
