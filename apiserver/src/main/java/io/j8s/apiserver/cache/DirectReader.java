package io.j8s.apiserver.cache;

import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.timers.Deadline;
import io.j8s.machinery.timers.Timers;
import io.j8s.storage.model.Store;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Collections;

/// Reads a resource from the store without a cache: events, as upstream, and what has fallen out of
/// a cache's window.
public final class DirectReader implements ObjectReader {

    private final Store store;
    private final StoredResource resource;
    private final ObjectDecoder decoder;
    private final Timers timers;

    public DirectReader(
            Store store, StoredResource resource, ObjectDecoder decoder, Timers timers) {
        this.store = store;
        this.resource = resource;
        this.decoder = decoder;
        this.timers = timers;
    }

    @Override
    public StoredResource resource() {
        return resource;
    }

    @Override
    public boolean isCached() {
        return false;
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public @Nullable ObjectSnapshot now(Freshness freshness) {
        return null;
    }

    @Override
    public ObjectSnapshot await(Freshness freshness, Deadline deadline)
            throws InterruptedException {
        long current = store.revision();
        long revision =
                switch (freshness) {
                    case Freshness.Any(), Freshness.Latest() -> current;
                    case Freshness.AtLeast(long atLeast) -> {
                        refuseFuture(atLeast, current);
                        yield current;
                    }
                    case Freshness.Exactly(long exact) -> {
                        refuseFuture(exact, current);
                        if (exact < store.compactedRevision()) {
                            throw tooOldForList();
                        }
                        yield exact;
                    }
                    case Freshness.AsOf(long past) -> {
                        refuseFuture(past, current);
                        yield past;
                    }
                };
        return new StoreSnapshot(store, resource, decoder, revision);
    }

    @Override
    public CacheWatcher watch(WatchQuery query, WatchStart start, Runnable wake)
            throws InterruptedException {
        return switch (start) {
            case WatchStart.After(long revision) ->
                    new DirectWatch(store, resource, decoder, timers)
                            .open(query, revision, Collections.emptyIterator(), wake);
            case WatchStart.WithState withState ->
                    new DirectWatch(store, resource, decoder, timers)
                            .open(
                                    query,
                                    withState.snapshot().revision(),
                                    InitialEvents.of(query, withState),
                                    wake);
        };
    }

    private static void refuseFuture(long revision, long current) {
        if (revision > current) {
            throw new ApiException(
                    new ApiError.TooLargeResourceVersion(revision, current, Duration.ofSeconds(1)));
        }
    }

    static ApiException tooOldForList() {
        // upstream: etcd3's handleCompactedError
        return new ApiException(
                new ApiError.Expired("The resourceVersion for the provided list is too old."));
    }
}
