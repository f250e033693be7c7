package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.PostFilterPlugin;
import io.j8s.scheduler.core.Verdict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Pods that would have to go from a node to make room for another one, the most important first.
///
/// @param budgetViolations how many of them a disruption budget protects
record Victims(String node, List<PodInfo> pods, int budgetViolations) {

    /// More important first: higher priority, then longer running.
    private static final Comparator<PodInfo> IMPORTANCE =
            Comparator.comparingInt(PodInfo::priority).reversed().thenComparing(Victims::startTime);

    private static final Search.None NO_VICTIMS =
            new Search.None(
                    new Verdict.Rejected("No preemption victims found for incoming pod", false));

    /// What came of looking at a node.
    sealed interface Search {
        record Found(Victims victims) implements Search {}

        record None(Verdict.Rejected why) implements Search {}
    }

    Victims {
        pods = List.copyOf(pods);
    }

    /// Pure: which pods would have to go. All lower ones are taken away; if the pod fits then, as
    /// many as possible are put back, those under a disruption budget first, the important ones
    /// before the others.
    static Search on(
            NodeInfo original,
            PodInfo pod,
            PostFilterPlugin.Fit fit,
            List<PodDisruptionBudget> budgets) {
        var removed = new ArrayList<PodInfo>();
        for (PodInfo other : original.pods()) {
            if (other.priority() < pod.priority()) {
                removed.add(other);
            }
        }
        if (removed.isEmpty()) {
            return NO_VICTIMS;
        }
        var node = original.copyWithout(other -> other.priority() < pod.priority());
        if (fit.check(node, removed) instanceof Verdict.Rejected rejected) {
            return new Search.None(rejected);
        }
        removed.sort(IMPORTANCE);
        var protectedBy = violations(removed, budgets);
        var victims = new ArrayList<PodInfo>();
        int violations = 0;
        for (boolean protectedOnes :
                protectedBy.isEmpty() ? List.of(false) : List.of(true, false)) {
            for (PodInfo other : List.copyOf(removed)) {
                if (protectedBy.containsKey(other) != protectedOnes) {
                    continue;
                }
                node.add(other);
                removed.remove(other);
                if (!fit.check(node, removed).fits()) {
                    node.remove(other.uid());
                    removed.add(other);
                    victims.add(other);
                    violations += protectedBy.getOrDefault(other, 0);
                }
            }
        }
        victims.sort(IMPORTANCE);
        return victims.isEmpty()
                ? new Search.None(
                        new Verdict.Rejected(
                                "expected at least one victim pod on node \"%s\""
                                        .formatted(original.name()),
                                true))
                : new Search.Found(new Victims(original.name(), victims, violations));
    }

    /// Those whose removal would break disruption budgets, with how many, counting from the most
    /// important on.
    private static Map<PodInfo, Integer> violations(
            List<PodInfo> pods, List<PodDisruptionBudget> budgets) {
        if (budgets.isEmpty()) {
            return Map.of();
        }
        Map<String, Integer> left = new HashMap<>();
        var violations = new HashMap<PodInfo, Integer>();
        for (PodInfo pod : pods) {
            for (var budget : budgets) {
                if (covers(budget, pod)) {
                    int remaining =
                            left.merge(
                                    Meta.uid(budget),
                                    Meta.orZero(budget.getStatus().getDisruptionsAllowed()) - 1,
                                    (before, _) -> before - 1);
                    if (remaining < 0) {
                        violations.merge(pod, 1, Integer::sum);
                    }
                }
            }
        }
        return violations;
    }

    /// upstream: an unlabelled pod matches no budget, nor does one whose eviction is under way
    private static boolean covers(PodDisruptionBudget budget, PodInfo pod) {
        var selector = budget.getSpec().getSelector();
        return Meta.namespace(budget).equals(pod.namespace())
                && !pod.labels().isEmpty()
                && !LabelSelectors.isEmpty(selector)
                && LabelSelectors.matches(selector, pod.labels())
                && budget.getStatus() != null
                && !budget.getStatus().getDisruptedPods().containsKey(pod.key().name());
    }

    long highestPriority() {
        return pods.getFirst().priority();
    }

    /// upstream shifts priorities to be positive, so that many low victims count more than few.
    long sumOfPriorities() {
        long sum = 0;
        for (PodInfo pod : pods) {
            sum += pod.priority() + (long) Integer.MAX_VALUE + 1;
        }
        return sum;
    }

    /// Start of the longest running of the most important victims.
    String earliestStart() {
        return startTime(pods.getFirst());
    }

    /// RFC 3339 in UTC, so that texts sort as times; pods that have not started come last.
    private static String startTime(PodInfo pod) {
        var status = pod.pod().getStatus();
        return status == null || status.getStartTime() == null ? "~" : status.getStartTime();
    }
}
