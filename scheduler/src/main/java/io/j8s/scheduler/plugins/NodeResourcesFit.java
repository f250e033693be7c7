package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.scheduler.core.Amounts;
import io.j8s.scheduler.core.ClusterChange;
import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Keeps pods off nodes without room for what they request, and ranks the rest by how full they
/// would be.
public final class NodeResourcesFit implements FilterPlugin, ScorePlugin {

    /// How full nodes rank (upstream: `NodeResourcesFitArgs.scoringStrategy`).
    public sealed interface Strategy {

        record LeastAllocated() implements Strategy {}

        record MostAllocated() implements Strategy {}

        record RequestedToCapacityRatio(UtilizationShape shape) implements Strategy {}
    }

    /// @param resources that count for the score
    /// @param ignoredResources extended resources that other parts account for
    /// @param ignoredResourceGroups the same by what stands before the slash
    public record Args(
            Strategy strategy,
            List<WeightedResource> resources,
            Set<String> ignoredResources,
            Set<String> ignoredResourceGroups) {

        /// Upstream's default: emptier nodes first, by CPU and memory alike.
        public static final Args STANDARD =
                new Args(
                        new Strategy.LeastAllocated(),
                        WeightedResource.CPU_AND_MEMORY,
                        Set.of(),
                        Set.of());

        public Args {
            resources = List.copyOf(resources);
            ignoredResources = Set.copyOf(ignoredResources);
            ignoredResourceGroups = Set.copyOf(ignoredResourceGroups);
        }
    }

    private static final List<String> REASONS =
            List.of(
                    "Too many pods",
                    "Insufficient cpu",
                    "Insufficient memory",
                    "Insufficient ephemeral-storage");
    // of what a node lacks: it could not hold the pod even if it were empty
    private static final int HELPLESS = 1 << REASONS.size();
    // by what a node lacks, a bit for each reason
    private static final Verdict[] COMMON = verdicts();

    private final Args args;

    public NodeResourcesFit(Args args) {
        this.args = args;
    }

