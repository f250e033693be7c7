package io.j8s.apiserver.cache;

import io.j8s.apiserver.cache.WatchItem.Bookmark;
import io.j8s.apiserver.cache.WatchItem.Changed;
import io.j8s.apiserver.cache.WatchItem.Type;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/// What a watch begins with: an ADDED for each object of a snapshot, made one by one as they are
/// read, so that a thousand watchers of a large resource cost no more than their places in a list.
final class InitialEvents {

    private InitialEvents() {}

    static Iterator<WatchItem> of(WatchQuery query, WatchStart.WithState start)
            throws InterruptedException {
        ObjectSnapshot snapshot = start.snapshot();
        var list = new ListQuery(query.namespace(), query.selection(), 0, null);
        Stream<WatchItem> items =
                snapshot.list(list).items().stream()
                        .filter(query::wants)
                        .map(object -> new Changed(Type.ADDED, object));
        if (start.endMark()) {
            items = Stream.concat(items, Stream.of(new Bookmark(snapshot.revision(), true)));
        }
        return items.iterator();
    }

    static Iterator<WatchItem> then(Iterator<WatchItem> first, List<WatchItem> second) {
        return second.isEmpty() ? first : new Joined(first, second.iterator());
    }

    static List<WatchItem> seenBy(WatchQuery query, Iterable<Change> changes) {
        List<WatchItem> items = new ArrayList<>();
        for (Change change : changes) {
            WatchItem item = change.seenBy(query);
            if (item != null) {
                items.add(item);
            }
        }
        return items;
    }

    private record Joined(Iterator<WatchItem> first, Iterator<WatchItem> second)
            implements Iterator<WatchItem> {

        @Override
        public boolean hasNext() {
            return first.hasNext() || second.hasNext();
        }

        @Override
        public WatchItem next() {
            return first.hasNext() ? first.next() : second.next();
        }
    }
}
