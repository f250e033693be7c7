package io.j8s.scheduler.core;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// All nodes as they stood when a scheduling cycle began. Read by that cycle only.
///
/// @param nodes by name, in the order in which they are tried: zone by zone in turn
/// @param namespaceLabels labels of a namespace by its name
public record Snapshot(
        Map<String, NodeInfo> nodes, Function<String, Map<String, String>> namespaceLabels) {

    public Optional<NodeInfo> node(String name) {
        return Optional.ofNullable(nodes.get(name));
    }

    public List<NodeInfo> list() {
        return List.copyOf(nodes.values());
    }
}
