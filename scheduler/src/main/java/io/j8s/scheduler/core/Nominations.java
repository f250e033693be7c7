package io.j8s.scheduler.core;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// Which waiting pods have been promised room on which node, so that pods of lower or the same
/// priority do not take it (upstream: `nominator`). Safe for use by many threads.
final class Nominations {

    private record Nomination(PodInfo pod, String node) {}

    private final Map<String, Nomination> byUid = new LinkedHashMap<>();

    synchronized void put(PodInfo pod, String node) {
        byUid.put(pod.uid(), new Nomination(pod, node));
    }

    synchronized void remove(String uid) {
        byUid.remove(uid);
    }

    synchronized @Nullable String nodeOf(String uid) {
        var nomination = byUid.get(uid);
        return nomination == null ? null : nomination.node();
    }

    /// The snapshot with every nominated pod of at least the same priority counted on its node.
    synchronized Snapshot overlay(Snapshot snapshot, PodInfo pod) {
        Map<String, NodeInfo> changed = new HashMap<>();
        for (var nomination : byUid.values()) {
            var node = snapshot.nodes().get(nomination.node());
            boolean counts =
                    nomination.pod().priority() >= pod.priority()
                            && !nomination.pod().uid().equals(pod.uid());
            if (node != null && counts) {
                changed.computeIfAbsent(node.name(), _ -> node.copy()).add(nomination.pod());
            }
        }
        if (changed.isEmpty()) {
            return snapshot;
        }
        var all = new LinkedHashMap<>(snapshot.nodes());
        all.putAll(changed);
        return new Snapshot(all, snapshot.namespaceLabels());
    }
}
