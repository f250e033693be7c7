package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Node;
import io.j8s.controllers.runtime.Meta;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/// Nodes with the pods bound to them and those assumed to be: the scheduler's own view, which runs
/// ahead of the API by the bindings under way (upstream: `scheduler/backend/cache`).
///
/// Informer handlers and binding threads change it; one scheduling cycle at a time asks for a
/// [#snapshot]. Everything is guarded by this object's monitor.
public final class ClusterCache {

    private final Map<String, NodeInfo> nodes = new HashMap<>();
    private final Map<String, String> nodeOfPod = new HashMap<>();
    private final Map<String, PodInfo> assumed = new HashMap<>();
    private final Function<String, Map<String, String>> namespaceLabels;
    private Map<String, NodeInfo> copies = new LinkedHashMap<>();
    private boolean orderChanged = true;
    private long generation;
    private long copiedUpTo;

    public ClusterCache(Function<String, Map<String, String>> namespaceLabels) {
        this.namespaceLabels = namespaceLabels;
    }

    synchronized void putNode(Node node) {
        var info = nodes.computeIfAbsent(Meta.name(node), NodeInfo::new);
        orderChanged |= !info.hasNode() || !zone(info.node()).equals(zone(node));
        info.setNode(node);
        touch(info);
    }

    synchronized void removeNode(String name) {
        var info = nodes.get(name);
        if (info != null) {
            orderChanged = true;
            info.setNode(null);
            touch(info);
            forgetIfUnused(info);
        }
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

    /// All nodes as they stand now. Only nodes that changed since the last call are copied.
    synchronized Snapshot snapshot() {
        if (orderChanged) {
            copies = ordered();
            orderChanged = false;
        } else {
            for (var entry : copies.entrySet()) {
                var current = nodes.get(entry.getKey());
                if (current != null && current.generation() > copiedUpTo) {
                    entry.setValue(current.copy());
                }
            }
        }
        copiedUpTo = generation;
        return new Snapshot(copies, namespaceLabels);
    }

    /// Zone by zone in turn, so that a search that stops early has seen every zone.
    private Map<String, NodeInfo> ordered() {
        var zones = new TreeMap<String, ArrayDeque<NodeInfo>>();
        nodes.values().stream()
                .filter(NodeInfo::hasNode)
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .forEach(info ->
                        zones.computeIfAbsent(zone(info.node()), _ -> new ArrayDeque<>())
                                .add(info));
        var order = new LinkedHashMap<String, NodeInfo>();
        List<ArrayDeque<NodeInfo>> waiting = new ArrayList<>(zones.values());
        while (!waiting.isEmpty()) {
            for (var zone : waiting) {
                var info = zone.pop();
                order.put(info.name(), info.copy());
            }
            waiting.removeIf(ArrayDeque::isEmpty);
        }
        return order;
    }

    private static String zone(Node node) {
        var labels = Meta.labels(node);
        return labels.getOrDefault("topology.kubernetes.io/region", "")
                + ":"
                + labels.getOrDefault("topology.kubernetes.io/zone", "");
    }

    private void place(PodInfo pod, String node) {
        String before = nodeOfPod.get(pod.uid());
        if (before != null && !before.equals(node)) {
            takeAway(pod.uid());
        }
        var info = nodes.computeIfAbsent(node, NodeInfo::new);
        info.add(pod);
        nodeOfPod.put(pod.uid(), node);
        touch(info);
    }

    private void takeAway(String uid) {
        String node = nodeOfPod.remove(uid);
        var info = node == null ? null : nodes.get(node);
        if (info != null && info.remove(uid)) {
            touch(info);
            forgetIfUnused(info);
        }
    }

    private void touch(NodeInfo info) {
        info.setGeneration(++generation);
    }

    private void forgetIfUnused(NodeInfo info) {
        if (!info.hasNode() && info.isEmpty()) {
            nodes.remove(info.name());
        }
    }
}
