package io.j8s.scheduler.config;

import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import java.util.List;

/// What a term of a node selector must keep to where a configuration gives it (upstream:
/// `component-helpers/scheduling/corev1/nodeaffinity`, `labels.NewRequirement`): each requirement
/// tells what is first wrong of it, in parsers' words, which differ from those for pods.
final class NodeSelectorRules {

    private static final List<String> OPERATORS =
            List.of("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt");
    private static final List<String> FIELD_OPERATORS = List.of("In", "NotIn");

    private final FieldErrors errors;
    private final String path;

    NodeSelectorRules(FieldErrors errors, String path) {
        this.errors = errors;
        this.path = path;
    }

    void check(NodeSelectorTerm term) {
        var byLabel = term.getMatchExpressions();
        for (int i = 0; i < byLabel.size(); i++) {
            byLabel(byLabel.get(i), path + ".matchExpressions[" + i + "]");
        }
        var byField = term.getMatchFields();
        for (int i = 0; i < byField.size(); i++) {
            byField(byField.get(i), path + ".matchFields[" + i + "]");
        }
    }

    private void byLabel(NodeSelectorRequirement rule, String at) {
        if (!OPERATORS.contains(rule.getOperator())) {
            errors.notSupported(at + ".operator", rule.getOperator(), OPERATORS);
            return;
        }
        invalid(at + ".key", rule.getKey(), NameRules.labelKey(rule.getKey()));
        values(rule, at + ".values");
    }

    private void values(NodeSelectorRequirement rule, String at) {
        var values = rule.getValues();
        switch (rule.getOperator()) {
            case "In", "NotIn" -> {
                if (values.isEmpty()) {
                    errors.invalid(
                            at, null, "for 'in', 'notin' operators, values set can't be empty");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.isEmpty()) {
                    errors.invalid(
                            at, values, "values set must be empty for exists and does not exist");
                }
            }
            default -> number(values, at);
        }
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i);
            String each = "%s[%d][%s]".formatted(at, i, rule.getKey());
            invalid(each, value, NameRules.labelValue(value));
        }
    }

    private void invalid(String at, String value, List<String> details) {
        if (!details.isEmpty()) {
            errors.invalid(at, value, String.join("; ", details));
        }
    }

    private void number(List<String> values, String at) {
        if (values.size() != 1) {
            errors.invalid(
                    at,
                    values.isEmpty() ? null : values,
                    "for 'Gt', 'Lt' operators, exactly one value is required");
        }
        for (int i = 0; i < values.size(); i++) {
            try {
                Long.parseLong(values.get(i));
            } catch (NumberFormatException _) {
                errors.invalid(
                        at + "[" + i + "]",
                        values.get(i),
                        "for 'Gt', 'Lt' operators, the value must be an integer");
            }
        }
    }

    private void byField(NodeSelectorRequirement rule, String at) {
        if (!FIELD_OPERATORS.contains(rule.getOperator())) {
            errors.notSupported(at + ".operator", rule.getOperator(), FIELD_OPERATORS);
        } else if (rule.getValues().size() != 1) {
            errors.invalid(
                    at + ".values",
                    rule.getValues().isEmpty() ? null : rule.getValues(),
                    "must have one element");
        }
    }
}
