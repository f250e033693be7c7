package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;

import java.util.Map;
import java.util.Optional;

/// How much a pod asks of its node (upstream: `component-helpers/resource.PodRequests`).
final class PodRequests {

    private PodRequests() {}

    /// Containers and sidecars add up; an init container needs the sidecars started before it
    /// beside itself, and the largest such need counts where it exceeds the sum. Requests of the
    /// whole pod replace the sum; overhead comes on top.
    static Amounts of(PodSpec spec) {
        return total(spec, false);
    }

    /// The same with defaults for containers that request no CPU or memory.
    static Amounts nonZero(PodSpec spec) {
        return total(spec, true);
    }

    private static Amounts total(PodSpec spec, boolean nonZero) {
        var sum = new Amounts();
        for (Container container : spec.getContainers()) {
            sum.add(requests(container, nonZero));
        }
        var sidecars = new Amounts();
        var startPeak = new Amounts();
        for (Container container : spec.getInitContainers()) {
            var own = requests(container, nonZero);
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
        Optional.ofNullable(spec.getResources())
                .map(resources -> resources.getRequests())
                .ifPresent(requests -> replace(sum, requests));
        if (spec.getOverhead() != null) {
            sum.add(Amounts.of(spec.getOverhead()));
        }
        return sum;
    }

    private static void replace(Amounts sum, Map<String, Quantity> podLevel) {
        var own = Amounts.of(podLevel);
        podLevel.keySet().stream()
                .filter(name ->
                        name.equals("cpu")
                                || name.equals("memory")
                                || name.startsWith("hugepages-"))
                .forEach(name -> sum.set(name, own.of(name)));
    }

    private static Amounts requests(Container container, boolean nonZero) {
        Map<String, Quantity> requests =
                Optional.ofNullable(container.getResources())
                        .map(resources -> resources.getRequests())
                        .orElse(Map.of());
        var amounts = Amounts.of(requests);
        if (nonZero && !requests.containsKey("cpu")) {
            amounts.set("cpu", Amounts.DEFAULT_MILLI_CPU);
        }
        if (nonZero && !requests.containsKey("memory")) {
            amounts.set("memory", Amounts.DEFAULT_MEMORY);
        }
        return amounts;
    }
}
