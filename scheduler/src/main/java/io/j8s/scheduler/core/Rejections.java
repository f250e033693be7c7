package io.j8s.scheduler.core;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// Why each node of a snapshot turned a pod down, by the nodes' places there. It holds as long as
/// the cycle it was made in.
public final class Rejections {

    private final Snapshot snapshot;
    private final Verdict.Rejected[] byPosition;

    private Rejections(Snapshot snapshot, Verdict.Rejected[] byPosition) {
        this.snapshot = snapshot;
        this.byPosition = byPosition;
    }

    /// Every node said the same.
    static Rejections same(Snapshot snapshot, Verdict.Rejected rejected) {
        var all = new Verdict.Rejected[snapshot.size()];
        Arrays.fill(all, rejected);
        return new Rejections(snapshot, all);
    }

    /// @param byPosition one for each node of the snapshot, which is not copied
    static Rejections of(Snapshot snapshot, Verdict.Rejected[] byPosition) {
        if (byPosition.length != snapshot.size()) {
            throw new IllegalStateException(
                    byPosition.length + " answers of " + snapshot.size() + " nodes");
        }
        return new Rejections(snapshot, byPosition);
    }

    /// What a node said; null when there is no such node.
    public Verdict.@Nullable Rejected of(String node) {
        int position = snapshot.position(node);
        return position < 0 ? null : byPosition[position];
    }

    /// In the order of the snapshot's nodes.
    public List<Verdict.Rejected> all() {
        return Collections.unmodifiableList(Arrays.asList(byPosition));
    }
}
