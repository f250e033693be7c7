package io.j8s.apiserver.resources.batch;

import io.j8s.apiserver.resources.core.PodValidation;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// Which job specs are valid, in jobs and in cron jobs (upstream: `pkg/apis/batch/validation`).
final class JobValidation {

    private static final long PARALLELISM_MAX = 100_000; // upstream: maxParallelismForIndexedJob
    private static final int RULES_MAX = 20; // upstream: maxPodFailurePolicyRules
    private static final int EXIT_CODES_MAX = 255;
    private static final int CONDITIONS_MAX = 20;
    private static final List<String> PREFIXES = List.of("batch.kubernetes.io/", "");

    private JobValidation() {}

    static void create(Tree job, FieldErrors errors) {
        At root = At.root(job, errors);
        generatedSelector(root);
        if (root.at("spec") instanceof At spec) {
            ofJob(spec);
        }
    }

    private static void ofJob(At spec) {
        spec(spec);
        if (!spec.has("selector")) {
            spec.required("selector");
        } else {
            LabelSelectors.validate(spec.at("selector"));
        }
        var selector = LabelSelectors.of(spec.tree().tree("selector"));
        if (spec.has("selector")
                && !selector.matches(spec.tree().stringMap("template.metadata.labels"))) {
            spec.invalid("template.metadata.labels", "`selector` does not match template `labels`");
        }
    }

    /// A selector that the user did not take over has to be the server's own.
    private static void generatedSelector(At root) {
        if (root.bool("spec.manualSelector") || !root.has("spec.selector")) {
            return;
        }
        String uid = root.string("metadata.uid");
        String name = root.string("metadata.name");
        if (uid.isEmpty()) {
            return;
        }
        var labels = root.tree().stringMap("spec.template.metadata.labels");
        for (String prefix : PREFIXES) {
            label(root, labels.getOrDefault(prefix + "controller-uid", ""), uid);
            label(root, labels.getOrDefault(prefix + "job-name", ""), name);
        }
        var selected = root.tree().stringMap("spec.selector.matchLabels");
        boolean own =
                selected.size() == 1
                        && (uid.equals(selected.get("batch.kubernetes.io/controller-uid"))
                                || uid.equals(selected.get("controller-uid")))
                        && root.tree().trees("spec.selector.matchExpressions").isEmpty();
        if (!own) {
            root.invalid("spec.selector", "`selector` not auto-generated");
        }
    }

    private static void label(At root, String value, String wanted) {
        if (value.isEmpty()) {
            root.required("spec.template.metadata.labels", "must be '" + wanted + "'");
        } else if (!value.equals(wanted)) {
            root.invalid("spec.template.metadata.labels", "must be '" + wanted + "'");
        }
    }

