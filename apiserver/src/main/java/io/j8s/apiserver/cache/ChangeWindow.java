package io.j8s.apiserver.cache;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The recent changes of one resource, for watches that resume. Bounded in number and bytes.
/// Guarded by the cache's lock.
final class ChangeWindow {

    private final int changesMax;
    private final long bytesMax;
    private final ArrayDeque<Change> changes = new ArrayDeque<>();
    private long bytes;
    private long floor;

    ChangeWindow(CacheLimits limits) {
        this.changesMax = limits.changesMax();
        this.bytesMax = limits.changeBytesMax();
    }

    /// Begins anew: every change after `revision` will be added.
    void reset(long revision) {
        changes.clear();
        bytes = 0;
        floor = revision;
    }

    void add(Change change) {
        changes.add(change);
        bytes += change.bytes();
        while (changes.size() > changesMax || (bytes > bytesMax && changes.size() > 1)) {
            Change oldest = changes.remove();
            bytes -= oldest.bytes();
            floor = oldest.revision();
        }
    }

    /// All changes after this revision are here.
    long floor() {
        return floor;
    }

    /// The changes after `revision`, oldest first.
    List<Change> after(long revision) {
        List<Change> found = new ArrayList<>();
        var newestFirst = changes.descendingIterator();
        while (newestFirst.hasNext()) {
            Change change = newestFirst.next();
            if (change.revision() <= revision) {
                break;
            }
            found.add(change);
        }
        Collections.reverse(found);
        return found;
    }
}
