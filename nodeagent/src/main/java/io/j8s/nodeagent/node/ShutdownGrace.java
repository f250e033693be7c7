package io.j8s.nodeagent.node;

import java.time.Duration;

/// How long pods have when the machine goes down. upstream: shutdownGracePeriod and
/// shutdownGracePeriodCriticalPods
///
/// @param total zero when nobody waits for pods
/// @param critical the part of it at its end that critical pods have for themselves
public record ShutdownGrace(Duration total, Duration critical) {

    public static final ShutdownGrace NONE = new ShutdownGrace(Duration.ZERO, Duration.ZERO);

    public ShutdownGrace {
        if (total.isNegative() || critical.isNegative() || critical.compareTo(total) > 0) {
            throw new IllegalArgumentException(
                    "critical pods have %s of %s".formatted(critical, total));
        }
    }

    public boolean isOn() {
        return total.isPositive();
    }

    Duration ordinary() {
        return total.minus(critical);
    }

    /// What pods of one class have.
    public Duration of(boolean isCritical) {
        return isCritical ? critical : ordinary();
    }
}
