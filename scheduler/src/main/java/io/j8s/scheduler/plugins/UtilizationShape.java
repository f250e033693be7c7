package io.j8s.scheduler.plugins;

import java.util.List;

/// How a score depends on utilization: straight lines between points (upstream:
/// `helper.BuildBrokenLinearFunction`).
///
/// @param points by rising utilization, at least one
public record UtilizationShape(List<Point> points) {

    private static final long FULL = 100;
    private static final long SCALE = 10; // upstream: MaxNodeScore / MaxCustomPriorityScore

    /// @param utilization 0 to 100
    /// @param score 0 to 10
    public record Point(int utilization, int score) {}

    /// Upstream's default for storage capacity: the more is left, the better.
    public static final UtilizationShape EMPTIER_IS_BETTER =
            new UtilizationShape(List.of(new Point(0, 10), new Point(100, 0)));

    public UtilizationShape {
        points = List.copyOf(points);
    }

    /// 0 to 100; more than there is counts as full.
    long score(long requested, long capacity) {
        return capacity == 0 || requested > capacity ? at(FULL) : at(requested * FULL / capacity);
    }

    private long at(long utilization) {
        for (int i = 0; i < points.size(); i++) {
            var point = points.get(i);
            if (utilization <= point.utilization()) {
                if (i == 0) {
                    return point.score() * SCALE;
                }
                var before = points.get(i - 1);
                return before.score() * SCALE
                        + (point.score() - before.score())
                                * SCALE
                                * (utilization - before.utilization())
                                / (point.utilization() - before.utilization());
            }
        }
        return points.getLast().score() * SCALE;
    }
}
