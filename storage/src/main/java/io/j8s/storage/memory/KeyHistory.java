package io.j8s.storage.memory;

import io.j8s.storage.model.KeyValue;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// All kept states of one key, oldest first; a deletion is a state with version 0. Guarded by the
/// store's lock.
final class KeyHistory {

    private final List<KeyValue> states = new ArrayList<>(1);

    void add(KeyValue state) {
        states.add(state);
    }

    /// The key as it stood at `revision`, null when it did not exist.
    @Nullable KeyValue at(long revision) {
        for (int i = states.size() - 1; i >= 0; i--) {
            KeyValue state = states.get(i);
            if (state.modRevision() <= revision) {
                return isDeletion(state) ? null : state;
            }
        }
        return null;
    }

    /// Forgets what reads at or after `revision` cannot see. True when nothing is left.
    boolean trim(long revision) {
        int newest = 0;
        while (newest + 1 < states.size() && states.get(newest + 1).modRevision() <= revision) {
            newest++;
        }
        if (states.get(newest).modRevision() <= revision && isDeletion(states.get(newest))) {
            newest++;
        }
        states.subList(0, newest).clear();
        return states.isEmpty();
    }

    static boolean isDeletion(KeyValue state) {
        return state.version() == 0;
    }
}
