package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.Taint;
import io.j8s.controllers.runtime.Meta;
import io.j8s.scheduler.core.ClusterChange.Action;

import org.jspecify.annotations.Nullable;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Tells the changes of a node that pods may have waited for from heartbeats (upstream:
/// `NodeSchedulingPropertiesChange`).
final class NodeChanges {

    private NodeChanges() {}

    static Set<Action> between(Node before, Node after) {
        var found = EnumSet.noneOf(Action.class);
        add(found, isCordoned(before) && !isCordoned(after), Action.UPDATE_TAINT);
        add(found, !taints(before).equals(taints(after)), Action.UPDATE_TAINT);
        add(found, !allocatable(before).equals(allocatable(after)), Action.UPDATE_ALLOCATABLE);
        add(found, !Meta.labels(before).equals(Meta.labels(after)), Action.UPDATE_NODE_LABEL);
        add(
                found,
                !Meta.annotations(before).equals(Meta.annotations(after)),
                Action.UPDATE_ANNOTATION);
        add(found, !conditions(before).equals(conditions(after)), Action.UPDATE_CONDITION);
        add(found, !features(before).equals(features(after)), Action.UPDATE_DECLARED_FEATURE);
        return found;
    }

    private static void add(Set<Action> found, boolean differs, Action action) {
        if (differs) {
            found.add(action);
        }
    }

    static boolean isCordoned(Node node) {
        NodeSpec spec = node.getSpec();
        return spec != null && Boolean.TRUE.equals(spec.getUnschedulable());
    }

    static List<Taint> taints(Node node) {
        NodeSpec spec = node.getSpec();
        return spec == null || spec.getTaints() == null ? List.of() : spec.getTaints();
    }

    private static Map<String, ?> allocatable(Node node) {
        NodeStatus status = node.getStatus();
        return status == null || status.getAllocatable() == null
                ? Map.of()
                : status.getAllocatable();
    }

    static List<String> features(Node node) {
        NodeStatus status = node.getStatus();
        return status == null || status.getDeclaredFeatures() == null
                ? List.of()
                : status.getDeclaredFeatures();
    }

    private static Map<String, String> conditions(Node node) {
        NodeStatus status = node.getStatus();
        return status == null
                ? Map.of()
                : status.getConditions().stream()
                        .collect(
                                Collectors.toMap(
                                        NodeCondition::getType,
                                        condition -> orEmpty(condition.getStatus()),
                                        (_, last) -> last));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
