package io.j8s.apiserver.cache;

import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.Store;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The store's state at one revision, read when asked for.
record StoreSnapshot(Store store, StoredResource resource, ObjectDecoder decoder, long revision)
        implements ObjectSnapshot {

    private static final int PAGE_MIN = 100;
    private static final int PAGE_MAX = 1000;

    @Override
    public @Nullable EncodedObject get(ObjectKey key) throws InterruptedException {
        var request =
                new RangeRequest(resource.storeKey(key), null, revision, 0, false, false, false, 0);
        List<KeyValue> records = read(request).records();
        return records.isEmpty() ? null : decoder.decode(records.getFirst());
    }

    @Override
    public ObjectPage list(ListQuery query) throws InterruptedException {
        Bytes start = start(query.namespace());
        Bytes end = start.prefixEnd();
        Bytes from = query.after() == null ? start : resource.storeKey(query.after()).successor();
        boolean everything = query.selection().equals(Selection.EVERYTHING);
        int limit = query.limit();
        List<EncodedObject> items = new ArrayList<>();
        while (true) {
            int page =
                    limit > 0 && everything
                            ? Math.min(PAGE_MAX, limit - items.size())
                            : Math.clamp(limit, PAGE_MIN, PAGE_MAX);
            var found = read(new RangeRequest(from, end, revision, page, false, false, false, 0));
            for (int i = 0; i < found.records().size(); i++) {
                EncodedObject object = decoder.decode(found.records().get(i));
                if (!query.selection().matches(object)) {
                    continue;
                }
                if (limit > 0 && items.size() == limit) {
                    return new ObjectPage(items, revision, true, -1);
                }
                items.add(object);
            }
            if (!found.more()) {
                return new ObjectPage(items, revision, false, everything ? 0 : -1);
            }
            if (everything && items.size() == limit) {
                return new ObjectPage(
                        items, revision, true, found.count() - found.records().size());
            }
            from = found.records().getLast().key().successor();
        }
    }

    @Override
    public long count() throws InterruptedException {
        Bytes start = resource.everything();
        return read(new RangeRequest(start, start.prefixEnd(), revision, 0, true, true, false, 0))
                .count();
    }

    @Override
    public boolean isLocal() {
        return false;
    }

    private Bytes start(@Nullable String namespace) {
        return namespace == null ? resource.everything() : resource.namespace(namespace);
    }

    private RangeResult.Found read(RangeRequest request) throws InterruptedException {
        return switch (store.range(request)) {
            case RangeResult.Found found -> found;
            case RangeResult.Compacted _ -> throw DirectReader.tooOldForList();
            case RangeResult.Future(long current) ->
                    // upstream: an exact read asks no cache that could catch up
                    throw new ApiException(
                            new ApiError.TooLargeResourceVersion(revision, current, Duration.ZERO));
        };
    }
}
