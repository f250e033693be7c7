package io.j8s.apiserver.resources.policy;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Conditions;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Everything the API server knows about `policy/v1 PodDisruptionBudget`.
public final class PodDisruptionBudgets implements ResourceStrategy<PodDisruptionBudget> {

    @Override
    public Names names() {
        return new Names("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets");
    }

    @Override
    public Class<PodDisruptionBudget> view() {
        return PodDisruptionBudget.class;
    }

    /// Upstream's own rules say nothing about metadata.
    @Override
    public boolean asksOfMetadata(RequestContext context) {
        return false;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        spec(At.root(tree, errors).struct("spec"), false);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        spec(
                At.root(tree, errors).struct("spec"),
                LabelSelectors.hasInvalidValue(oldTree.tree("spec.selector")));
    }

    private static void spec(At spec, boolean anyValue) {
        if (spec.has("minAvailable") && spec.has("maxUnavailable")) {
            spec.invalidSelf("minAvailable and maxUnavailable cannot be both set");
        }
        for (String field : List.of("minAvailable", "maxUnavailable")) {
            if (spec.has(field)) {
                spec.countOrPercent(field);
                spec.atMostAll(field);
            }
        }
        LabelSelectors.validate(spec.at("selector"), anyValue);
        spec.optionalOneOf("unhealthyPodEvictionPolicy", "AlwaysAllow", "IfHealthyBudget");
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At status = At.root(tree, errors).struct("status");
        Conditions.validate(status);
        status.nonNegative(
                "disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods");
    }

    @Override
    public List<Column<PodDisruptionBudget>> columns() {
        return List.of(
                Column.text(
                        "Min Available",
                        "Pods that must stay available",
                        budget -> orNotSet(budget.getSpec().getMinAvailable())),
                Column.text(
                        "Max Unavailable",
                        "Pods that may be unavailable",
                        budget -> orNotSet(budget.getSpec().getMaxUnavailable())),
                Column.integer(
                        "Allowed Disruptions",
                        "Pods that may be evicted now",
                        budget ->
                                budget.getStatus().getDisruptionsAllowed() == null
                                        ? 0
                                        : budget.getStatus().getDisruptionsAllowed()),
                Column.age());
    }

    private static String orNotSet(@Nullable IntOrString value) {
        return value == null ? "N/A" : String.valueOf(value.getValue());
    }
}
