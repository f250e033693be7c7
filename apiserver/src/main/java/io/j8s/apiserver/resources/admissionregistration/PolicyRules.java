package io.j8s.apiserver.resources.admissionregistration;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.machinery.names.NameRules;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/// Rules that policies of both sorts share.
final class PolicyRules {

    private static final int ANNOTATIONS_MAX = 20; // upstream: maxAuditAnnotations
    private static final int VALUE_BYTES_MAX = 5 * 1024;
    private static final Pattern IDENTIFIER = Pattern.compile("[_a-zA-Z][_a-zA-Z0-9]*");
    private static final Set<String> RESERVED =
            Set.of(
                    "true",
                    "false",
                    "null",
                    "in",
                    "as",
                    "break",
                    "const",
                    "continue",
                    "else",
                    "for",
                    "function",
                    "if",
                    "import",
                    "let",
                    "loop",
                    "package",
                    "namespace",
                    "return",
                    "var",
                    "void",
                    "while");

    private PolicyRules() {}

    /// @param sameConditions whether the conditions are the old ones, which are not judged again
    static void begin(At spec, boolean sameConditions) {
        if (spec.has("failurePolicy")) {
            spec.optionalOneOf("failurePolicy", "Fail", "Ignore");
        } else {
            spec.required("failurePolicy");
        }
        if (spec.at("paramKind") instanceof At kind) {
            PolicyReferences.kind(kind);
        }
        if (spec.at("matchConstraints") instanceof At match) {
            MatchRules.resourceMatch(match);
            if (match.each("resourceRules").isEmpty()) {
                match.required("resourceRules");
            }
        } else {
            spec.required("matchConstraints");
        }
        if (!sameConditions) {
            MatchRules.conditions(spec);
        }
    }

    static void variables(At spec) {
        for (At variable : spec.each("variables")) {
            String name = variable.string("name");
            if (name.isBlank()) {
                variable.required("name", "name is not specified");
            } else if (!IDENTIFIER.matcher(name).matches() || RESERVED.contains(name)) {
                variable.invalid("name", name, "must be a valid CEL identifier");
            }
            if (variable.string("expression").isBlank()) {
                variable.required("expression", "expression is not specified");
            }
        }
    }

    static void validation(At validation) {
        if (validation.string("expression").isBlank()) {
            validation.required("expression", "expression is not specified");
        }
        String computed = validation.string("messageExpression");
        if (!computed.isEmpty() && computed.isBlank()) {
            validation.invalid("messageExpression", computed, "must be non-empty if specified");
        }
        String message = validation.string("message");
        if (!message.isEmpty() && message.isBlank()) {
            validation.invalid("message", message, "must be non-empty if specified");
        } else if (message.strip().contains("\n") || message.strip().contains("\r")) {
            validation.invalid("message", message, "must not contain line breaks");
        }
        validation.optionalOneOf("reason", "Forbidden", "Invalid", "RequestEntityTooLarge");
    }

    /// @param policy the name of the policy, which the annotations carry in front
    static void annotations(At spec, String policy) {
        var annotations = spec.each("auditAnnotations");
        if (annotations.size() > ANNOTATIONS_MAX) {
            spec.invalid("auditAnnotations", "must not have more than 20 auditAnnotations");
        }
        var keys = new HashSet<String>();
        for (At annotation : annotations) {
            String key = annotation.string("key");
            if (policy.isEmpty()) {
                annotation.invalid("key", key, "requires metadata.name be non-empty");
            } else {
                String name = policy + "/" + key;
                annotation.all("key", name, NameRules.qualifiedName(name));
            }
            String value = annotation.string("valueExpression").strip();
            if (value.isEmpty()) {
                annotation.required("valueExpression", "valueExpression is not specified");
            } else if (NameRules.utf8Length(value) > VALUE_BYTES_MAX) {
                annotation.required("valueExpression", "must not exceed 5120 bytes in length");
            }
            if (!keys.add(key)) {
                annotation.duplicate("key", key);
            }
        }
    }
}
