package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Rules about where a pod may run: affinity, tolerations, topology spread, scheduling gates.
public final class SchedulingValidation {

    private static final String WEIGHT = "must be in the range 1-100";
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

    private SchedulingValidation() {}

    static void affinity(@Nullable At affinity) {
        if (affinity == null) {
            return;
        }
        if (affinity.at("nodeAffinity") instanceof At node) {
            nodeSelector(node.at(REQUIRED));
            for (At term : node.each(PREFERRED)) {
                weight(term);
                if (term.at("preference") instanceof At preference) {
                    // upstream: values of preferences may be no label values
                    nodeTerm(preference, true);
                }
            }
        }
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            if (affinity.at(kind) instanceof At pods) {
                pods.each(REQUIRED).forEach(SchedulingValidation::podTerm);
                for (At term : pods.each(PREFERRED)) {
                    weight(term);
                    podTerm(term.struct("podAffinityTerm"));
                }
            }
        }
    }

    private static void weight(At term) {
        long weight = term.number("weight");
        if (weight <= 0 || weight > 100) {
            term.invalid("weight", weight, WEIGHT);
        }
    }

    /// `core/v1 NodeSelector` wherever it stands.
    ///
    /// @param selector null when there is none, which is valid
    public static void nodeSelector(@Nullable At selector) {
        nodeSelector(selector, false);
    }

    /// @param anyValue whether values may be none, as where one is stored already
    static void nodeSelector(@Nullable At selector, boolean anyValue) {
        if (selector == null) {
            return;
        }
        var terms = selector.each("nodeSelectorTerms");
        if (terms.isEmpty()) {
            selector.required("nodeSelectorTerms", "must have at least one node selector term");
        }
        terms.forEach(term -> nodeTerm(term, anyValue));
    }

    /// Whether a node selector asks for a value that is none.
    static boolean hasBadValue(@Nullable Tree selector) {
        return selector != null
                && selector.trees("nodeSelectorTerms").stream()
                        .flatMap(term -> term.trees("matchExpressions").stream())
                        .flatMap(requirement -> requirement.strings("values").stream())
                        .anyMatch(value -> !NameRules.labelValue(value).isEmpty());
    }

    private static void nodeTerm(At term, boolean anyValue) {
        for (At requirement : term.each("matchExpressions")) {
            var values = requirement.strings("values");
            switch (requirement.string("operator")) {
                case "In", "NotIn" -> {
                    if (values.isEmpty()) {
                        requirement.required(
                                "values", "must be specified when `operator` is 'In' or 'NotIn'");
                    }
                }
                case "Exists", "DoesNotExist" -> {
                    if (!values.isEmpty()) {
                        requirement.forbidden(
                                "values",
                                "may not be specified when `operator` is 'Exists' or"
                                        + " 'DoesNotExist'");
                    }
                }
                case "Gt", "Lt" -> {
                    if (values.size() != 1) {
                        requirement.required(
                                "values",
                                "must be specified single value when `operator` is 'Lt' or 'Gt'");
                    }
                }
                default ->
                        requirement.invalid(
                                "operator",
                                requirement.string("operator"),
                                "not a valid selector operator");
            }
            requirement.qualifiedName("key");
            for (int i = 0; i < values.size() && !anyValue; i++) {
                String value = values.get(i);
                requirement.all("values[" + i + "]", value, NameRules.labelValue(value));
            }
        }
        for (At requirement : term.each("matchFields")) {
            nodeField(requirement);
        }
    }

    private static void nodeField(At requirement) {
        var values = requirement.strings("values");
        String operator = requirement.string("operator");
        if (!operator.equals("In") && !operator.equals("NotIn")) {
            requirement.invalid("operator", operator, "not a valid selector operator");
        } else if (values.size() != 1) {
            requirement.required(
                    "values",
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field"
                            + " selector");
        }
        if (!requirement.string("key").equals("metadata.name")) {
            requirement.invalid("key", requirement.string("key"), "not a valid field selector key");
            return;
        }
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i);
            requirement.all("values[" + i + "]", value, NameRules.dns1123Subdomain(value));
        }
    }

    private static void podTerm(At term) {
        LabelSelectors.validate(term.at("labelSelector"));
        LabelSelectors.validate(term.at("namespaceSelector"));
        for (String namespace : term.strings("namespaces")) {
            NameRules.dns1123Label(namespace)
                    .forEach(
                            text -> term.errors().invalid(term.path("namespace"), namespace, text));
        }
        labelKeys(term, "matchLabelKeys");
        labelKeys(term, "mismatchLabelKeys");
        matchKeysOnce(term);
        keysDiffer(term);
        if (term.string("topologyKey").isEmpty()) {
            term.required("topologyKey", "can not be empty");
        }
        term.qualifiedName("topologyKey");
    }

    private static void labelKeys(At term, String field) {
        var keys = term.strings(field);
        if (!keys.isEmpty() && !term.has("labelSelector")) {
            term.forbidden(field, "must not be specified when labelSelector is not set");
            return;
        }
        for (int i = 0; i < keys.size(); i++) {
            term.all(field + "[" + i + "]", keys.get(i), NameRules.qualifiedName(keys.get(i)));
        }
    }

    /// The selector already holds what the server made of `matchLabelKeys`, so a key found twice in
    /// it was given twice.
    private static void matchKeysOnce(At term) {
        var keys = term.strings("matchLabelKeys");
        Set<String> seen = new HashSet<>(term.keys("labelSelector.matchLabels"));
        for (var expression : term.tree().trees("labelSelector.matchExpressions")) {
            String key = expression.string("key", "");
            int at = keys.lastIndexOf(key);
            if (at >= 0 && seen.contains(key)) {
                term.errors()
                        .invalid(
                                term.path() + "[" + at + "]",
                                key,
                                "exists in both matchLabelKeys and labelSelector");
            }
            seen.add(key);
        }
    }

    private static void keysDiffer(At term) {
        var keys = term.strings("matchLabelKeys");
        var mismatched = term.strings("mismatchLabelKeys");
        for (int i = 0; i < keys.size(); i++) {
            if (mismatched.contains(keys.get(i))) {
                term.invalid(
                        "matchLabelKeys[" + i + "]",
                        keys.get(i),
                        "exists in both matchLabelKeys and mismatchLabelKeys");
            }
        }
    }

    public static void tolerations(At spec) {
        for (At toleration : spec.each("tolerations")) {
            String operator = toleration.string("operator");
            String value = toleration.string("value");
            if (!toleration.string("key").isEmpty()) {
                toleration.qualifiedName("key");
            } else if (!operator.equals("Exists")) {
                toleration.invalid(
                        "operator",
                        operator,
                        "operator must be Exists when `key` is empty, which means \"match all"
                                + " values and all keys\"");
            }
            if (toleration.has("tolerationSeconds")
                    && !toleration.string("effect").equals("NoExecute")) {
                toleration.invalid(
                        "effect",
                        toleration.string("effect"),
                        "effect must be 'NoExecute' when `tolerationSeconds` is set");
            }
            switch (operator) {
                case "", "Equal" -> {
                    var texts = NameRules.labelValue(value);
                    if (!texts.isEmpty()) {
                        toleration.invalid("operator", value, String.join(";", texts));
                    }
                }
                case "Exists" -> {
                    if (!value.isEmpty()) {
                        toleration.invalid(
                                "operator",
                                value,
                                "value must be empty when `operator` is 'Exists'");
                    }
                }
                // behind a gate that is off, and named all the same
                case "Lt", "Gt" ->
                        toleration.notSupported("operator", "Equal", "Exists", "Lt", "Gt");
                default -> toleration.notSupported("operator", "Equal", "Exists");
            }
            if (!toleration.string("effect").isEmpty()) {
                taintEffect(toleration);
            }
        }
    }

    static void taintEffect(At at) {
        at.optionalOneOf("effect", "NoSchedule", "PreferNoSchedule", "NoExecute");
    }

    static void topologySpread(At spec) {
        var constraints = spec.each("topologySpreadConstraints");
        for (int i = 0; i < constraints.size(); i++) {
            At constraint = constraints.get(i);
            String key = constraint.string("topologyKey");
            String action = constraint.string("whenUnsatisfiable");
            if (constraint.number("maxSkew") <= 0) {
                constraint.invalid("maxSkew", constraint.number("maxSkew"), At.POSITIVE);
            }
            if (key.isEmpty()) {
                constraint.required("topologyKey", "can not be empty");
            }
            if (!List.of("DoNotSchedule", "ScheduleAnyway").contains(action)) {
                constraint.notSupported("whenUnsatisfiable", "DoNotSchedule", "ScheduleAnyway");
            }
            boolean repeats =
                    constraints.stream()
                            .skip(i + 1L)
                            .anyMatch(other ->
                                    other.string("topologyKey").equals(key)
                                            && other.string("whenUnsatisfiable").equals(action));
            if (repeats) {
                constraint.duplicate(
                        "{topologyKey, whenUnsatisfiable}", "{" + key + ", " + action + "}");
            }
            if (constraint.has("minDomains")) {
                if (constraint.number("minDomains") <= 0) {
                    constraint.invalid("minDomains", At.POSITIVE);
                }
                if (!action.equals("DoNotSchedule")) {
                    constraint.invalid(
                            "minDomains",
                            "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not "
                                    + action);
                }
            }
            constraint.optionalOneOf("nodeAffinityPolicy", "Honor", "Ignore");
            constraint.optionalOneOf("nodeTaintsPolicy", "Honor", "Ignore");
            labelKeys(constraint, "matchLabelKeys");
            matchKeysOnce(constraint);
            LabelSelectors.validate(constraint.at("labelSelector"));
        }
    }

    static void schedulingGates(At spec) {
        var seen = new HashSet<String>();
        var gates = spec.each("schedulingGates");
        for (At gate : gates) {
            String name = gate.string("name");
            NameRules.qualifiedName(name)
                    .forEach(text -> gate.errors().invalid(gate.path(), name, text));
            if (!seen.add(name)) {
                gate.errors().duplicate(gate.path(), name);
            }
        }
    }
}
