package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.nodeagent.core.PodQos;
import io.j8s.nodeagent.core.PodResources;
import io.j8s.nodeagent.core.PodStatuses.Verdict;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Which pods have to go so that a critical one fits. Pure. upstream: CriticalPodAdmissionHandler
///
/// First those classes are spared that need not give anything: of the guaranteed pods only what all
/// others together don't free, of the burstable what the best-effort ones don't. In one class the
/// pod goes first that comes closest to what is missing.
final class Preemption {

    /// Of the pods that go.
    static final Verdict VERDICT =
            new Verdict(
                    Verdict.PREEMPTING,
                    "Preempted in order to admit critical pod",
                    null,
                    true,
                    false);

    private Preemption() {}

    /// @param missing by resource, in the units of [#request]; more than zero each
    /// @return empty when not even all that may go would free enough
    static Optional<List<Pod>> victims(
            Pod critical, Collection<Pod> running, Map<String, Long> missing) {
        var mayGo = running.stream().filter(pod -> isPreemptable(critical, pod)).toList();
        var bestEffort = of(mayGo, PodQos.BEST_EFFORT);
        var burstable = of(mayGo, PodQos.BURSTABLE);
        var guaranteed = of(mayGo, PodQos.GUARANTEED);
        if (!without(missing, mayGo).isEmpty()) {
            return Optional.empty();
        }
        var fromGuaranteed = closest(guaranteed, without(missing, joined(bestEffort, burstable)));
        var fromBurstable =
                closest(burstable, without(missing, joined(bestEffort, fromGuaranteed)));
        var fromBestEffort =
                closest(bestEffort, without(missing, joined(fromBurstable, fromGuaranteed)));
        return Optional.of(joined(joined(fromBestEffort, fromBurstable), fromGuaranteed));
    }

    /// Why a critical pod does not come in after all.
    static Verdict inVain(Map<String, Long> missing) {
        var list = new StringBuilder("[");
        missing.forEach((resource, amount) ->
                list.append("(res: %s, q: %d), ".formatted(resource, amount)));
        return new Verdict(
                "UnexpectedAdmissionError",
                "Unexpected error while attempting to recover from admission failure: preemption:"
                        + " error finding a set of pods to preempt: no set of running pods found to"
                        + " reclaim resources: "
                        + list
                        + "]");
    }

    private static boolean isPreemptable(Pod preemptor, Pod pod) {
        if (PodResources.isCritical(preemptor) && !PodResources.isCritical(pod)) {
            return true;
        }
        var mine = preemptor.getSpec().getPriority();
        var other = pod.getSpec().getPriority();
        return mine != null && other != null && mine > other;
    }

    private static List<Pod> of(List<Pod> pods, PodQos wanted) {
        return pods.stream().filter(pod -> PodQos.of(pod) == wanted).toList();
    }

    private static List<Pod> joined(List<Pod> some, List<Pod> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    /// The class as a whole is known to free enough.
    private static List<Pod> closest(List<Pod> pods, Map<String, Long> missing) {
        var left = new ArrayList<>(pods);
        var going = new ArrayList<Pod>();
        for (var open = missing; !open.isEmpty(); open = without(open, List.of(going.getLast()))) {
            int best = 0;
            for (int i = 1; i < left.size(); i++) {
                var order =
                        Double.compare(distance(open, left.get(i)), distance(open, left.get(best)));
                if (order < 0 || (order == 0 && isSmaller(left.get(i), left.get(best)))) {
                    best = i;
                }
            }
            going.add(left.remove(best));
        }
        return going;
    }

    /// What is still missing after these have gone.
    private static Map<String, Long> without(Map<String, Long> missing, List<Pod> pods) {
        var rest = new LinkedHashMap<String, Long>();
        missing.forEach((resource, amount) -> {
            long freed = pods.stream().mapToLong(pod -> request(pod, resource)).sum();
            if (amount > freed) {
                rest.put(resource, amount - freed);
            }
        });
        return rest;
    }

    /// Zero when the pod alone frees everything.
    private static double distance(Map<String, Long> missing, Pod pod) {
        double sum = 0;
        for (var entry : missing.entrySet()) {
            double rest = Math.max(0, entry.getValue() - request(pod, entry.getKey()));
            sum += Math.pow(rest / entry.getValue(), 2);
        }
        return sum;
    }

    private static boolean isSmaller(Pod pod, Pod other) {
        for (var resource : List.of("memory", "cpu")) {
            int order = Long.compare(request(pod, resource), request(other, resource));
            if (order != 0) {
                return order < 0;
            }
        }
        return true;
    }

    private static long request(Pod pod, String resource) {
        return switch (resource) {
            case "pods" -> 1;
            case "cpu" -> PodResources.requestedMilliCpu(pod);
            case "memory" -> PodResources.requestedMemory(pod);
            default -> 0;
        };
    }
}
