package io.j8s.machinery.selectors;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.selectors.Requirement.Operator;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// A label selector: all requirements must hold (upstream: `labels.Selector`). Immutable.
public final class Selector {

    private static final Selector EVERYTHING = new Selector(List.of(), false);
    private static final Selector NOTHING = new Selector(List.of(), true);

    private final List<Requirement> requirements;
    private final boolean nothing;

    private Selector(List<Requirement> requirements, boolean nothing) {
        this.requirements = requirements;
        this.nothing = nothing;
    }

    public static Selector everything() {
        return EVERYTHING;
    }

    public static Selector nothing() {
        return NOTHING;
    }

    /// Parses the `labelSelector` query: `a=b,c in (x,y),!d,e notin (f),g>1`.
    ///
    /// @throws SelectorException with upstream's text
    public static Selector parse(String text) {
        return text.isEmpty() ? EVERYTHING : of(new SelectorParser(text).parse());
    }

    /// Requirements in order of their keys, as upstream keeps them.
    public static Selector of(List<Requirement> requirements) {
        if (requirements.isEmpty()) {
            return EVERYTHING;
        }
        var sorted = new ArrayList<>(requirements);
        sorted.sort(Comparator.comparing(Requirement::key));
        return new Selector(List.copyOf(sorted), false);
    }

    /// Equality with each of the labels (upstream: `SelectorFromSet`).
    public static Selector ofLabels(@Nullable Map<String, String> labels) {
        if (labels == null || labels.isEmpty()) {
            return EVERYTHING;
        }
        return of(
                labels.entrySet().stream()
                        .map(e ->
                                new Requirement(e.getKey(), Operator.EQUALS, List.of(e.getValue())))
                        .toList());
    }

    /// The meaning of an object's `LabelSelector`: none selects nothing, an empty one everything.
    ///
    /// @throws SelectorException when it names an unknown operator or a bad key or value
    public static Selector of(@Nullable LabelSelector selector) {
        if (selector == null) {
            return NOTHING;
        }
        var requirements = new ArrayList<Requirement>();
        Map<String, String> labels = selector.getMatchLabels();
        if (labels != null) {
            labels.forEach((key, value) ->
                    requirements.add(Requirement.of(key, Operator.EQUALS, List.of(value))));
        }
        List<LabelSelectorRequirement> expressions = selector.getMatchExpressions();
        if (expressions != null) {
            for (var expression : expressions) {
                List<String> values = expression.getValues();
                requirements.add(
                        Requirement.of(
                                expression.getKey(),
                                operator(expression.getOperator()),
                                values == null ? List.of() : values));
            }
        }
        return of(requirements);
    }

    public boolean matches(@Nullable Map<String, String> labels) {
        return labels == null
                ? matches((UnaryOperator<@Nullable String>) key -> null)
                : matches(labels::get);
    }

    /// @param labels answers a label's value, null when the object has no such label
    public boolean matches(UnaryOperator<@Nullable String> labels) {
        if (nothing) {
            return false;
        }
        for (var requirement : requirements) {
            if (!requirement.matches(labels)) {
                return false;
            }
        }
        return true;
    }

    /// True when it selects every object, so that callers can skip matching.
    public boolean isEverything() {
        return !nothing && requirements.isEmpty();
    }

    public boolean isNothing() {
        return nothing;
    }

    public List<Requirement> requirements() {
        return requirements;
    }

    /// The canonical form, which parses to an equal selector.
    @Override
    public String toString() {
        return requirements.stream().map(Requirement::toString).collect(Collectors.joining(","));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Selector that
                && nothing == that.nothing
                && requirements.equals(that.requirements);
    }

    @Override
    public int hashCode() {
        return requirements.hashCode();
    }

    private static Operator operator(@Nullable String operator) {
        return switch (operator) {
            case "In" -> Operator.IN;
            case "NotIn" -> Operator.NOT_IN;
            case "Exists" -> Operator.EXISTS;
            case "DoesNotExist" -> Operator.DOES_NOT_EXIST;
            case null, default ->
                    throw new SelectorException(
                            FieldErrors.quote(operator == null ? "" : operator)
                                    + " is not a valid label selector operator");
        };
    }
}
