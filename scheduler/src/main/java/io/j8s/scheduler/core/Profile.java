package io.j8s.scheduler.core;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// One `schedulerName` with its plugins, in the order in which they are asked (upstream:
/// `KubeSchedulerProfile`).
///
/// @param weights weight of each score plugin by name; 1 where none is given
/// @param nodesToScorePercent 0 for upstream's adaptive share
public record Profile(
        String schedulerName,
        Comparator<QueuedPod> queueSort,
        List<Plugin> plugins,
        Map<String, Integer> weights,
        int nodesToScorePercent) {

    public Profile {
        plugins = List.copyOf(plugins);
        weights = Map.copyOf(weights);
    }

    /// The plugins that have an extension point, in order.
    public <P extends Plugin> List<P> of(Class<P> extensionPoint) {
        return plugins.stream()
                .filter((Predicate<Plugin>) extensionPoint::isInstance)
                .map(extensionPoint::cast)
                .toList();
    }

    public int weight(Plugin plugin) {
        return weights.getOrDefault(plugin.name(), 1);
    }

    /// Finds plugins by name, for the queue's hints.
    Map<String, Plugin> byName() {
        var found = new LinkedHashMap<String, Plugin>();
        plugins.forEach(plugin -> found.put(plugin.name(), plugin));
        return found;
    }

    /// Whether a pod may be tried at all.
    Verdict preEnqueue(PodInfo pod) {
        for (var plugin : of(PreEnqueuePlugin.class)) {
            Verdict verdict = plugin.preEnqueue(pod);
            if (!verdict.fits()) {
                return verdict;
            }
        }
        return Verdict.Fits.FITS;
    }

    static @Nullable Plugin find(List<Profile> profiles, String name) {
        for (Profile profile : profiles) {
            for (Plugin plugin : profile.plugins()) {
                if (plugin.name().equals(name)) {
                    return plugin;
                }
            }
        }
        return null;
    }
}
