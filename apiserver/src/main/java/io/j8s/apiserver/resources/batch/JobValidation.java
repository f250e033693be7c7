package io.j8s.apiserver.resources.batch;

import io.j8s.apiserver.resources.core.PodValidation;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;
import io.j8s.machinery.selectors.Selector;

import java.util.List;
import java.util.Map;

/// Which jobs are valid, and which job specs, in jobs and in cron jobs (upstream:
/// `pkg/apis/batch/validation`).
final class JobValidation {

    private static final long PARALLELISM_MAX = 100_000; // upstream: maxParallelismForIndexedJob
    private static final long FAILED_INDEXES_MAX = 100_000;
    private static final long COMPLETIONS_SOFT_MAX = 100_000; // upstream: completionsSoftLimit
    private static final long WITH_MANY_COMPLETIONS_MAX = 10_000;
    private static final int MANAGED_BY_LENGTH_MAX = 63;
    private static final String PREFIX = "batch.kubernetes.io/";

    private JobValidation() {}

    static void create(Tree job, FieldErrors errors) {
        At root = At.root(job, errors);
        generatedSelector(root);
        if (root.at("spec") instanceof At spec) {
            ofJob(spec, false);
        }
        nameAllowsCompletions(root);
    }

    /// The last pod of an indexed job has the longest host name.
    private static void nameAllowsCompletions(At root) {
        long completions = root.number("spec.completions");
        if (root.string("spec.completionMode").equals("Indexed") && completions > 0) {
            String name = root.string("metadata.name");
            String hostname = name + "-" + (completions - 1);
            if (!NameRules.dns1123Label(hostname).isEmpty()) {
                root.invalid(
                        "metadata.name",
                        name,
                        "will not able to create pod with invalid DNS label: " + hostname);
            }
        }
    }

    private static void ofJob(At spec, boolean allowInvalidValues) {
        spec(spec);
        if (!spec.has("selector")) {
            spec.required("selector");
        } else {
            LabelSelectors.validate(spec.at("selector"), allowInvalidValues);
        }
        Tree selector = spec.tree().tree("selector");
        if (LabelSelectors.isValid(selector)
                && !LabelSelectors.of(selector)
                        .matches(spec.tree().stringMap("template.metadata.labels"))) {
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
            root.required("metadata.uid");
        }
        label(root, "controller-uid", uid);
        label(root, "job-name", name);
        label(root, PREFIX + "controller-uid", uid);
        label(root, PREFIX + "job-name", name);
        Tree selector = root.tree().tree("spec.selector");
        Selector selects = LabelSelectors.of(selector);
        var own =
                Map.of(
                        "controller-uid",
                        uid,
                        "job-name",
                        name,
                        PREFIX + "controller-uid",
                        uid,
                        PREFIX + "job-name",
                        name);
        if (LabelSelectors.isValid(selector) && !selects.matches(own)) {
            root.invalid("spec.selector", "`selector` not auto-generated");
        }
    }

