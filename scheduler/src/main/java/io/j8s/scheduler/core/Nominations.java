package io.j8s.scheduler.core;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Which waiting pods have been promised room on which node, so that pods of lower or the same
/// priority do not take it (upstream: `nominator`). Read again from `status.nominatedNodeName`
/// after a restart. Safe for use by many threads.
public final class Nominations {

    private final Map<String, String> nodeByUid = new HashMap<>();
    // each list stands as it is: a change puts another one in its place
    private final Map<String, List<PodInfo>> byNode = new ConcurrentHashMap<>();

    /// Notes a nomination; an empty node takes it back.
    synchronized void put(PodInfo pod, String node) {
        remove(pod.uid());
        if (!node.isEmpty()) {
            nodeByUid.put(pod.uid(), node);
            byNode.merge(
                    node,
                    List.of(pod),
                    (known, more) -> Stream.concat(known.stream(), more.stream()).toList());
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
                        var others = pods.stream().filter(pod -> !pod.uid().equals(uid)).toList();
                        return others.isEmpty() ? null : others;
                    });
        }
    }

    synchronized @Nullable String nodeOf(String uid) {
        return nodeByUid.get(uid);
    }

    public List<PodInfo> on(String node) {
        // mostly there are none at all, and every pod asks of hundreds of nodes
        return byNode.isEmpty() ? List.of() : byNode.getOrDefault(node, List.of());
    }

    /// Those on a node that a pod must leave room for; the very same list as long as nothing is
    /// promised or taken back there, where that is all of them. Asked of every node for every pod,
    /// so it takes no lock.
    List<PodInfo> inTheWayOf(PodInfo pod, String node) {
        var pods = on(node);
        for (int i = 0; i < pods.size(); i++) {
            if (!isInTheWay(pods.get(i), pod)) {
                return pods.stream().filter(each -> isInTheWay(each, pod)).toList();
            }
        }
        return pods;
    }

    private static boolean isInTheWay(PodInfo other, PodInfo pod) {
        return other.priority() >= pod.priority() && !other.uid().equals(pod.uid());
    }
}
