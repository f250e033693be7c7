package io.j8s.apiserver.cache;

import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// An immutable map from key to object in the order of store keys. A change copies one chunk and
/// the array of chunks (about 4 KB at 100,000 objects) and shares everything else, so that every
/// revision has its own snapshot for the price of two small copies.
///
/// Example with chunks of at most 4: `[a b c d]` with `bb` becomes `[a b] [bb c d]`; without `a`
/// and `b` it becomes `[bb c d]`.
final class SortedObjects {

    private static final int CHUNK_MAX = 256;

    static final SortedObjects EMPTY = new SortedObjects(new EncodedObject[0][], 0);

    private final EncodedObject[][] chunks; // none is empty
    private final int size;

    private SortedObjects(EncodedObject[][] chunks, int size) {
        this.chunks = chunks;
        this.size = size;
    }

    /// From objects that are in order and have different keys.
    static SortedObjects of(List<EncodedObject> sorted) {
        int perChunk = CHUNK_MAX * 3 / 4; // leaves room before chunks split
        var chunks = new EncodedObject[(sorted.size() + perChunk - 1) / perChunk][];
        for (int i = 0; i < chunks.length; i++) {
            int end = Math.min(sorted.size(), (i + 1) * perChunk);
            chunks[i] = sorted.subList(i * perChunk, end).toArray(new EncodedObject[0]);
        }
        return new SortedObjects(chunks, sorted.size());
    }

    /// The order of `namespace/name` as text, which is that of the store and so of upstream's
    /// lists: namespace `a-b` comes before `a`, because `-` is less than `/`.
    static int compare(ObjectKey a, ObjectKey b) {
        String x = a.namespace();
        String y = b.namespace();
        if (x.equals(y)) {
            return a.name().compareTo(b.name());
        }
        int common = Math.min(x.length(), y.length());
        for (int i = 0; i < common; i++) {
            if (x.charAt(i) != y.charAt(i)) {
                return x.charAt(i) - y.charAt(i);
            }
        }
        return x.length() < y.length() ? '/' - y.charAt(common) : x.charAt(common) - '/';
    }

    int size() {
        return size;
    }

    @Nullable EncodedObject get(ObjectKey key) {
        int chunk = chunkOf(key);
        if (chunk < 0) {
            return null;
        }
        int at = indexIn(chunks[chunk], key);
        return at < 0 ? null : chunks[chunk][at];
    }

    SortedObjects with(EncodedObject object) {
        int chunk = Math.max(0, chunkOf(object.key()));
        if (chunks.length == 0) {
            return new SortedObjects(new EncodedObject[][] {{object}}, 1);
        }
        EncodedObject[] old = chunks[chunk];
        int at = indexIn(old, object.key());
        if (at >= 0) {
            EncodedObject[] changed = old.clone();
            changed[at] = object;
            return replaced(chunk, size, changed);
        }
        int insertAt = -at - 1;
        var grown = new EncodedObject[old.length + 1];
        System.arraycopy(old, 0, grown, 0, insertAt);
        grown[insertAt] = object;
        System.arraycopy(old, insertAt, grown, insertAt + 1, old.length - insertAt);
        if (grown.length <= CHUNK_MAX) {
            return replaced(chunk, size + 1, grown);
        }
        // keys often rise (generated names do not, but event times do): split near the end then
        int middle = insertAt == old.length ? old.length * 7 / 8 : grown.length / 2;
        return replaced(
                chunk,
                size + 1,
                Arrays.copyOfRange(grown, 0, middle),
                Arrays.copyOfRange(grown, middle, grown.length));
    }

    SortedObjects without(ObjectKey key) {
        int chunk = chunkOf(key);
        int at = chunk < 0 ? -1 : indexIn(chunks[chunk], key);
        if (at < 0) {
            return this;
        }
        EncodedObject[] old = chunks[chunk];
        if (old.length == 1) {
            return replaced(chunk, size - 1);
        }
        var shrunk = new EncodedObject[old.length - 1];
        System.arraycopy(old, 0, shrunk, 0, at);
        System.arraycopy(old, at + 1, shrunk, at, shrunk.length - at);
        EncodedObject[] next = chunk + 1 < chunks.length ? chunks[chunk + 1] : null;
        if (next != null && shrunk.length + next.length <= CHUNK_MAX / 2) {
            EncodedObject[] joined = Arrays.copyOf(shrunk, shrunk.length + next.length);
            System.arraycopy(next, 0, joined, shrunk.length, next.length);
            return replaced(chunk, chunk + 2, size - 1, joined);
        }
        return replaced(chunk, size - 1, shrunk);
    }

