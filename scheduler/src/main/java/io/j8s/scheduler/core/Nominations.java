package io.j8s.scheduler.core;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which waiting pods have been promised room on which node, so that pods of lower or the same
/// priority do not take it (upstream: `nominator`). Read again from `status.nominatedNodeName`
/// after a restart. Safe for use by many threads.
public final class Nominations {

    private final Map<String, String> nodeByUid = new HashMap<>();
    private final Map<String, Map<String, PodInfo>> byNode = new HashMap<>();

    /// Notes a nomination; an empty node takes it back.
    synchronized void put(PodInfo pod, String node) {
        remove(pod.uid());
        if (!node.isEmpty()) {
            nodeByUid.put(pod.uid(), node);
            byNode.computeIfAbsent(node, _ -> new LinkedHashMap<>()).put(pod.uid(), pod);
        }
    }

    /// A waiting pod was read anew. What its status says counts, except that a nomination which was
    /// never told of may be on its way there: only one that was told can be taken back.
    ///
    /// @param toldBefore the node that the status said before; empty for none
    synchronized void update(PodInfo pod, String toldBefore) {
        String known = nodeByUid.get(pod.uid());
        String told = pod.nominatedNodeName();
        put(pod, told.isEmpty() && toldBefore.isEmpty() && known != null ? known : told);
    }

    synchronized void remove(String uid) {
        String node = nodeByUid.remove(uid);
        if (node != null) {
            byNode.computeIfPresent(
                    node,
                    (_, pods) -> {
                        pods.remove(uid);
                        return pods.isEmpty() ? null : pods;
                    });
        }
    }

    synchronized @Nullable String nodeOf(String uid) {
        return nodeByUid.get(uid);
    }

    public synchronized List<PodInfo> on(String node) {
        var pods = byNode.get(node);
        return pods == null ? List.of() : List.copyOf(pods.values());
    }

    /// Those on a node that a pod must leave room for.
    synchronized List<PodInfo> inTheWayOf(PodInfo pod, String node) {
        var pods = byNode.isEmpty() ? null : byNode.get(node);
        if (pods == null) {
            return List.of();
        }
        var found = new ArrayList<PodInfo>();
        for (PodInfo other : pods.values()) {
            if (other.priority() >= pod.priority() && !other.uid().equals(pod.uid())) {
                found.add(other);
            }
        }
        return found;
    }
}
