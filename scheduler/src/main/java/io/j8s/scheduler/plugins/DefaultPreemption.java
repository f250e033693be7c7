package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.timers.Timers;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.PostFilterPlugin;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes room for a pod by removing pods of lower priority, on the node where that hurts least.
///
/// On each node all lower pods are taken away; if the pod fits then, as many as possible are put
/// back, those under a disruption budget first, the important ones before the others. Of the nodes
/// the best is chosen by upstream's order: fewest budget violations, lowest highest victim,
/// smallest sum of priorities, fewest victims, latest start of the most important victims.
public final class DefaultPreemption implements PostFilterPlugin {

    private static final int CANDIDATES_MIN = 100; // upstream: minCandidateNodesAbsolute
    private static final int CANDIDATES_PERCENT = 10; // upstream: minCandidateNodesPercentage

    /// More important first: higher priority, then longer running.
    private static final Comparator<PodInfo> IMPORTANCE =
            Comparator.comparingInt(PodInfo::priority)
                    .reversed()
                    .thenComparing(DefaultPreemption::startTime);

    private final Api api;
    private final Informer<PodDisruptionBudget> budgets;
    private final EventRecorder events;
    private final Timers timers;

    public DefaultPreemption(
            Api api, Informer<PodDisruptionBudget> budgets, EventRecorder events, Timers timers) {
        this.api = api;
        this.budgets = budgets;
        this.events = events;
        this.timers = timers;
    }

    @Override
    public String name() {
        return "DefaultPreemption";
    }

    /// What preemption on one node would remove.
    record Candidate(String node, List<PodInfo> victims, int budgetViolations) {
        Candidate {
            victims = List.copyOf(victims);
        }
    }

    @Override
    public Optional<String> postFilter(
            PodInfo pod, Snapshot snapshot, Map<String, Verdict.Rejected> rejections, Fit fit) {
        if ("Never".equals(pod.spec().getPreemptionPolicy())
                || roomIsBeingMade(pod, snapshot, rejections)) {
            return Optional.empty();
        }
        var candidates = new ArrayList<Candidate>();
        int wanted = Math.max(CANDIDATES_MIN, snapshot.nodes().size() * CANDIDATES_PERCENT / 100);
        for (NodeInfo node : snapshot.nodes().values()) {
            var rejected = rejections.get(node.name());
            if (rejected != null && rejected.preemptionMayHelp()) {
                candidate(pod, node, fit, budgets.list()).ifPresent(candidates::add);
                if (candidates.size() >= wanted) {
                    break;
                }
            }
        }
        var best = best(candidates);
        best.ifPresent(candidate -> evict(pod, candidate));
        return best.map(Candidate::node);
    }

    /// Victims of an earlier round are still ending on the nominated node: wait for them.
    private static boolean roomIsBeingMade(
            PodInfo pod, Snapshot snapshot, Map<String, Verdict.Rejected> rejections) {
        var status = pod.pod().getStatus();
        @Nullable String nominated = status == null ? null : status.getNominatedNodeName();
        if (nominated == null || nominated.isEmpty()) {
            return false;
        }
        var rejected = rejections.get(nominated);
        if (rejected != null && !rejected.preemptionMayHelp()) {
            return false;
        }
        return snapshot.node(nominated)
                .map(node ->
                        node.pods().stream()
                                .anyMatch(other ->
                                        other.isTerminating() && other.priority() < pod.priority()))
                .orElse(false);
    }

    /// Pure: which pods would have to go from a node.
    static Optional<Candidate> candidate(
            PodInfo pod, NodeInfo original, Fit fit, List<PodDisruptionBudget> budgets) {
        var node = original.copy();
        var removed = new ArrayList<PodInfo>();
        for (PodInfo other : original.pods()) {
            if (other.priority() < pod.priority()) {
                node.remove(other.uid());
                removed.add(other);
            }
        }
        if (removed.isEmpty() || !fit.check(node, removed).fits()) {
            return Optional.empty();
        }
        removed.sort(IMPORTANCE);
        var violating = violating(removed, budgets);
        var victims = new ArrayList<PodInfo>();
        int violations = 0;
        for (boolean protectedOnes : List.of(true, false)) {
            for (PodInfo other : List.copyOf(removed)) {
                if (violating.contains(other) != protectedOnes) {
                    continue;
                }
                node.add(other);
                removed.remove(other);
                if (!fit.check(node, removed).fits()) {
                    node.remove(other.uid());
                    removed.add(other);
                    victims.add(other);
                    violations += protectedOnes ? 1 : 0;
                }
            }
        }
        victims.sort(IMPORTANCE);
        return Optional.of(new Candidate(original.name(), victims, violations));
    }

