package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Node;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Tells the changes of a node that pods may have waited for from heartbeats.
final class NodeChanges {

    private NodeChanges() {}

    static boolean matter(Node before, Node after) {
        return !Meta.labels(before).equals(Meta.labels(after))
                || !Objects.equals(before.getSpec(), after.getSpec())
                || !allocatable(before).equals(allocatable(after))
                || !images(before).equals(images(after))
                || !conditions(before).equals(conditions(after));
    }

    private static Map<String, ?> allocatable(Node node) {
        var status = node.getStatus();
        return status == null || status.getAllocatable() == null
                ? Map.of()
                : status.getAllocatable();
    }

    private static List<?> images(Node node) {
        return node.getStatus() == null ? List.of() : node.getStatus().getImages();
    }

    private static List<String> conditions(Node node) {
        return node.getStatus() == null
                ? List.of()
                : node.getStatus().getConditions().stream()
                        .map(c -> c.getType() + "=" + orEmpty(c.getStatus()))
                        .toList();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
