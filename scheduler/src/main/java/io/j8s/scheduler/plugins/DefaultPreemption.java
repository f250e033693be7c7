package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.j8s.controllers.runtime.Informer;
import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;
import io.j8s.scheduler.core.FitFailure;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.PostFilterPlugin;
import io.j8s.scheduler.core.PreEnqueuePlugin;
import io.j8s.scheduler.core.Rejections;
import io.j8s.scheduler.core.SchedulerMetrics;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Makes room for a pod by removing pods of lower priority, on the node where that hurts least.
///
/// Of the nodes where it would help the best is chosen by upstream's order: fewest budget
/// violations, lowest highest victim, smallest sum of priorities, fewest victims, latest start of
/// the most important victims. The victims are removed in the background; until the last of them is
/// on its way the pod is kept out of the queue.
public final class DefaultPreemption implements PostFilterPlugin, PreEnqueuePlugin {

    private static final Verdict.Rejected NOT_HELPFUL =
            new Verdict.Rejected("Preemption is not helpful for scheduling", false);

    /// @param minCandidateNodesPercentage how many of the nodes are tried at least
    /// @param minCandidateNodesAbsolute the same as a number
    public record Args(int minCandidateNodesPercentage, int minCandidateNodesAbsolute) {

        public static final Args STANDARD = new Args(10, 100);
    }

    private final Args args;
    private final Informer<PodDisruptionBudget> budgets;
    private final Evictions evictions;
    private final RandomGenerator random;
    private final SchedulerMetrics metrics;

    public DefaultPreemption(
            Args args,
            Informer<PodDisruptionBudget> budgets,
            Evictions evictions,
            RandomGenerator random,
            SchedulerMetrics metrics) {
        this.args = args;
        this.budgets = budgets;
        this.evictions = evictions;
        this.random = random;
        this.metrics = metrics;
    }

    @Override
    public String name() {
        return "DefaultPreemption";
    }

    /// A pod that waits for its own preemption is looked at again when a pod goes, but only what
    /// turned it down says whether it is worth a try.
    @Override
    public List<WakeUp> wakeUps() {
        return List.of(WakeUp.on(Resource.ASSIGNED_POD, Action.DELETE).when((_, _) -> false));
    }

    @Override
    public Verdict preEnqueue(PodInfo pod) {
        return evictions.isUnderWayFor(pod.uid())
                ? new Verdict.Rejected(
                        "waiting for the preemption for this pod to be finished", false)
                : Verdict.Fits.FITS;
    }

    @Override
    public Outcome postFilter(PodInfo pod, Snapshot snapshot, Rejections rejections, Fit fit) {
        metrics.preemptionTried();
        var current = evictions.current(pod).orElse(pod);
        var objection = objection(current, snapshot, rejections);
        if (objection != null) {
            return new Outcome(false, null, "preemption: " + objection);
        }
        var candidates = new ArrayList<Victims>();
        var why = dryRun(pod, snapshot, rejections, fit, candidates);
        var best = best(candidates);
        if (best.isEmpty()) {
            return new Outcome(
                    false, "", "preemption: " + FitFailure.message(snapshot.size(), why));
        }
        var chosen = best.get();
        evictions.start(pod, chosen);
        return new Outcome(
                true,
                chosen.node(),
                "preemption: found a potential placement for pod on node %s, preempting %d victims"
                        .formatted(chosen.node(), chosen.pods().size()));
    }

    /// Why a pod may not remove others; null when it may.
    private static @Nullable String objection(
            PodInfo pod, Snapshot snapshot, Rejections rejections) {
        if ("Never".equals(pod.spec().getPreemptionPolicy())) {
            return "not eligible due to preemptionPolicy=Never.";
        }
        var nominated = pod.nominatedNodeName();
        var rejected = rejections.of(nominated);
        if (nominated.isEmpty() || (rejected != null && !rejected.preemptionMayHelp())) {
            return null;
        }
        boolean roomIsBeingMade =
                snapshot.node(nominated)
                        .map(node ->
                                node.pods().stream()
                                        .anyMatch(other ->
                                                other.priority() < pod.priority()
                                                        && Evictions.isBeingPreempted(other)))
                        .orElse(false);
        return roomIsBeingMade
                ? "not eligible due to a terminating pod on the nominated node."
                : null;
    }

    /// Tries nodes, from a random one on, until there are enough candidates.
    ///
    /// @return why the others would not do
    private List<Verdict.Rejected> dryRun(
            PodInfo pod,
            Snapshot snapshot,
            Rejections rejections,
            Fit fit,
            List<Victims> candidates) {
        var why = new ArrayList<Verdict.Rejected>(snapshot.size());
        var potential = new ArrayList<NodeInfo>(snapshot.size());
        var nodes = snapshot.nodes();
        var answers = rejections.all();
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i).preemptionMayHelp()) {
                potential.add(nodes.get(i));
            } else {
                why.add(NOT_HELPFUL);
            }
        }
        if (potential.isEmpty()) {
            return why;
        }
        int wanted = wanted(potential.size());
        int start = random.nextInt(potential.size());
        int violating = 0;
        var all = budgets.list();
        for (int i = 0; i < potential.size(); i++) {
            // upstream goes on while every candidate breaks a budget
            if (candidates.size() >= wanted && violating < candidates.size()) {
                break;
            }
            var node = potential.get((start + i) % potential.size());
            switch (Victims.on(node, pod, fit, all)) {
                case Victims.Search.Found(var victims) -> {
                    candidates.add(victims);
                    violating += victims.budgetViolations() > 0 ? 1 : 0;
                }
                case Victims.Search.None(var rejected) -> why.add(rejected);
            }
        }
        return why;
    }

    private int wanted(int nodes) {
        int share = (int) ((long) nodes * args.minCandidateNodesPercentage() / 100);
        return Math.min(nodes, Math.max(share, args.minCandidateNodesAbsolute()));
    }

    /// Pure: the candidate that hurts least.
    static Optional<Victims> best(List<Victims> candidates) {
        return candidates.stream()
                .min(
                        Comparator.comparingInt(Victims::budgetViolations)
                                .thenComparingLong(Victims::highestPriority)
                                .thenComparingLong(Victims::sumOfPriorities)
                                .thenComparingInt(victims -> victims.pods().size())
                                .thenComparing(Victims::earliestStart, Comparator.reverseOrder()));
    }
}