    /// Those whose removal would break a disruption budget, counting from the most important on.
    private static List<PodInfo> violating(List<PodInfo> pods, List<PodDisruptionBudget> budgets) {
        Map<String, Integer> allowed = new HashMap<>();
        var violating = new ArrayList<PodInfo>();
        for (PodInfo pod : pods) {
            boolean violates = false;
            for (var budget : budgets) {
                boolean covers =
                        Meta.namespace(budget).equals(pod.namespace())
                                && !LabelSelectors.isEmpty(budget.getSpec().getSelector())
                                && LabelSelectors.matches(
                                        budget.getSpec().getSelector(), pod.labels())
                                && !budget.getStatus()
                                        .getDisruptedPods()
                                        .containsKey(pod.key().name());
                if (covers) {
                    int left =
                            allowed.merge(
                                    Meta.uid(budget),
                                    Meta.orZero(budget.getStatus().getDisruptionsAllowed()) - 1,
                                    (before, _) -> before - 1);
                    violates |= left < 0;
                }
            }
            if (violates) {
                violating.add(pod);
            }
        }
        return violating;
    }

    /// Pure: the candidate that hurts least.
    static Optional<Candidate> best(List<Candidate> candidates) {
        return candidates.stream()
                .min(
                        Comparator.comparingInt(Candidate::budgetViolations)
                                .thenComparingLong(DefaultPreemption::highestPriority)
                                .thenComparingLong(DefaultPreemption::sumOfPriorities)
                                .thenComparingInt(candidate -> candidate.victims().size())
                                .thenComparing(
                                        DefaultPreemption::earliestStart,
                                        Comparator.reverseOrder()));
    }

    private static long highestPriority(Candidate candidate) {
        return candidate.victims().isEmpty()
                ? Long.MIN_VALUE
                : candidate.victims().getFirst().priority();
    }

    private static long sumOfPriorities(Candidate candidate) {
        // upstream shifts priorities to be positive, so that many low victims count more than few
        return candidate.victims().stream()
                .mapToLong(victim -> victim.priority() + (long) Integer.MAX_VALUE + 1)
                .sum();
    }

    /// Start of the longest running of the most important victims.
    private static String earliestStart(Candidate candidate) {
        return candidate.victims().isEmpty() ? "" : startTime(candidate.victims().getFirst());
    }

    /// RFC 3339 in UTC, so that texts sort as times; pods that have not started come last.
    private static String startTime(PodInfo pod) {
        var status = pod.pod().getStatus();
        return status == null || status.getStartTime() == null ? "~" : status.getStartTime();
    }

    private void evict(PodInfo pod, Candidate candidate) {
        for (PodInfo victim : candidate.victims()) {
            try {
                if (!victim.isTerminating()) {
                    markDisrupted(pod, victim);
                    api.delete(Kinds.PODS, victim.key(), Api.Delete.PLAIN.onlyUid(victim.uid()));
                }
                events.normal(
                        victim.pod(),
                        "Preempted",
                        "Preempted by pod %s on node %s".formatted(pod.uid(), candidate.node()));
            } catch (StatusException refused) {
                if (!refused.isNotFound() && !refused.isConflict()) {
                    throw refused;
                }
            }
        }
    }

    /// upstream: `DisruptionTarget` tells workload controllers why the pod goes.
    private void markDisrupted(PodInfo pod, PodInfo victim) {
        String message =
                "%s: preempting to accommodate a higher priority pod"
                        .formatted(pod.spec().getSchedulerName());
        String condition =
                """
                {"status":{"conditions":[{"type":"DisruptionTarget","status":"True",\
                "reason":"PreemptionByScheduler","message":%s,"lastTransitionTime":"%s"}]}}\
                """
                        .formatted(FieldErrors.quote(message), Meta.timestamp(timers.now()));
        api.patch(Kinds.PODS, victim.key(), Api.Patch.strategic(condition).on("status"));
    }
}
