package io.j8s.apiserver.cache;

import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/// The open watchers, found by what a change can concern: with one watcher per node or per mounted
/// Secret, asking each of them about every change would cost more than the change. Guarded by the
/// cache's lock.
final class WatcherIndex {

    /// Where a watcher is entered: exactly one place, the narrowest.
    private sealed interface Place {
        record Everything() implements Place {}

        record Namespace(String namespace) implements Place {}

        record Named(String name) implements Place {}

        record One(String namespace, String name) implements Place {}

        record Pinned(int position, String value) implements Place {}
    }

    private static final Place EVERYTHING = new Place.Everything();

    private final Map<Place, Set<QueuedWatcher>> places = new HashMap<>();
    private final Set<Integer> positions = new TreeSet<>();

    void add(QueuedWatcher watcher) {
        Place place = placeOf(watcher.query());
        places.computeIfAbsent(place, _ -> new LinkedHashSet<>()).add(watcher);
        if (place instanceof Place.Pinned(int position, _)) {
            positions.add(position);
        }
    }

    void remove(QueuedWatcher watcher) {
        Place place = placeOf(watcher.query());
        Set<QueuedWatcher> there = places.get(place);
        if (there != null && there.remove(watcher) && there.isEmpty()) {
            places.remove(place);
        }
    }

    /// Offers the change to all it may concern and drops those that have ended.
    void offer(Change change) {
        EncodedObject object = change.current() == null ? change.old() : change.current();
        if (object == null) {
            return;
        }
        ObjectKey key = object.key();
        offer(EVERYTHING, change);
        offer(new Place.Namespace(key.namespace()), change);
        offer(new Place.Named(key.name()), change);
        offer(new Place.One(key.namespace(), key.name()), change);
        for (int position : positions) {
            String before = selectable(change.old(), position);
            String after = selectable(change.current(), position);
            if (before != null) {
                offer(new Place.Pinned(position, before), change);
            }
            if (after != null && !after.equals(before)) {
                offer(new Place.Pinned(position, after), change);
            }
        }
    }

    void forEach(Consumer<QueuedWatcher> action) {
        List<QueuedWatcher> all = new ArrayList<>();
        places.values().forEach(all::addAll);
        all.forEach(action);
    }

    void clear() {
        places.clear();
        positions.clear();
    }

    private void offer(Place place, Change change) {
        Set<QueuedWatcher> there = places.get(place);
        if (there == null) {
            return;
        }
        there.removeIf(watcher -> !watcher.offer(change));
        if (there.isEmpty()) {
            places.remove(place);
        }
    }

    private static Place placeOf(WatchQuery query) {
        String namespace = query.namespace();
        String name = query.name();
        WatchQuery.Pin pin = query.pin();
        if (name != null) {
            return namespace == null ? new Place.Named(name) : new Place.One(namespace, name);
        }
        if (pin != null) {
            return new Place.Pinned(pin.position(), pin.value());
        }
        return namespace == null ? EVERYTHING : new Place.Namespace(namespace);
    }

    private static @Nullable String selectable(@Nullable EncodedObject object, int position) {
        return object == null || position >= object.selectable().size()
                ? null
                : object.selectable().get(position);
    }
}
