package io.j8s.apiserver.access.review;

import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;
import io.j8s.machinery.selectors.FieldSelector;
import io.j8s.machinery.selectors.Selector;
import io.j8s.machinery.selectors.SelectorException;

import java.util.ArrayList;
import java.util.List;

/// The selectors that an access review may ask about (upstream: `ResourceAttributesFrom`). What
/// cannot be understood is left out and told as an evaluation error: fewer terms ask for more, so
/// that is on the safe side. Pure.
final class ReviewedSelectors {

    private static final String EITHER = "may not specified at the same time as requirements";

    private ReviewedSelectors() {}

    /// What the field selector demands, as far as it can be understood.
    static List<FieldSelector.Term> fieldTerms(Tree resource) {
        var selector = resource.tree("fieldSelector");
        return selector == null ? List.of() : fields(selector).terms();
    }

    private record Fields(List<FieldSelector.Term> terms, boolean isWhole) {}

    private static Fields fields(Tree selector) {
        var terms = new ArrayList<FieldSelector.Term>();
        boolean isWhole = true;
        try {
            terms.addAll(FieldSelector.parse(selector.string("rawSelector", "")).terms());
        } catch (SelectorException _) {
            isWhole = false;
        }
        for (var requirement : selector.trees("requirements")) {
            var values = requirement.strings("values");
            String operator = requirement.string("operator", "");
            boolean isIn = operator.equals("In");
            if (values.size() == 1 && (isIn || operator.equals("NotIn"))) {
                terms.add(
                        new FieldSelector.Term(
                                requirement.string("key", ""), isIn, values.getFirst()));
            } else {
                isWhole = false;
            }
        }
        return new Fields(terms, isWhole);
    }

    /// What upstream says in `status.evaluationError`; empty for nothing.
    static String evaluationError(Tree resource) {
        var out = new ArrayList<String>(2);
        var fieldSelector = resource.tree("fieldSelector");
        if (fieldSelector != null) {
            var fields = fields(fieldSelector);
            if (!fields.isWhole()) {
                out.add(ignored("fieldSelector", !fields.terms().isEmpty()));
            }
        }
        var labelSelector = resource.tree("labelSelector");
        if (labelSelector != null) {
            var requirements = labelSelector.trees("requirements");
            long understood =
                    requirements.stream().filter(ReviewedSelectors::isKnownOperator).count();
            if (understood < requirements.size() || !isSelector(labelSelector)) {
                out.add(ignored("labelSelector", understood > 0));
            }
        }
        return String.join("; ", out);
    }

    private static String ignored(String field, boolean partially) {
        return "spec.resourceAttributes.%s %signored due to parse error"
                .formatted(field, partially ? "partially " : "");
    }

    private static boolean isKnownOperator(Tree requirement) {
        return List.of("In", "NotIn", "Exists", "DoesNotExist")
                .contains(requirement.string("operator", ""));
    }

    private static boolean isSelector(Tree labelSelector) {
        try {
            Selector.parse(labelSelector.string("rawSelector", ""));
            return true;
        } catch (SelectorException _) {
            return false;
        }
    }

    static void validate(Tree resource, String path, FieldErrors errors) {
        var fields = resource.tree("fieldSelector");
        if (fields != null) {
            validate(fields, path + ".fieldSelector", false, errors);
        }
        var labels = resource.tree("labelSelector");
        if (labels != null) {
            validate(labels, path + ".labelSelector", true, errors);
        }
    }

    private static void validate(Tree selector, String path, boolean labels, FieldErrors errors) {
        String raw = selector.string("rawSelector", "");
        var requirements = selector.trees("requirements");
        if (!raw.isEmpty() && !requirements.isEmpty()) {
            errors.invalid(path + ".rawSelector", raw, EITHER);
        }
        if (raw.isEmpty() && requirements.isEmpty()) {
            errors.required(
                    path + ".requirements",
                    "when " + path + " is specified, requirements or rawSelector is required");
        }
        for (int i = 0; i < requirements.size(); i++) {
            String at = path + ".requirements[" + i + "]";
            if (labels) {
                operator(requirements.get(i), at, errors);
                label(requirements.get(i), at, errors);
            } else {
                if (requirements.get(i).string("key", "").isEmpty()) {
                    errors.required(at + ".key", "must be specified");
                }
                operator(requirements.get(i), at, errors);
            }
        }
    }

    /// Upstream: operators of a later version are let through.
    private static void operator(Tree requirement, String path, FieldErrors errors) {
        boolean hasValues = !requirement.strings("values").isEmpty();
        switch (requirement.string("operator", "")) {
            case "In", "NotIn" -> {
                if (!hasValues) {
                    errors.required(
                            path + ".values",
                            "must be specified when `operator` is 'In' or 'NotIn'");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (hasValues) {
                    errors.forbidden(
                            path + ".values",
                            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            default -> {}
        }
    }

    private static void label(Tree requirement, String path, FieldErrors errors) {
        String key = requirement.string("key", "");
        NameRules.qualifiedName(key).forEach(text -> errors.invalid(path + ".key", key, text));
        var values = requirement.strings("values");
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i);
            String at = path + ".values[" + i + "]";
            NameRules.labelValue(value).forEach(text -> errors.invalid(at, value, text));
        }
    }
}
