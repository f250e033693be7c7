package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// Whether nodes match node selectors (upstream:
/// `component-helpers/scheduling/corev1/nodeaffinity`).
final class NodeSelectors {

    private NodeSelectors() {}

    /// Whether any term matches. A term without any requirement matches nothing.
    static boolean matchesAny(
            List<NodeSelectorTerm> terms, String name, Map<String, String> labels) {
        for (int i = 0; i < terms.size(); i++) {
            if (matches(terms.get(i), name, labels)) {
                return true;
            }
        }
        return false;
    }

    static boolean matches(NodeSelectorTerm term, String name, Map<String, String> labels) {
        var byLabel = term.getMatchExpressions();
        var byField = term.getMatchFields();
        if (byLabel.isEmpty() && byField.isEmpty()) {
            return false;
        }
        for (int i = 0; i < byLabel.size(); i++) {
            if (!matches(byLabel.get(i), labels.get(byLabel.get(i).getKey()))) {
                return false;
            }
        }
        for (int i = 0; i < byField.size(); i++) {
            boolean isName = "metadata.name".equals(byField.get(i).getKey());
            if (!matches(byField.get(i), isName ? name : null)) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(NodeSelectorRequirement rule, @Nullable String value) {
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