    /// Answers a list; `revision` is only passed on.
    ObjectPage page(ListQuery query, long revision) {
        String namespace = query.namespace();
        int from = 0;
        int to = size;
        if (namespace != null) {
            from = rank(new ObjectKey(namespace, ""));
            to = rank(new ObjectKey(namespace, "\uffff"));
        }
        if (query.after() != null) {
            from = Math.max(from, rankAfter(query.after()));
        }
        if (from >= to) {
            return new ObjectPage(List.of(), revision, false, 0);
        }
        return query.selection().equals(Selection.EVERYTHING)
                ? slice(from, to, query.limit(), revision)
                : selected(from, to, query, revision);
    }

    private ObjectPage slice(int from, int to, int limit, long revision) {
        int count = limit > 0 ? Math.min(limit, to - from) : to - from;
        var items = new EncodedObject[count];
        int chunk = 0;
        int skip = from;
        while (skip >= chunks[chunk].length) {
            skip -= chunks[chunk++].length;
        }
        for (int filled = 0; filled < count; chunk++) {
            int part = Math.min(chunks[chunk].length - skip, count - filled);
            System.arraycopy(chunks[chunk], skip, items, filled, part);
            filled += part;
            skip = 0;
        }
        int remaining = to - from - count;
        return new ObjectPage(Arrays.asList(items), revision, remaining > 0, remaining);
    }

    private ObjectPage selected(int from, int to, ListQuery query, long revision) {
        List<EncodedObject> items = new ArrayList<>();
        int position = 0;
        for (EncodedObject[] chunk : chunks) {
            int end = Math.min(chunk.length, to - position);
            for (int i = Math.max(0, from - position); i < end; i++) {
                if (!query.selection().matches(chunk[i])) {
                    continue;
                }
                if (query.limit() > 0 && items.size() == query.limit()) {
                    return new ObjectPage(items, revision, true, -1);
                }
                items.add(chunk[i]);
            }
            position += chunk.length;
            if (position >= to) {
                break;
            }
        }
        return new ObjectPage(items, revision, false, -1);
    }

    /// Number of objects with keys less than `key`.
    private int rank(ObjectKey key) {
        int chunk = chunkOf(key);
        if (chunk < 0) {
            return 0;
        }
        int at = indexIn(chunks[chunk], key);
        return before(chunk) + (at < 0 ? -at - 1 : at);
    }

    private int rankAfter(ObjectKey key) {
        int rank = rank(key);
        return get(key) == null ? rank : rank + 1;
    }

    private int before(int chunk) {
        int count = 0;
        for (int i = 0; i < chunk; i++) {
            count += chunks[i].length;
        }
        return count;
    }

    /// The last chunk that begins at or before `key`; -1 when all begin after it.
    private int chunkOf(ObjectKey key) {
        int low = 0;
        int high = chunks.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (compare(chunks[middle][0].key(), key) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    private static int indexIn(EncodedObject[] chunk, ObjectKey key) {
        int low = 0;
        int high = chunk.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = compare(chunk[middle].key(), key);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    private SortedObjects replaced(int chunk, int newSize, EncodedObject[]... by) {
        return replaced(chunk, chunk + 1, newSize, by);
    }

    private SortedObjects replaced(int from, int to, int newSize, EncodedObject[]... by) {
        var copy = new EncodedObject[chunks.length - (to - from) + by.length][];
        System.arraycopy(chunks, 0, copy, 0, from);
        System.arraycopy(by, 0, copy, from, by.length);
        System.arraycopy(chunks, to, copy, from + by.length, chunks.length - to);
        return new SortedObjects(copy, newSize);
    }
}
