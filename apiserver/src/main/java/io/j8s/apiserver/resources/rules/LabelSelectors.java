package io.j8s.apiserver.resources.rules;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirementBuilder;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;
import io.j8s.machinery.selectors.Selector;

import org.jspecify.annotations.Nullable;

/// Rules about `meta/v1 LabelSelector` wherever it stands (upstream:
/// `apimachinery/pkg/apis/meta/v1/validation`).
public final class LabelSelectors {

    private LabelSelectors() {}

    /// @param selector null when there is none, which is valid
    public static void validate(@Nullable At selector) {
        validate(selector, false);
    }

    /// @param allowInvalidValues whether values that are no label values may be asked for, as
    ///   upstream lets objects keep that have been written with them
    public static void validate(@Nullable At selector, boolean allowInvalidValues) {
        if (selector == null) {
            return;
        }
        selector.labels("matchLabels");
        for (At requirement : selector.each("matchExpressions")) {
            validateRequirement(requirement, allowInvalidValues);
        }
    }

    /// Whether it can be evaluated at all (upstream: `LabelSelectorAsSelector` has no error).
    public static boolean isValid(@Nullable Tree selector) {
        if (selector == null) {
            return true;
        }
        var errors = new FieldErrors();
        validate(At.root(selector, errors));
        return errors.isEmpty();
    }

    /// Whether it asks for a value that is no label value (upstream:
    /// `LabelSelectorHasInvalidLabelValue`).
    public static boolean hasInvalidValue(@Nullable Tree selector) {
        return selector != null
                && selector.trees("matchExpressions").stream()
                        .flatMap(requirement -> requirement.strings("values").stream())
                        .anyMatch(value -> !NameRules.labelValue(value).isEmpty());
    }

    private static void validateRequirement(At requirement, boolean allowInvalidValues) {
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
                            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            default ->
                    requirement.invalid(
                            "operator",
                            requirement.string("operator"),
                            "not a valid selector operator");
        }
        requirement.qualifiedName("key");
        if (allowInvalidValues) {
            return;
        }
        for (int i = 0; i < values.size(); i++) {
            requirement.all(
                    "values[" + i + "]", values.get(i), NameRules.labelValue(values.get(i)));
        }
    }

    /// What a selector that is valid selects; one that is not selects nothing.
    public static Selector of(@Nullable Tree selector) {
        if (selector == null) {
            return Selector.nothing();
        }
        try {
            return Selector.of(view(selector));
        } catch (RuntimeException _) {
            // its own rules say what is wrong with it
            return Selector.nothing();
        }
    }

    private static LabelSelector view(Tree selector) {
        var builder = new LabelSelectorBuilder().withMatchLabels(selector.stringMap("matchLabels"));
        for (Tree requirement : selector.trees("matchExpressions")) {
            builder.addToMatchExpressions(
                    new LabelSelectorRequirementBuilder()
                            .withKey(requirement.string("key", ""))
                            .withOperator(requirement.string("operator", ""))
                            .withValues(requirement.strings("values"))
                            .build());
        }
        return builder.build();
    }

    /// Whether it has no requirement at all.
    public static boolean isEmpty(@Nullable Tree selector) {
        return selector == null
                || (selector.stringMap("matchLabels").isEmpty()
                        && selector.trees("matchExpressions").isEmpty());
    }
}