    /// Also for the templates of cron jobs (upstream: `validateJobSpec`).
    static void spec(At spec) {
        spec.nonNegative(
                "parallelism",
                "completions",
                "activeDeadlineSeconds",
                "backoffLimit",
                "ttlSecondsAfterFinished",
                "backoffLimitPerIndex",
                "maxFailedIndexes");
        if (spec.has("managedBy")) {
            managedBy(spec);
        }
        completionMode(spec);
        At policy = spec.at("podFailurePolicy");
        if (policy != null) {
            failurePolicy(spec, policy);
        }
        if (spec.at("successPolicy") instanceof At success) {
            successPolicy(spec, success);
        }
        replacement(spec);
        PodValidation.template(spec.at("template"));
        String restart = spec.string("template.spec.restartPolicy");
        if (restart.equals("Always")) {
            // upstream: the default, so nobody said what he wants
            spec.required("template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"");
        } else if (!restart.equals("OnFailure") && !restart.equals("Never")) {
            spec.notSupported("template.spec.restartPolicy", "OnFailure", "Never");
        } else if (policy != null && !restart.equals("Never")) {
            spec.invalid(
                    "template.spec.restartPolicy",
                    "only \"Never\" is supported when podFailurePolicy is specified");
        }
    }

    private static void managedBy(At spec) {
        String name = spec.string("managedBy");
        int slash = name.indexOf('/');
        if (slash < 1 || slash == name.length() - 1) {
            spec.invalid(
                    "managedBy", name, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        } else {
            spec.all("managedBy", NameRules.dns1123Subdomain(name.substring(0, slash)));
        }
        if (name.length() > 63) {
            spec.errors().tooLong(spec.path("managedBy"), 63);
        }
    }

    private static void completionMode(At spec) {
        String mode = spec.string("completionMode");
        if (!spec.has("completionMode")) {
            return;
        }
        if (!mode.equals("NonIndexed") && !mode.equals("Indexed")) {
            spec.notSupported("completionMode", "NonIndexed", "Indexed");
        }
        boolean perIndex = spec.has("backoffLimitPerIndex");
        if (!mode.equals("Indexed")) {
            String text = "requires indexed completion mode";
            if (perIndex) {
                spec.invalid("backoffLimitPerIndex", text);
            }
            if (spec.has("maxFailedIndexes")) {
                spec.invalid("maxFailedIndexes", text);
            }
            return;
        }
        if (!spec.has("completions")) {
            spec.required("completions", "when completion mode is Indexed");
        }
        if (spec.number("parallelism") > PARALLELISM_MAX) {
            spec.invalid(
                    "parallelism",
                    "must be less than or equal to 100000 when completion mode is Indexed");
        }
        if (spec.has("maxFailedIndexes") && !perIndex) {
            spec.required("backoffLimitPerIndex", "when maxFailedIndexes is specified");
        }
        if (spec.has("maxFailedIndexes")
                && spec.number("maxFailedIndexes") > spec.number("completions")) {
            spec.invalid("maxFailedIndexes", "must be less than or equal to completions");
        }
    }

    private static void replacement(At spec) {
        if (!spec.has("podReplacementPolicy")) {
            return;
        }
        if (spec.has("podFailurePolicy")) {
            spec.optionalOneOf("podReplacementPolicy", "Failed");
        } else {
            spec.optionalOneOf("podReplacementPolicy", "Failed", "TerminatingOrFailed");
        }
    }

    private static void failurePolicy(At spec, At policy) {
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
            rule.oneOf("action", "Count", "FailIndex", "FailJob", "Ignore");
            if (rule.string("action").equals("FailIndex") && !spec.has("backoffLimitPerIndex")) {
                rule.invalid("action", "requires the backoffLimitPerIndex to be set");
            }
            At codes = rule.at("onExitCodes");
            if (codes != null) {
                exitCodes(codes, containers);
            }
            var conditions = rule.each("onPodConditions");
            if (conditions.size() > CONDITIONS_MAX) {
                rule.errors()
                        .tooMany(rule.path("onPodConditions"), conditions.size(), CONDITIONS_MAX);
            }
            for (At condition : conditions) {
                condition.qualifiedName("type");
                condition.oneOf("status", "False", "True", "Unknown");
            }
            if (codes != null && !conditions.isEmpty()) {
                rule.errors()
                        .invalid(
                                rule.path(),
                                "",
                                "specifying both OnExitCodes and OnPodConditions is not supported");
            }
            if (codes == null && conditions.isEmpty()) {
                rule.errors()
                        .invalid(
                                rule.path(),
                                "",
                                "specifying one of OnExitCodes and OnPodConditions is required");
            }
        }
    }

    private static void exitCodes(At codes, java.util.Set<String> containers) {
        String operator = codes.string("operator");
        codes.oneOf("operator", "In", "NotIn");
        if (codes.has("containerName") && !containers.contains(codes.string("containerName"))) {
            codes.invalid("containerName", "must be one of the container or initContainer names");
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
        var seen = new HashSet<Long>();
        boolean ordered = true;
        for (int i = 0; i < values.size(); i++) {
            long value = values.get(i);
            if (operator.equals("In") && value == 0) {
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

    private static void successPolicy(At spec, At policy) {
        if (!spec.string("completionMode").equals("Indexed")) {
            policy.errors()
                    .invalid(policy.path(), policy.tree(), "requires indexed completion mode");
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
            if (!rule.has("succeededCount") && !rule.has("succeededIndexes")) {
                rule.errors()
                        .required(
                                rule.path(),
                                "at least one of succeededCount or succeededIndexes must be"
                                        + " specified");
            }
            rule.nonNegative("succeededCount");
            if (rule.number("succeededCount") > spec.number("completions")) {
                rule.invalid(
                        "succeededCount",
                        "must be less than or equal to "
                                + spec.number("completions")
                                + " (the number of specified completions)");
            }
        }
    }

    static void update(Tree updated, Tree old, FieldErrors errors) {
        At root = At.root(updated, errors);
        if (root.at("spec") instanceof At spec) {
            ofJob(spec);
        }
        boolean elastic =
                root.string("spec.completionMode").equals("Indexed")
                        && root.has("spec.completions")
                        && root.number("spec.completions") == root.number("spec.parallelism");
        if (!elastic) {
            root.immutable("spec.completions", old);
        } else if (!updated.semanticallyEquals(old, "spec.completions")
                && old.longValue("spec.completions", 0) != old.longValue("spec.parallelism", 0)
                && !updated.semanticallyEquals(old, "spec.parallelism")) {
            root.invalid(
                    "spec.completions", "can only be modified in tandem with spec.parallelism");
        }
        root.immutable("spec.selector", old);
        template(root, old);
        for (String field :
                List.of(
                        "completionMode",
                        "podFailurePolicy",
                        "backoffLimitPerIndex",
                        "managedBy",
                        "successPolicy")) {
            root.immutable("spec." + field, old);
        }
    }

    /// The template of a job that is suspended and never started may still say where its pods run.
    private static void template(At root, Tree old) {
        boolean notStarted = old.bool("spec.suspend", false) && !old.has("status.startTime");
        Tree munged = root.tree();
        if (notStarted) {
            munged = root.tree().copy();
            for (String field :
                    List.of(
                            "metadata.labels",
                            "metadata.annotations",
                            "spec.nodeSelector",
                            "spec.affinity.nodeAffinity",
                            "spec.tolerations",
                            "spec.schedulingGates")) {
                if (munged.has("spec.template." + field) || old.has("spec.template." + field)) {
                    if (field.startsWith("spec.affinity")) {
                        munged.keep("spec.template.spec.affinity", old);
                    } else {
                        munged.keep("spec.template." + field, old);
                    }
                }
            }
        }
        if (!munged.semanticallyEquals(old, "spec.template")) {
            root.invalid("spec.template", At.IMMUTABLE);
        }
    }
}
