package io.j8s.nodeagent.proxy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What several Services need at once, counted, so that the last one to leave it takes it away.
/// Confined to the proxy's thread.
final class Shared<T> {

    private final Map<T, Integer> users = new HashMap<>();
    private final Map<T, Integer> before = new HashMap<>(); // of what changed since the last look

    /// What is needed now and was not, and the other way round.
    record Change<T>(List<T> added, List<T> removed) {
        Change {
            added = List.copyOf(added);
            removed = List.copyOf(removed);
        }
    }

    void take(Collection<T> things) {
        things.forEach(thing -> count(thing, 1));
    }

    void leave(Collection<T> things) {
        things.forEach(thing -> count(thing, -1));
    }

    /// What has changed since this was asked last.
    Change<T> change() {
        var added = new ArrayList<T>();
        var removed = new ArrayList<T>();
        before.forEach((thing, count) -> {
            boolean isNeeded = users.containsKey(thing);
            if (isNeeded != count > 0) {
                (isNeeded ? added : removed).add(thing);
            }
        });
        before.clear();
        return new Change<>(added, removed);
    }

    void clear() {
        users.clear();
        before.clear();
    }

    private void count(T thing, int more) {
        int known = users.getOrDefault(thing, 0);
        before.putIfAbsent(thing, known);
        if (known + more == 0) {
            users.remove(thing);
        } else {
            users.put(thing, known + more);
        }
    }
}
