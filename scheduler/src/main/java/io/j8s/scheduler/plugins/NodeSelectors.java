package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.j8s.scheduler.core.NodeInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// Whether nodes match node selectors (upstream:
/// `component-helpers/scheduling/corev1/nodeaffinity`).
public final class NodeSelectors {

    private NodeSelectors() {}

    /// Whether any term matches. A term without any requirement matches nothing.
    public static boolean matchesAny(List<NodeSelectorTerm> terms, NodeInfo node) {
        return terms.stream().anyMatch(term -> matches(term, node));
    }

    public static boolean matches(NodeSelectorTerm term, NodeInfo node) {
        var labels = term.getMatchExpressions();
        var fields = term.getMatchFields();
        if (labels.isEmpty() && fields.isEmpty()) {
            return false;
        }
        return labels.stream().allMatch(rule -> matches(rule, node.labels()))
                && fields.stream()
                        .allMatch(rule -> matches(rule, Map.of("metadata.name", node.name())));
    }

    private static boolean matches(NodeSelectorRequirement rule, Map<String, String> values) {
        @Nullable String value = values.get(rule.getKey());
        return switch (rule.getOperator()) {
            case "In" -> value != null && rule.getValues().contains(value);
            case "NotIn" -> value == null || !rule.getValues().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" -> compare(value, rule) > 0;
            case "Lt" -> compare(value, rule) < 0;
            default -> false;
        };
    }

    /// Compares as whole numbers; 0, which satisfies neither operator, when either is none.
    private static int compare(@Nullable String value, NodeSelectorRequirement rule) {
        if (value == null || rule.getValues().size() != 1) {
            return 0;
        }
        try {
            return Long.compare(Long.parseLong(value), Long.parseLong(rule.getValues().getFirst()));
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}
