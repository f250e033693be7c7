package io.j8s.scheduler.core;

import org.jspecify.annotations.Nullable;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// One `schedulerName` with its plugins, in the order in which they are asked at each extension
/// point (upstream: `KubeSchedulerProfile`, `frameworkImpl`).
public final class Profile {

    private final String schedulerName;
    private final @Nullable Integer nodesToScorePercent;
    private final Map<ExtensionPoint, List<? extends Plugin>> plugins;
    private final Map<String, Integer> weights;
    private final Set<String> askedOfNodes = new HashSet<>();
    private final Map<String, List<WakeUp>> wakeUps = new HashMap<>();

    /// Asks a plugin's hint.
    @FunctionalInterface
    interface HintRunner {
        boolean run(String plugin, ClusterChange change, BooleanSupplier hint);
    }

    /// @param nodesToScorePercent null for the scheduler's own; 0 for upstream's adaptive share
    /// @param plugins of each point, in order; a missing point has none
    /// @param weights weight of each score plugin by name; 1 where none is given
    public Profile(
            String schedulerName,
            @Nullable Integer nodesToScorePercent,
            Map<ExtensionPoint, List<Plugin>> plugins,
            Map<String, Integer> weights) {
        this.schedulerName = schedulerName;
        this.nodesToScorePercent = nodesToScorePercent;
        this.weights = Map.copyOf(weights);
        this.plugins = new EnumMap<>(ExtensionPoint.class);
        plugins.forEach((point, list) -> {
            for (Plugin plugin : list) {
                if (!point.type().isInstance(plugin)) {
                    throw new IllegalStateException(plugin.name() + " is no " + point.label());
                }
                wakeUps.putIfAbsent(plugin.name(), plugin.wakeUps());
            }
            this.plugins.put(point, List.copyOf(list));
        });
        filters(ExtensionPoint.FILTER).forEach(plugin -> askedOfNodes.add(plugin.name()));
    }

    public String schedulerName() {
        return schedulerName;
    }

    @Nullable Integer nodesToScorePercent() {
        return nodesToScorePercent;
    }

    int weight(Plugin plugin) {
        return weights.getOrDefault(plugin.name(), 1);
    }

    @SuppressWarnings("unchecked") // the constructor checked each plugin against its point
    private <P extends Plugin> List<P> at(ExtensionPoint point) {
        return (List<P>) plugins.getOrDefault(point, List.of());
    }

    List<PreEnqueuePlugin> preEnqueue() {
        return at(ExtensionPoint.PRE_ENQUEUE);
    }

    QueueSortPlugin queueSort() {
        return this.<QueueSortPlugin>at(ExtensionPoint.QUEUE_SORT).getFirst();
    }

    /// Those that look at the pod, and those that are asked about each node.
    List<FilterPlugin> filters(ExtensionPoint point) {
        return at(point);
    }

    boolean isAskedOfNodes(Plugin plugin) {
        return askedOfNodes.contains(plugin.name());
    }

    List<PostFilterPlugin> postFilter() {
        return at(ExtensionPoint.POST_FILTER);
    }

    List<ScorePlugin> score() {
        return at(ExtensionPoint.SCORE);
    }

    List<ReservePlugin> reserve() {
        return at(ExtensionPoint.RESERVE);
    }

    List<PermitPlugin> permit() {
        return at(ExtensionPoint.PERMIT);
    }

    List<PreBindPlugin> preBind() {
        return at(ExtensionPoint.PRE_BIND);
    }

    List<BindPlugin> bind() {
        return at(ExtensionPoint.BIND);
    }

    List<PostBindPlugin> postBind() {
        return at(ExtensionPoint.POST_BIND);
    }

    /// The plugin that keeps a pod from being tried at all; null for none.
    @Nullable String gatedBy(PodInfo pod, ProfileMetrics metrics) {
        boolean isSampled = metrics.isGateSampled();
        for (var plugin : preEnqueue()) {
            long began = isSampled ? metrics.begin() : 0;
            var verdict = plugin.preEnqueue(pod);
            if (isSampled) {
                metrics.ran(
                        plugin,
                        ExtensionPoint.PRE_ENQUEUE.label(),
                        ProfileMetrics.code(verdict),
                        began);
            }
            if (!verdict.fits()) {
                return plugin.name();
            }
        }
        return null;
    }

    /// Whether a change is worth a try for a pod that the named plugins turned down; what no plugin
    /// turned down is always worth one.
    boolean isWorthATry(
            PodInfo pod, Set<String> rejectedBy, ClusterChange change, HintRunner runner) {
        if (rejectedBy.isEmpty()) {
            return true;
        }
        for (String name : rejectedBy) {
            for (WakeUp wakeUp : wakeUps.getOrDefault(name, List.of())) {
                if (wakeUp.matches(change)
                        && runner.run(name, change, () -> wakeUp.isWorthATry().test(pod, change))) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Whether a plugin asked to hear of such changes at all.
    boolean isOfInterest(String plugin, ClusterChange change) {
        return wakeUps.getOrDefault(plugin, List.of()).stream()
                .anyMatch(wakeUp -> wakeUp.matches(change));
    }
}