    @Override
    public String name() {
        return "NodeResourcesFit";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(Resource.ASSIGNED_POD, Action.DELETE),
                WakeUp.on(Resource.NODE, Action.ADD, Action.UPDATE_ALLOCATABLE)
                        .when(NodeResourcesFit::isAnsweredByNode),
                WakeUp.on(Resource.ASSIGNED_POD, Action.UPDATE_SCALE_DOWN)
                        .when(NodeResourcesFit::isAnsweredByPod),
                WakeUp.on(Resource.TARGET_POD, Action.UPDATE_SCALE_DOWN));
    }

    private static boolean isAnsweredByNode(PodInfo waiting, ClusterChange change) {
        if (!(change.after() instanceof Node after)) {
            return false;
        }
        var is = NodeInfo.empty(after);
        if (missing(waiting.requests(), is, Set.of(), Set.of()) != null) {
            return false;
        }
        if (!(change.before() instanceof Node before)) {
            return true;
        }
        var was = NodeInfo.empty(before).allocatable();
        return is.allocatable().pods() > was.pods()
                || requested(waiting.requests()).stream()
                        .anyMatch(name -> is.allocatable().of(name) > was.of(name));
    }

    private static boolean isAnsweredByPod(PodInfo waiting, ClusterChange change) {
        if (!(change.before() instanceof Pod before) || !(change.after() instanceof Pod after)) {
            return true;
        }
        var was = new PodInfo(before).requests();
        var is = new PodInfo(after).requests();
        return requested(waiting.requests()).stream().anyMatch(name -> is.of(name) < was.of(name));
    }

    private static Set<String> requested(Amounts wanted) {
        var names = new HashSet<>(List.of("cpu", "memory", "ephemeral-storage"));
        names.addAll(wanted.scalarNames());
        names.removeIf(name -> wanted.of(name) == 0);
        return names;
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        var wanted = pod.requests();
        return Preparation.check(node -> {
            if (!wanted.hasScalars()) {
                return COMMON[lacks(wanted, node)];
            }
            var missing =
                    missing(wanted, node, args.ignoredResources(), args.ignoredResourceGroups());
            return missing == null ? Verdict.Fits.FITS : missing;
        });
    }

    /// Which of the common resources a node lacks, without any allocation: thousands of nodes lack
    /// the same.
    private static int lacks(Amounts wanted, NodeInfo node) {
        var total = node.allocatable();
        var used = node.requested();
        return (node.podCount() < total.pods() ? 0 : 1)
                | lack(wanted.milliCpu(), used.milliCpu(), total.milliCpu(), 1 << 1)
                | lack(wanted.memory(), used.memory(), total.memory(), 1 << 2)
                | lack(
                        wanted.ephemeralStorage(),
                        used.ephemeralStorage(),
                        total.ephemeralStorage(),
                        1 << 3);
    }

    private static int lack(long wanted, long used, long total, int bit) {
        if (wanted == 0 || wanted <= total - used) {
            return 0;
        }
        return wanted <= total ? bit : bit | HELPLESS;
    }

    private static Verdict[] verdicts() {
        var all = new Verdict[HELPLESS * 2];
        for (int lacking = 0; lacking < all.length; lacking++) {
            var missing = new ArrayList<String>();
            for (int i = 0; i < REASONS.size(); i++) {
                if ((lacking & 1 << i) != 0) {
                    missing.add(REASONS.get(i));
                }
            }
            all[lacking] =
                    missing.isEmpty()
                            ? Verdict.Fits.FITS
                            : new Verdict.Rejected(
                                    String.join("\n", missing), (lacking & HELPLESS) == 0);
        }
        return all;
    }

    private static Verdict.@org.jspecify.annotations.Nullable Rejected missing(
            Amounts wanted, NodeInfo node, Set<String> ignored, Set<String> ignoredGroups) {
        var missing = new ArrayList<String>();
        boolean mayHelp = true;
        if (node.podCount() + 1 > node.allocatable().pods()) {
            missing.add("Too many pods");
        }
        for (String name : List.of("cpu", "memory", "ephemeral-storage")) {
            mayHelp &= compare(name, wanted, node, missing);
        }
        for (String name : wanted.scalarNames()) {
            boolean isIgnored =
                    isExtended(name)
                            && (ignored.contains(name)
                                    || ignoredGroups.contains(
                                            name.substring(0, Math.max(0, name.indexOf('/')))));
            if (!isIgnored) {
                mayHelp &= compare(name, wanted, node, missing);
            }
        }
        return missing.isEmpty() ? null : new Verdict.Rejected(String.join("\n", missing), mayHelp);
    }

    /// upstream: v1helper.IsExtendedResourceName
    private static boolean isExtended(String name) {
        return name.contains("/")
                && !name.contains("kubernetes.io/")
                && !name.startsWith("requests.");
    }

    /// @return false when the node could not hold the pod even if it were empty
    private static boolean compare(
            String name, Amounts wanted, NodeInfo node, List<String> missing) {
        long amount = wanted.of(name);
        long total = node.allocatable().of(name);
        if (amount > 0 && amount > total - node.requested().of(name)) {
            missing.add("Insufficient " + name);
            return amount <= total;
        }
        return true;
    }

    @Override
    public Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot) {
        var loads = WeightedResource.loads(args.resources(), pod, false);
        return Optional.of(
                switch (args.strategy()) {
                    case Strategy.LeastAllocated _ -> node -> average(loads, node, true);
                    case Strategy.MostAllocated _ -> node -> average(loads, node, false);
                    case Strategy.RequestedToCapacityRatio(var shape) ->
                            node -> byShape(loads, node, shape);
                });
    }

    private static long average(
            List<WeightedResource.Load> loads, NodeInfo node, boolean emptyFirst) {
        long sum = 0;
        long weights = 0;
        for (int i = 0; i < loads.size(); i++) {
            var load = loads.get(i);
            long total = load.total(node);
            if (total == 0) {
                continue;
            }
            long requested = load.requested(node);
            long used = Math.min(requested, total);
            sum += load.weight() * ((emptyFirst ? total - used : used) * SCORE_MAX / total);
            weights += load.weight();
        }
        return weights == 0 ? 0 : sum / weights;
    }

    private static long byShape(
            List<WeightedResource.Load> loads, NodeInfo node, UtilizationShape shape) {
        long sum = 0;
        long weights = 0;
        for (int i = 0; i < loads.size(); i++) {
            var load = loads.get(i);
            long total = load.total(node);
            long score = total == 0 ? 0 : shape.score(load.requested(node), total);
            if (score > 0) { // upstream: what scores nothing does not weigh either
                sum += load.weight() * score;
                weights += load.weight();
            }
        }
        return weights == 0 ? 0 : Math.round((double) sum / weights);
    }
}
