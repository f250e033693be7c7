package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Whether labels match a typed selector (upstream: `metav1.LabelSelectorAsSelector`): none matches
/// nothing, an empty one everything.
public final class LabelSelectors {

    private LabelSelectors() {}

    public static boolean matches(@Nullable LabelSelector selector, Map<String, String> labels) {
        if (selector == null) {
            return false;
        }
        var exact = selector.getMatchLabels();
        if (exact != null && !matches(exact, labels)) {
            return false;
        }
        for (var rule : expressions(selector)) { // no stream: the scheduler asks 10,000 pods a time
            if (!matches(rule, labels)) {
                return false;
            }
        }
        return true;
    }

    /// A map as services and replication controllers have it: an empty one matches everything.
    public static boolean matches(Map<String, String> wanted, Map<String, String> labels) {
        for (var pair : wanted.entrySet()) {
            if (!pair.getValue().equals(labels.get(pair.getKey()))) {
                return false;
            }
        }
        return true;
    }

    public static boolean isEmpty(@Nullable LabelSelector selector) {
        return selector == null
                || ((selector.getMatchLabels() == null || selector.getMatchLabels().isEmpty())
                        && expressions(selector).isEmpty());
    }

    private static List<LabelSelectorRequirement> expressions(LabelSelector selector) {
        var rules = selector.getMatchExpressions();
        return rules == null ? List.of() : rules;
    }

    private static boolean matches(LabelSelectorRequirement rule, Map<String, String> labels) {
        var value = labels.get(rule.getKey());
        return switch (rule.getOperator()) {
            case "In" -> value != null && rule.getValues().contains(value);
            case "NotIn" -> value == null || !rule.getValues().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default ->
                    throw new IllegalStateException(
                            "\""
                                    + rule.getOperator()
                                    + "\" is not a valid label selector operator");
        };
    }

    /// As Go prints one into upstream's texts: `&LabelSelector{MatchLabels:map[string]string{…`.
    public static String goText(@Nullable LabelSelector selector) {
        if (selector == null) {
            return "nil";
        }
        var text = new StringBuilder("&LabelSelector{MatchLabels:map[string]string{");
        if (selector.getMatchLabels() != null) {
            new TreeMap<>(selector.getMatchLabels())
                    .forEach((key, value) ->
                            text.append(key).append(": ").append(value).append(','));
        }
        text.append("},MatchExpressions:[]LabelSelectorRequirement{");
        for (var each : selector.getMatchExpressions()) {
            text.append("LabelSelectorRequirement{Key:")
                    .append(each.getKey())
                    .append(",Operator:")
                    .append(each.getOperator())
                    .append(",Values:[")
                    .append(each.getValues() == null ? "" : String.join(" ", each.getValues()))
                    .append("],},");
        }
        return text.append("},}").toString();
    }
}
