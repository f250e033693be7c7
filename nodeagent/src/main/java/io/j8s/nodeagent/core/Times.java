package io.j8s.nodeagent.core;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Times as the API writes them: UTC, whole seconds.
public final class Times {

    private Times() {}

    public static String of(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    public static String ofNanos(long nanos) {
        return of(Instant.ofEpochSecond(0, nanos));
    }
}
