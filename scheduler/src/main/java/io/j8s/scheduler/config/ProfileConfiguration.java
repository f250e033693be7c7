package io.j8s.scheduler.config;

import io.j8s.scheduler.core.ExtensionPoint;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// One entry of `profiles`.
///
/// @param nodesToScorePercent `percentageOfNodesToScore`; null for the scheduler's own
/// @param multiPoint plugins switched on at every point that they have, defaults merged in
/// @param points what differs at single points
public record ProfileConfiguration(
        String schedulerName,
        @Nullable Integer nodesToScorePercent,
        PluginSet multiPoint,
        Map<ExtensionPoint, PluginSet> points,
        PluginArguments arguments) {

    public ProfileConfiguration {
        points = Map.copyOf(points);
    }

    public PluginSet at(ExtensionPoint point) {
        return points.getOrDefault(point, PluginSet.NONE);
    }
}