    private static void label(At root, String key, String wanted) {
        var labels = root.tree().stringMap("spec.template.metadata.labels");
        String path = "spec.template.metadata.labels[" + key + "]";
        if (!labels.containsKey(key)) {
            root.required(path, "must be '" + wanted + "'");
        } else if (!wanted.equals(labels.get(key))) {
            root.invalidMap(path, "spec.template.metadata.labels", "must be '" + wanted + "'");
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
        if (spec.has("maxFailedIndexes") && !spec.has("backoffLimitPerIndex")) {
            spec.required("backoffLimitPerIndex", "when maxFailedIndexes is specified");
        }
        if (spec.has("managedBy")) {
            spec.domainPrefixedPath("managedBy");
            if (spec.string("managedBy").length() > MANAGED_BY_LENGTH_MAX) {
                spec.errors().tooLong(spec.path("managedBy"), MANAGED_BY_LENGTH_MAX);
            }
        }
        completionMode(spec);
        At policy = spec.at("podFailurePolicy");
        if (policy != null) {
            JobPolicies.failure(spec, policy);
        }
        if (spec.at("successPolicy") instanceof At success) {
            JobPolicies.success(spec, success);
        }
        JobPolicies.replacement(spec);
        PodValidation.template(spec.at("template"));
        restartPolicy(spec, policy != null);
    }

    private static void restartPolicy(At spec, boolean hasFailurePolicy) {
        String field = "template.spec.restartPolicy";
        switch (spec.string(field)) {
            // upstream: the default, so nobody said what he wants
            case "Always", "" -> spec.required(field, "valid values: \"OnFailure\", \"Never\"");
            case "Never" -> {}
            case "OnFailure" -> {
                if (hasFailurePolicy) {
                    spec.invalid(
                            field,
                            "only \"Never\" is supported when podFailurePolicy is specified");
                }
            }
            default -> spec.notSupported(field, "OnFailure", "Never");
        }
    }

    private static void completionMode(At spec) {
        String mode = spec.string("completionMode");
        if (spec.has("completionMode") && !mode.equals("NonIndexed") && !mode.equals("Indexed")) {
            spec.notSupported("completionMode", "NonIndexed", "Indexed");
        }
        if (mode.equals("Indexed")) {
            indexed(spec);
        } else if (!spec.has("completionMode") || mode.equals("NonIndexed")) {
            for (String field : List.of("backoffLimitPerIndex", "maxFailedIndexes")) {
                if (spec.has(field)) {
                    spec.invalid(field, "requires indexed completion mode");
                }
            }
        }
    }

    private static void indexed(At spec) {
        long completions = spec.number("completions");
        if (!spec.has("completions")) {
            spec.required("completions", "when completion mode is Indexed");
        }
        if (spec.number("parallelism") > PARALLELISM_MAX) {
            atMost(spec, "parallelism", PARALLELISM_MAX, " when completion mode is Indexed");
        }
        boolean limited = spec.has("maxFailedIndexes");
        if (spec.has("completions") && limited && spec.number("maxFailedIndexes") > completions) {
            spec.invalid("maxFailedIndexes", "must be less than or equal to completions");
        }
        if (limited && spec.number("maxFailedIndexes") > FAILED_INDEXES_MAX) {
            atMost(spec, "maxFailedIndexes", FAILED_INDEXES_MAX, "");
        }
        if (completions > COMPLETIONS_SOFT_MAX && spec.has("backoffLimitPerIndex")) {
            if (!limited) {
                spec.required(
                        "maxFailedIndexes",
                        "must be specified when completions is above " + COMPLETIONS_SOFT_MAX);
            }
            for (String field : List.of("parallelism", "maxFailedIndexes")) {
                if (spec.number(field) > WITH_MANY_COMPLETIONS_MAX) {
                    atMost(
                            spec,
                            field,
                            WITH_MANY_COMPLETIONS_MAX,
                            " when completions are above "
                                    + COMPLETIONS_SOFT_MAX
                                    + " and used with backoff limit per index");
                }
            }
        }
    }

    private static void atMost(At spec, String field, long max, String when) {
        spec.invalid(field, "must be less than or equal to " + max + when);
    }

    static void update(Tree updated, Tree old, FieldErrors errors) {
        At root = At.root(updated, errors);
        if (root.at("spec") instanceof At spec) {
            ofJob(spec, LabelSelectors.hasInvalidValue(old.tree("spec.selector")));
        }
        completions(root, old);
        root.immutable("spec.selector", old);
        JobTemplateUpdate.validate(root, old);
        for (String field :
                List.of(
                        "completionMode",
                        "podFailurePolicy",
                        "backoffLimitPerIndex",
                        "managedBy",
                        "successPolicy")) {
            root.immutable("spec." + field, old);
        }
        nameAllowsCompletions(root);
    }

    /// Indexed jobs may grow and shrink, with as many pods at a time as there are indexes.
    private static void completions(At root, Tree old) {
        String field = "spec.completions";
        if (!root.string("spec.completionMode").equals("Indexed")) {
            root.immutable(field, old);
        } else if (!root.tree().semanticallyEquals(old, field)
                && root.has(field)
                && root.number(field) != root.number("spec.parallelism")) {
            root.invalid(field, "can only be modified in tandem with spec.parallelism");
        }
    }
}
