package io.j8s.scheduler.core;

import io.j8s.machinery.meta.ObjectKey;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// All nodes as they stood when a scheduling cycle began (upstream: `backend/cache.Snapshot`). The
/// [ClusterCache] brings it up to date between cycles by what changed; during a cycle it stands
/// still. Read by the scheduling thread only.
public final class Snapshot {

    private final Function<String, Map<String, String>> namespaceLabels;
    private final Map<String, Integer> positions = new HashMap<>();
    private final Map<String, NodeInfo> withAffinity = new LinkedHashMap<>();
    private final Map<String, NodeInfo> withRequiredAntiAffinity = new LinkedHashMap<>();
    private final Map<ObjectKey, Integer> claimUses = new HashMap<>();
    private final Map<String, Integer> nodesWithImage = new HashMap<>();
    private final Tallies tallies = new Tallies();
    private NodeInfo[] nodes = new NodeInfo[0];

    /// @param namespaceLabels labels of a namespace by its name
    Snapshot(Function<String, Map<String, String>> namespaceLabels) {
        this.namespaceLabels = namespaceLabels;
    }

    /// In the order in which they are tried: zone by zone in turn.
    public List<NodeInfo> nodes() {
        return Collections.unmodifiableList(java.util.Arrays.asList(nodes));
    }

    public int size() {
        return nodes.length;
    }

    NodeInfo at(int position) {
        return nodes[position];
    }

    public Optional<NodeInfo> node(String name) {
        var position = positions.get(name);
        return position == null ? Optional.empty() : Optional.of(nodes[position]);
    }

    int position(String name) {
        return positions.getOrDefault(name, -1);
    }

    public Map<String, String> namespaceLabels(String name) {
        return namespaceLabels.apply(name);
    }

    /// Nodes with a pod that has any affinity or anti-affinity to pods.
    public Collection<NodeInfo> nodesWithAffinity() {
        return withAffinity.values();
    }

    public Collection<NodeInfo> nodesWithRequiredAntiAffinity() {
        return withRequiredAntiAffinity.values();
    }

    /// Whether a pod on any node uses a claim.
    public boolean isClaimUsed(ObjectKey claim) {
        return claimUses.containsKey(claim);
    }

    public int nodesWithImage(String image) {
        return nodesWithImage.computeIfAbsent(
                image,
                name -> {
                    int count = 0;
                    for (NodeInfo node : nodes) {
                        count += node.hasImage(name) ? 1 : 0;
                    }
                    return count;
                });
    }

    /// Counts of pods by place, taken once and then kept.
    public PlaceCounts count(Tallies.Question question) {
        return tallies.ask(question, this);
    }

    /// Other nodes, or other places of nodes.
    void replaceAll(List<NodeInfo> all) {
        nodes = all.toArray(NodeInfo[]::new);
        positions.clear();
        withAffinity.clear();
        withRequiredAntiAffinity.clear();
        for (int i = 0; i < nodes.length; i++) {
            positions.put(nodes[i].name(), i);
            list(nodes[i]);
        }
        forgetCounts();
        nodesWithImage.clear();
    }

    void replace(NodeInfo node) {
        var position = positions.get(node.name());
        if (position == null) {
            return;
        }
        NodeInfo before = nodes[position];
        nodes[position] = node;
        list(node);
        if (!before.images().equals(node.images())) {
            nodesWithImage.clear();
        }
    }

    private void list(NodeInfo node) {
        list(withAffinity, node, !node.podsWithAffinity().isEmpty());
        list(withRequiredAntiAffinity, node, !node.podsWithRequiredAntiAffinity().isEmpty());
    }

    private static void list(Map<String, NodeInfo> nodes, NodeInfo node, boolean isIn) {
        if (isIn) {
            nodes.put(node.name(), node);
        } else {
            nodes.remove(node.name());
        }
    }

    void count(PodInfo pod, NodeInfo node, int by) {
        tallies.changed(pod, node, by);
    }

    void countClaims(PodInfo pod, int by) {
        for (String claim : pod.claims()) {
            claimUses.merge(
                    new ObjectKey(pod.namespace(), claim),
                    by,
                    (before, more) -> before + more == 0 ? null : before + more);
        }
    }

    void forgetCounts() {
        tallies.forget();
    }
}
