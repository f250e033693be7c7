package io.j8s.storage.engine;

import java.time.Duration;

/// How much history an embedded engine keeps below the logical horizon; whichever limit is reached
/// first counts.
public record Retention(Duration time, long bytesMax) {

    /// An hour or 1 GiB.
    public static final Retention DEFAULT = new Retention(Duration.ofHours(1), 1L << 30);
}
