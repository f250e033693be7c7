package io.j8s.apiserver.resources.apps;

import io.j8s.apiserver.resources.core.PodValidation;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.LabelSelectors;

import java.util.List;

/// Rules that everything with a selector and a pod template shares.
final class Workloads {

    private Workloads() {}

    /// A selector that must be there and select something.
    ///
    /// @param called what the kind calls itself in the message
    static void selector(At spec, String called) {
        At selector = spec.at("selector");
        if (selector == null) {
            spec.required("selector");
            return;
        }
        LabelSelectors.validate(selector);
        if (LabelSelectors.isEmpty(selector.tree())) {
            spec.invalid("selector", "empty selector is invalid for " + called);
        }
    }

    /// A template whose pods the selector selects and which run for ever.
    ///
    /// @param kind the kind's name in messages
    static void template(At spec, String kind) {
        labelsMatch(spec);
        PodValidation.template(spec.at("template"));
        if (!spec.string("template.spec.restartPolicy").equals("Always")) {
            spec.notSupported("template.spec.restartPolicy", "Always");
        }
        if (spec.has("template.spec.activeDeadlineSeconds")) {
            spec.forbidden(
                    "template.spec.activeDeadlineSeconds",
                    "activeDeadlineSeconds in " + kind + " is not Supported");
        }
    }

    static void labelsMatch(At spec) {
        var selector = spec.tree().tree("selector");
        if (LabelSelectors.isEmpty(selector)) {
            return;
        }
        var labels = spec.tree().stringMap("template.metadata.labels");
        if (!LabelSelectors.of(selector).matches(labels)) {
            spec.invalid("template.metadata.labels", "`selector` does not match template `labels`");
        }
    }

    /// The counts of a status, none of which may be negative or above all replicas.
    static void counts(At root, String... fields) {
        root.nonNegative("status.replicas");
        for (String field : fields) {
            root.nonNegative("status." + field);
        }
        root.nonNegative("status.observedGeneration");
        for (String field : List.of(fields)) {
            if (root.number("status." + field) > root.number("status.replicas")) {
                root.invalid(
                        "status." + field,
                        root.number("status." + field),
                        "cannot be greater than status.replicas");
            }
        }
        if (root.number("status.availableReplicas") > root.number("status.readyReplicas")) {
            root.invalid(
                    "status.availableReplicas",
                    root.number("status.availableReplicas"),
                    "cannot be greater than readyReplicas");
        }
    }
}
