package io.j8s.apiserver.resources.batch;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.TreeList;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which pod failure, replacement and success policies of a job are valid.
final class JobPolicies {

    private static final int RULES_MAX = 20; // upstream: maxPodFailurePolicyRules
    private static final int EXIT_CODES_MAX = 255; // upstream: maxPodFailurePolicyOnExitCodesValues
    private static final int CONDITIONS_MAX = 20;
    private static final int INDEXES_LENGTH_MAX = 64 * 1024;

    private JobPolicies() {}

    static void replacement(At spec) {
        if (!spec.has("podReplacementPolicy")) {
            return;
        }
        if (spec.has("podFailurePolicy")) {
            spec.optionalOneOf("podReplacementPolicy", "Failed");
        } else {
            spec.optionalOneOf("podReplacementPolicy", "Failed", "TerminatingOrFailed");
        }
    }

    static void failure(At spec, At policy) {
        var rules = policy.each("rules");
        if (rules.size() > RULES_MAX) {
            policy.errors().tooMany(policy.path("rules"), rules.size(), RULES_MAX);
        }
        var containers = new HashSet<String>();
        for (String list : List.of("containers", "initContainers")) {
            spec.tree()
                    .trees("template.spec." + list)
                    .forEach(container -> containers.add(container.string("name", "")));
        }
        for (At rule : rules) {
            failureRule(spec, rule, containers);
        }
    }

    private static void failureRule(At spec, At rule, Set<String> containers) {
        if (requiredOneOf(rule, "action", "Count", "FailIndex", "FailJob", "Ignore")
                && rule.string("action").equals("FailIndex")
                && !spec.has("backoffLimitPerIndex")) {
            rule.invalid("action", "requires the backoffLimitPerIndex to be set");
        }
        At codes = rule.at("onExitCodes");
        if (codes != null) {
            exitCodes(codes, containers);
        }
        var conditions = rule.each("onPodConditions");
        if (conditions.size() > CONDITIONS_MAX) {
            rule.errors().tooMany(rule.path("onPodConditions"), conditions.size(), CONDITIONS_MAX);
        }
        for (At condition : conditions) {
            condition.qualifiedName("type");
            requiredOneOf(condition, "status", "False", "True", "Unknown");
        }
        if (codes != null && !conditions.isEmpty()) {
            rule.omittedSelf("specifying both OnExitCodes and OnPodConditions is not supported");
        }
        if (codes == null && conditions.isEmpty()) {
            rule.omittedSelf("specifying one of OnExitCodes and OnPodConditions is required");
        }
    }

    /// @return whether the value is one of them
    private static boolean requiredOneOf(At at, String field, String... supported) {
        String value = at.string(field);
        if (value.isEmpty()) {
            at.required(field, "valid values: [\"" + String.join("\" \"", supported) + "\"]");
            return false;
        }
        if (!List.of(supported).contains(value)) {
            at.notSupported(field, supported);
            return false;
        }
        return true;
    }

    private static void exitCodes(At codes, Set<String> containers) {
        requiredOneOf(codes, "operator", "In", "NotIn");
        if (codes.has("containerName") && !containers.contains(codes.string("containerName"))) {
            codes.invalid(
                    "containerName",
                    "must be one of the container or initContainer names in the pod template");
        }
        var values = new ArrayList<Long>();
        if (codes.tree().list("values") instanceof TreeList list) {
            for (Object value : list) {
                values.add(value instanceof Num number ? number.longValue() : 0L);
            }
        }
        if (values.isEmpty()) {
            codes.invalid("values", "at least one value is required");
        } else if (values.size() > EXIT_CODES_MAX) {
            codes.errors().tooMany(codes.path("values"), values.size(), EXIT_CODES_MAX);
        }
        boolean wantsIn = codes.string("operator").equals("In");
        var seen = new HashSet<Long>();
        boolean ordered = true;
        for (int i = 0; i < values.size(); i++) {
            long value = values.get(i);
            if (wantsIn && value == 0) {
                codes.invalid("values[" + i + "]", 0, "must not be 0 for the In operator");
            }
            if (!seen.add(value)) {
                codes.duplicate("values[" + i + "]", value);
            }
            ordered &= i == 0 || values.get(i - 1) <= value;
        }
        if (!ordered) {
            codes.invalid("values", "must be ordered");
        }
    }

    static void success(At spec, At policy) {
        if (!spec.string("completionMode").equals("Indexed")) {
            policy.invalidSelf("requires indexed completion mode");
            return;
        }
        var rules = policy.each("rules");
        if (rules.isEmpty()) {
            policy.required(
                    "rules",
                    "at least one rules must be specified when the successPolicy is specified");
        }
        if (rules.size() > RULES_MAX) {
            policy.errors().tooMany(policy.path("rules"), rules.size(), RULES_MAX);
        }
        for (At rule : rules) {
            successRule(rule, spec.number("completions"));
        }
    }

    private static void successRule(At rule, long completions) {
        if (!rule.has("succeededCount") && !rule.has("succeededIndexes")) {
            rule.errors()
                    .required(
                            rule.path(),
                            "at least one of succeededCount or succeededIndexes must be specified");
        }
        String indexes = rule.string("succeededIndexes");
        var parsed = IndexIntervals.parse(indexes, completions);
        if (indexes.length() > INDEXES_LENGTH_MAX) {
            rule.errors().tooLong(rule.path("succeededIndexes"), INDEXES_LENGTH_MAX);
        }
        parsed.mistake()
                .ifPresent(text ->
                        rule.invalid(
                                "succeededIndexes", "error parsing succeededIndexes: " + text));
        if (!rule.has("succeededCount")) {
            return;
        }
        rule.nonNegative("succeededCount");
        long count = rule.number("succeededCount");
        if (count > completions) {
            rule.invalid(
                    "succeededCount",
                    "must be less than or equal to "
                            + completions
                            + " (the number of specified completions)");
        }
        if (rule.has("succeededIndexes") && count > parsed.count()) {
            rule.invalid(
                    "succeededCount",
                    "must be less than or equal to "
                            + parsed.count()
                            + " (the number of indexes in the specified succeededIndexes field)");
        }
    }
}
