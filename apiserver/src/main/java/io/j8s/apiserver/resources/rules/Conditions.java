package io.j8s.apiserver.resources.rules;

import io.j8s.machinery.names.NameRules;

import java.util.HashSet;
import java.util.regex.Pattern;

/// Rules about `meta/v1 Condition` wherever it stands (upstream:
/// `apimachinery/pkg/apis/meta/v1/validation.ValidateConditions`).
public final class Conditions {

    private static final String REASON = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";
    private static final Pattern REASON_PATTERN = Pattern.compile(REASON);
    private static final int REASON_LENGTH_MAX = 1024;
    private static final int MESSAGE_LENGTH_MAX = 32 * 1024;

    private Conditions() {}

    /// @param status the struct with the field `conditions`
    public static void validate(At status) {
        var types = new HashSet<String>();
        for (At condition : status.each("conditions")) {
            String type = condition.string("type");
            if (!types.add(type)) {
                condition.errors().duplicate(condition.path(), type);
            }
            one(condition);
        }
    }

    private static void one(At condition) {
        if (condition.string("type").isEmpty()) {
            condition.required("type", "is required");
        } else {
            condition.qualifiedName("type");
        }
        if (condition.present("status")) {
            condition.optionalOneOf("status", "False", "True", "Unknown");
        }
        if (condition.number("observedGeneration") < 0) {
            condition.invalid(
                    "observedGeneration",
                    condition.number("observedGeneration"),
                    "must be greater than or equal to zero");
        }
        if (!condition.has("lastTransitionTime")) {
            condition.required("lastTransitionTime");
        }
        String reason = condition.string("reason");
        if (reason.isEmpty()) {
            condition.required("reason");
        } else if (!REASON_PATTERN.matcher(reason).matches()) {
            condition.invalid(
                    "reason",
                    reason,
                    NameRules.explain(
                            "a condition reason must start with alphabetic character, optionally"
                                    + " followed by a string of alphanumeric characters or '_,:',"
                                    + " and must end with an alphanumeric character or '_'",
                            REASON,
                            "my_name",
                            "MY_NAME",
                            "MyName",
                            "ReasonA,ReasonB",
                            "ReasonA:ReasonB"));
        }
        if (NameRules.utf8Length(reason) > REASON_LENGTH_MAX) {
            condition.errors().tooLong(condition.path("reason"), REASON_LENGTH_MAX);
        }
        if (NameRules.utf8Length(condition.string("message")) > MESSAGE_LENGTH_MAX) {
            condition.errors().tooLong(condition.path("message"), MESSAGE_LENGTH_MAX);
        }
    }
}
