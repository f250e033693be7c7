package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A pod's resources as one sum, for `status.allocatedResources` and `status.resources`. Pure.
/// upstream: resourcehelper.PodRequests, PodLimits, convertToAPIPodLevelResourcesStatus.
final class PodTotals {

    private PodTotals() {}

    static Map<String, Quantity> requests(Pod pod) {
        return total(pod, true);
    }

    /// Before a pod runs its status tells what it was promised.
    static ResourceRequirements promised(Pod pod) {
        return new ResourceRequirementsBuilder()
                .withRequests(total(pod, true))
                .withLimits(total(pod, false))
                .build();
    }

    /// Of a running pod: what its control group has. Limits only where all containers have one,
    /// else the group is not limited.
    static ResourceRequirements actual(Pod pod) {
        var own = pod.getSpec().getResources();
        var requests = new TreeMap<String, Quantity>();
        var limits = new TreeMap<String, Quantity>();
        if (own != null) {
            requests.putAll(orEmpty(own.getRequests()));
            limits.putAll(orEmpty(own.getLimits()));
        }
        var all = total(pod, true);
        for (var resource : List.of("cpu", "memory")) {
            if (all.containsKey(resource)) {
                requests.put(resource, all.get(resource));
            }
        }
        var group = PodResources.ofPod(pod);
        var sums = total(pod, false);
        if (group.cpuQuotaUs() > 0 && sums.containsKey("cpu")) {
            limits.put("cpu", sums.get("cpu"));
        }
        if (group.memoryBytes() > 0 && sums.containsKey("memory")) {
            limits.put("memory", sums.get("memory"));
        }
        return new ResourceRequirementsBuilder().withRequests(requests).withLimits(limits).build();
    }

    private static Map<String, Quantity> total(Pod pod, boolean isRequest) {
        var together = new TreeMap<String, Sum>();
        for (var container : pod.getSpec().getContainers()) {
            add(together, amounts(container.getResources(), isRequest));
        }
        var sidecars = new TreeMap<String, Sum>();
        var peaks = new TreeMap<String, Sum>();
        for (var container : pod.getSpec().getInitContainers()) {
            var wanted = amounts(container.getResources(), isRequest);
            if (PodFacts.isSidecar(container)) {
                add(together, wanted);
                add(sidecars, wanted);
                max(peaks, sidecars);
            } else {
                var peak = new TreeMap<>(sidecars);
                add(peak, wanted);
                max(peaks, peak);
            }
        }
        max(together, peaks);
        amounts(pod.getSpec().getResources(), isRequest)
                .forEach((resource, own) -> together.put(resource, Sum.of(own)));
        orEmpty(pod.getSpec().getOverhead())
                .forEach((resource, extra) -> {
                    if (isRequest || together.containsKey(resource)) {
                        together.merge(resource, Sum.of(extra), Sum::plus);
                    }
                });
        var total = new TreeMap<String, Quantity>();
        together.forEach((resource, sum) -> total.put(resource, sum.quantity()));
        return total;
    }

    private static void add(Map<String, Sum> sums, Map<String, Quantity> amounts) {
        amounts.forEach((resource, amount) -> sums.merge(resource, Sum.of(amount), Sum::plus));
    }

    private static void max(Map<String, Sum> sums, Map<String, Sum> others) {
        others.forEach((resource, other) ->
                sums.merge(
                        resource, other, (a, b) -> a.amount().compareTo(b.amount()) >= 0 ? a : b));
    }

    private static Map<String, Quantity> amounts(
            @Nullable ResourceRequirements resources, boolean isRequest) {
        if (resources == null) {
            return Map.of();
        }
        return orEmpty(isRequest ? resources.getRequests() : resources.getLimits());
    }

    private static Map<String, Quantity> orEmpty(@Nullable Map<String, Quantity> amounts) {
        return amounts == null ? Map.of() : amounts;
    }

    /// A sum is written as its first part was: in binary or decimal steps.
    private record Sum(BigDecimal amount, Quantity written) {

        static Sum of(Quantity quantity) {
            return new Sum(quantity.getNumericalAmount(), quantity);
        }

        Sum plus(Sum other) {
            return new Sum(amount.add(other.amount()), written);
        }

        Quantity quantity() {
            if (amount.compareTo(written.getNumericalAmount()) == 0) {
                return written;
            }
            boolean isBinary = written.getFormat() != null && written.getFormat().endsWith("i");
            return Quantity.fromNumericalAmount(amount, isBinary ? "Ki" : "m");
        }
    }
}
