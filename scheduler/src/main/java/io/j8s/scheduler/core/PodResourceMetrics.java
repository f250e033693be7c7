package io.j8s.scheduler.core;

import static io.j8s.controllers.runtime.Measures.Stability.STABLE;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Measures;
import io.j8s.controllers.runtime.Meta;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// `/metrics/resources`: what each pod that has not ended asks for, as its specification says it
/// (upstream: `pkg/scheduler/metrics/resources`). Read when it is scraped.
public final class PodResourceMetrics {

    private static final String HELP =
            "%s, broken down by pod. This shows the resource usage the scheduler and kubelet expect"
                    + " per pod for resources along with the unit for the resource if any.";
    private static final List<String> LABELS =
            List.of("namespace", "pod", "node", "scheduler", "priority", "resource", "unit");
    private static final Set<String> POD_LEVEL = Set.of("cpu", "memory"); // and huge pages

    /// Requests or limits.
    private enum Side {
        REQUESTS,
        LIMITS;

        Map<String, Quantity> of(@Nullable ResourceRequirements resources) {
            if (resources == null) {
                return Map.of();
            }
            var list = this == REQUESTS ? resources.getRequests() : resources.getLimits();
            return list == null ? Map.of() : list;
        }
    }

    private PodResourceMetrics() {}

    public static PrometheusRegistry of(Informer<Pod> pods) {
        var registry = new PrometheusRegistry();
        var measures = new Measures(registry);
        measures.gauge(
                STABLE,
                "kube_pod_resource_request",
                HELP.formatted("Resources requested by workloads on the cluster"),
                LABELS,
                () -> values(pods.list(), Side.REQUESTS));
        measures.gauge(
                STABLE,
                "kube_pod_resource_limit",
                HELP.formatted("Resources limit for workloads on the cluster"),
                LABELS,
                () -> values(pods.list(), Side.LIMITS));
        return registry;
    }

    private static Map<List<String>, Double> values(Iterable<Pod> pods, Side side) {
        var values = new HashMap<List<String>, Double>();
        for (var pod : pods) {
            if (!hasEnded(pod)) {
                var total = total(pod, side);
                for (String name : names(total)) {
                    double amount = total.of(name) / (name.equals("cpu") ? 1000.0 : 1.0);
                    if (amount != 0) {
                        values.put(labels(pod, name), amount);
                    }
                }
            }
        }
        return values;
    }

    /// A pod without a node is not over, whatever its phase says.
    private static boolean hasEnded(Pod pod) {
        String phase = pod.getStatus() == null ? "" : Meta.orEmpty(pod.getStatus().getPhase());
        return !Meta.orEmpty(pod.getSpec().getNodeName()).isEmpty()
                && (phase.equals("Succeeded") || phase.equals("Failed"));
    }

    private static Set<String> names(Amounts total) {
        var names = new HashSet<>(total.scalarNames());
        names.addAll(List.of("cpu", "memory", "ephemeral-storage"));
        return names;
    }

    private static List<String> labels(Pod pod, String resource) {
        var spec = pod.getSpec();
        return List.of(
                Meta.namespace(pod),
                Meta.name(pod),
                Meta.orEmpty(spec.getNodeName()),
                Meta.orEmpty(spec.getSchedulerName()),
                spec.getPriority() == null ? "" : spec.getPriority().toString(),
                resource,
                unit(resource));
    }

    private static String unit(String resource) {
        return switch (resource) {
            case "cpu" -> "cores";
            case "memory", "storage", "ephemeral-storage" -> "bytes";
            default ->
                    resource.startsWith("hugepages-")
                            ? "bytes"
                            : resource.startsWith("attachable-volumes-") ? "integer" : "";
        };
    }

    private static Amounts total(Pod pod, Side side) {
        var spec = pod.getSpec();
        var sum = new Amounts();
        for (var container : spec.getContainers()) {
            sum.add(Amounts.of(side.of(container.getResources())));
        }
        addInit(sum, spec.getInitContainers(), side);
        side.of(spec.getResources())
                .forEach((name, quantity) -> {
                    if (POD_LEVEL.contains(name) || name.startsWith("hugepages-")) {
                        sum.set(name, Amounts.of(Map.of(name, quantity)).of(name));
                    }
                });
        var overhead = spec.getOverhead();
        if (overhead != null) {
            overhead.forEach((name, quantity) -> {
                // upstream: what is unlimited does not become limited by the overhead
                if (side == Side.REQUESTS || sum.of(name) != 0) {
                    var more = Amounts.of(Map.of(name, quantity));
                    sum.set(name, sum.of(name) + more.of(name));
                }
            });
        }
        return sum;
    }

    /// Sidecars run beside the others; of the rest the largest counts, with the sidecars before it.
    private static void addInit(Amounts sum, List<Container> containers, Side side) {
        var sidecars = new Amounts();
        var peak = new Amounts();
        for (var container : containers) {
            var own = Amounts.of(side.of(container.getResources()));
            if ("Always".equals(container.getRestartPolicy())) {
                sidecars.add(own);
                peak.raiseTo(sidecars);
            } else {
                own.add(sidecars);
                peak.raiseTo(own);
            }
        }
        sum.add(sidecars);
        sum.raiseTo(peak);
    }
}
