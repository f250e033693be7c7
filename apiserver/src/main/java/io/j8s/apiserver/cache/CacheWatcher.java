package io.j8s.apiserver.cache;

import java.util.List;

/// One client's watch. Its owner, an I/O thread, polls; whenever [#poll] has answered with nothing,
/// the `wake` given at the opening is run once as soon as there is something again. `wake` is run
/// on the cache's threads under its lock: it only hands a task to the owner.
public interface CacheWatcher extends AutoCloseable {

    /// The next items, at most `max`, without blocking; empty when there is nothing now. Nothing
    /// follows after [WatchItem.Failed] or [WatchItem.Ended]. One thread at a time.
    List<WatchItem> poll(int max);

    /// Puts a bookmark behind what waits, e.g. shortly before the watch times out.
    void bookmarkSoon();

    /// Any thread; `wake` may run once more.
    @Override
    void close();
}
