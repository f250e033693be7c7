package io.j8s.scheduler.config;

import io.j8s.scheduler.core.ExtensionPoint;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// One entry of `profiles`.
///
/// @param nodesToScorePercent `percentageOfNodesToScore`; null for the scheduler's own
/// @param multiPoint plugins switched on at every point that they have, defaults merged in
/// @param points what differs at single points
/// @param refusals of plugins that will not be made with their arguments, by name
public record ProfileConfiguration(
        String schedulerName,
        @Nullable Integer nodesToScorePercent,
        PluginSet multiPoint,
        Map<ExtensionPoint, PluginSet> points,
        PluginArguments arguments,
        Map<String, String> refusals) {

    public ProfileConfiguration {
        points = Map.copyOf(points);
        refusals = Map.copyOf(refusals);
    }

    public PluginSet at(ExtensionPoint point) {
        return points.getOrDefault(point, PluginSet.NONE);
    }
}
