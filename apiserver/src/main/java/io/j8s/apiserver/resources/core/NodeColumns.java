package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSystemInfo;
import io.j8s.apiserver.registry.Column;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/// The table of nodes (upstream: `printNode`).
final class NodeColumns {

    private static final String ROLE_PREFIX = "node-role.kubernetes.io/";
    private static final String ROLE_LABEL = "kubernetes.io/role";

    private NodeColumns() {}

    static List<Column<Node>> all() {
        return List.of(
                Column.text(
                        "Status", "Whether the node is ready and takes pods", NodeColumns::status),
                Column.text("Roles", "Roles that labels give the node", NodeColumns::roles),
                Column.age(),
                Column.text(
                        "Version",
                        "Version of the node agent",
                        node -> info(node, NodeSystemInfo::getKubeletVersion, "")),
                Column.wide(
                        "Internal-IP", "Address inside the cluster", n -> address(n, "InternalIP")),
                Column.wide(
                        "External-IP", "Address for the outside", n -> address(n, "ExternalIP")),
                Column.wide(
                        "OS-Image",
                        "Operating system",
                        node -> info(node, NodeSystemInfo::getOsImage, "<unknown>")),
                Column.wide("Kernel-Version", "Kernel of the node", NodeColumns::kernel),
                Column.wide(
                        "Container-Runtime",
                        "What runs the containers",
                        node ->
                                info(
                                        node,
                                        NodeSystemInfo::getContainerRuntimeVersion,
                                        "<unknown>")));
    }

    private static String status(Node node) {
        var words = new ArrayList<String>();
        node.getStatus().getConditions().stream()
                .filter(c -> c.getType().equals("Ready"))
                .reduce((_, last) -> last)
                .map(c -> c.getStatus().equals("True") ? "Ready" : "NotReady")
                .ifPresent(words::add);
        if (words.isEmpty()) {
            words.add("Unknown");
        }
        if (Boolean.TRUE.equals(node.getSpec().getUnschedulable())) {
            words.add("SchedulingDisabled");
        }
        return String.join(",", words);
    }

    private static String roles(Node node) {
        var roles = new TreeSet<String>();
        node.getMetadata()
                .getLabels()
                .forEach((key, value) -> {
                    if (key.startsWith(ROLE_PREFIX) && key.length() > ROLE_PREFIX.length()) {
                        roles.add(key.substring(ROLE_PREFIX.length()));
                    } else if (key.equals(ROLE_LABEL) && !value.isEmpty()) {
                        roles.add(value);
                    }
                });
        return roles.isEmpty() ? "<none>" : String.join(",", roles);
    }

    private static String address(Node node, String type) {
        return node.getStatus().getAddresses().stream()
                .filter(address -> address.getType().equals(type))
                .map(address -> address.getAddress())
                .findFirst()
                .orElse("<none>");
    }

    private static String kernel(Node node) {
        String architecture = info(node, NodeSystemInfo::getArchitecture, "");
        return info(node, NodeSystemInfo::getKernelVersion, "<unknown>")
                + (architecture.isEmpty() ? "" : " (" + architecture + ")");
    }

    private static String info(
            Node node, Function<NodeSystemInfo, String> field, String otherwise) {
        return Optional.ofNullable(node.getStatus().getNodeInfo())
                .map(field)
                .filter(text -> !text.isEmpty())
                .orElse(otherwise);
    }
}
