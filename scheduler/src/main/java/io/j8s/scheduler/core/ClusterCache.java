package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Node;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/// Nodes with the pods bound to them and those assumed to be: the scheduler's own view, which runs
/// ahead of the API by the bindings under way (upstream: `scheduler/backend/cache`).
///
/// Informer handlers and binding threads change it; one scheduling cycle at a time asks for a
/// [#snapshot], which costs as much as changed since the last. Everything is guarded by this
/// object's monitor.
public final class ClusterCache {

    /// A pod that came (1) or went (-1) since the last snapshot.
    private record Move(PodInfo pod, NodeInfo node, int by) {}

    private final Map<String, NodeInfo> nodes = new HashMap<>();
    private final Map<String, String> nodeOfPod = new HashMap<>();
    private final Map<String, PodInfo> assumed = new HashMap<>();
    private final Set<NodeInfo> dirty = new LinkedHashSet<>();
    private final List<Move> moves = new ArrayList<>();
    private final Snapshot snapshot;
    private boolean placesChanged = true;
    private boolean namespacesChanged;

    public ClusterCache(Function<String, Map<String, String>> namespaceLabels) {
        snapshot = new Snapshot(namespaceLabels);
    }

    synchronized void putNode(Node node) {
        var info = nodes.computeIfAbsent(Meta.name(node), NodeInfo::new);
        placesChanged |=
                !info.hasNode()
                        || !info.labels().equals(Meta.labels(node))
                        || !info.taints().equals(NodeChanges.taints(node));
        info.setNode(node);
        dirty.add(info);
    }

    synchronized void removeNode(String name) {
        var info = nodes.get(name);
        if (info != null) {
            placesChanged = true;
            info.setNode(null);
            forgetIfUnused(info);
        }
    }

    /// Labels of a namespace changed, so what selectors of namespaces match may differ.
    synchronized void namespacesChanged() {
        namespacesChanged = true;
    }

    /// A pod that the API says is bound. It confirms an assumption.
    synchronized void putPod(PodInfo pod) {
        assumed.remove(pod.uid());
        place(pod, pod.nodeName());
    }

    synchronized void removePod(String uid) {
        assumed.remove(uid);
        takeAway(uid);
    }

    /// Counts a pod on a node before the API knows; [#forget] takes it back if binding fails.
    synchronized void assume(PodInfo pod, String node) {
        assumed.put(pod.uid(), pod);
        place(pod, node);
    }

    /// Takes an assumption back, unless the API has confirmed it meanwhile.
    synchronized void forget(PodInfo pod) {
        if (assumed.remove(pod.uid()) != null) {
            takeAway(pod.uid());
        }
    }

    synchronized boolean isAssumed(String uid) {
        return assumed.containsKey(uid);
    }

    /// The node that a pod is counted on; null for none.
    synchronized @Nullable String nodeOf(String uid) {
        return nodeOfPod.get(uid);
    }

    synchronized int nodeCount() {
        return (int) nodes.values().stream().filter(NodeInfo::hasNode).count();
    }

    synchronized int podCount() {
        return nodeOfPod.size();
    }

    synchronized int assumedCount() {
        return assumed.size();
    }

    /// All nodes as they stand now: always the same object, brought up to date.
    synchronized Snapshot snapshot() {
        for (Move move : moves) {
            snapshot.countClaims(move.pod(), move.by());
        }
        if (placesChanged) {
            snapshot.replaceAll(ordered());
        } else {
            if (namespacesChanged) {
                snapshot.forgetCounts();
            }
            for (Move move : moves) {
                if (move.node().hasNode()) {
                    snapshot.count(move.pod(), move.node(), move.by());
                }
            }
            for (NodeInfo changed : dirty) {
                if (changed.hasNode()) {
                    snapshot.replace(changed.copy());
                }
            }
        }
        placesChanged = false;
        namespacesChanged = false;
        dirty.clear();
        moves.clear();
        return snapshot;
    }

    /// Zone by zone in turn, so that a search that stops early has seen every zone.
    private List<NodeInfo> ordered() {
        var zones = new TreeMap<String, ArrayDeque<NodeInfo>>();
        nodes.values().stream()
                .filter(NodeInfo::hasNode)
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .forEach(info ->
                        zones.computeIfAbsent(zone(info.labels()), _ -> new ArrayDeque<>())
                                .add(info));
        var order = new ArrayList<NodeInfo>(nodes.size());
        List<ArrayDeque<NodeInfo>> waiting = new ArrayList<>(zones.values());
        while (!waiting.isEmpty()) {
            for (var zone : waiting) {
                order.add(zone.pop().copy());
            }
            waiting.removeIf(ArrayDeque::isEmpty);
        }
        return order;
    }

    private static String zone(Map<String, String> labels) {
        return labels.getOrDefault("topology.kubernetes.io/region", "")
                + ":"
                + labels.getOrDefault("topology.kubernetes.io/zone", "");
    }

    private void place(PodInfo pod, String node) {
        takeAway(pod.uid());
        var info = nodes.computeIfAbsent(node, NodeInfo::new);
        info.add(pod);
        nodeOfPod.put(pod.uid(), node);
        moves.add(new Move(pod, info, 1));
        dirty.add(info);
    }

    private void takeAway(String uid) {
        String node = nodeOfPod.remove(uid);
        var info = node == null ? null : nodes.get(node);
        var gone = info == null ? null : info.remove(uid);
        if (info != null && gone != null) {
            moves.add(new Move(gone, info, -1));
            dirty.add(info);
            forgetIfUnused(info);
        }
    }

    private void forgetIfUnused(NodeInfo info) {
        if (!info.hasNode() && info.isEmpty()) {
            nodes.remove(info.name());
        }
    }
}
