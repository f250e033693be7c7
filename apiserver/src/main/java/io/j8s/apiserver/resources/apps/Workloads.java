package io.j8s.apiserver.resources.apps;

import io.j8s.apiserver.resources.core.PodValidation;
import io.j8s.apiserver.resources.core.PodWarnings;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

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

    /// A template whose pods the selector selects and which run for ever. Upstream does not look
    /// into the template when the selector makes no sense.
    ///
    /// @param kind the kind's name in messages
    static void template(At spec, String kind) {
        if (!LabelSelectors.isValid(spec.tree().tree("selector"))) {
            spec.invalid("selector", "invalid label selector");
            return;
        }
        labelsMatch(spec);
        PodValidation.template(spec.at("template"));
        runsForEver(spec, kind);
    }

    static void runsForEver(At spec, String kind) {
        if (!spec.string("template.spec.restartPolicy").equals("Always")) {
            spec.notSupported("template.spec.restartPolicy", "Always");
        }
        if (spec.has("template.spec.activeDeadlineSeconds")) {
            spec.forbidden(
                    "template.spec.activeDeadlineSeconds",
                    "activeDeadlineSeconds in " + kind + " is not Supported");
        }
    }

    /// No selector selects nothing, an empty one everything.
    static void labelsMatch(At spec) {
        var labels = spec.tree().stringMap("template.metadata.labels");
        if (!LabelSelectors.of(spec.tree().tree("selector")).matches(labels)) {
            spec.invalid("template.metadata.labels", "`selector` does not match template `labels`");
        }
    }

    /// The counts of a status: which may not be negative, and which not above all replicas.
    static void counts(At status, List<String> counted, List<String> parts) {
        status.nonNegative(counted.toArray(String[]::new));
        for (String field : parts) {
            if (status.number(field) > status.number("replicas")) {
                status.invalid(
                        field, status.number(field), "cannot be greater than status.replicas");
            }
        }
    }

    /// @param called how the message calls the ready replicas
    static void availableAreReady(At status, String called) {
        if (status.number("availableReplicas") > status.number("readyReplicas")) {
            status.invalid(
                    "availableReplicas",
                    status.number("availableReplicas"),
                    "cannot be greater than " + called);
        }
    }

    /// A collision count that was raised may not be taken back.
    static void collisionsGrow(At status, Tree old) {
        String field = "status.collisionCount";
        boolean decremented =
                old.has(field)
                        && (!status.has("collisionCount")
                                || status.number("collisionCount") < old.longValue(field, 0));
        if (decremented) {
            status.invalid(
                    "collisionCount", status.number("collisionCount"), "cannot be decremented");
        }
    }

    /// What upstream says of the pods that a workload is to make; nothing where its generation has
    /// not changed.
    static List<String> templateWarnings(Tree object, @Nullable Tree old) {
        boolean same = old != null && object.semanticallyEquals(old, "metadata.generation");
        return same ? List.of() : PodWarnings.ofTemplate(object, "spec.template");
    }
}
