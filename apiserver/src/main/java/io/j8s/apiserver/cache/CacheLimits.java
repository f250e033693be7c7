package io.j8s.apiserver.cache;

/// Bounds of one resource's watch cache.
///
/// @param changesMax most recent changes kept for watches that resume
/// @param changeBytesMax most bytes of objects that these changes may hold
/// @param queueMax most items that wait for one watcher; then its stream is ended
public record CacheLimits(int changesMax, long changeBytesMax, int queueMax) {

    public static final CacheLimits DEFAULT = new CacheLimits(16_384, 16L << 20, 4096);
}
