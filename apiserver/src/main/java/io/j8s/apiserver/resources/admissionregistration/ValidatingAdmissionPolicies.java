package io.j8s.apiserver.resources.admissionregistration;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.resources.rules.Conditions;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Everything the API server knows about `admissionregistration.k8s.io ValidatingAdmissionPolicy`.
/// Expressions are judged as texts only, whether they compile is not.
public final class ValidatingAdmissionPolicies
        implements ResourceStrategy<GenericKubernetesResource> {

    @Override
    public Names names() {
        return new Names(
                "admissionregistration.k8s.io/v1",
                "ValidatingAdmissionPolicy",
                "validatingadmissionpolicies");
    }

    @Override
    public Class<GenericKubernetesResource> view() {
        return GenericKubernetesResource.class;
    }

    @Override
    public boolean updatesUnconditionally() {
        return false;
    }

    @Override
    public void applyDefaults(Tree policy) {
        Tree spec = policy.ensure("spec");
        spec.setDefault("failurePolicy", "Fail");
        if (spec.tree("matchConstraints") instanceof Tree match) {
            MatchRules.applyResourceDefaults(match);
        }
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        if (root.at("spec") instanceof At spec) {
            spec(spec, root.string("metadata.name"), false);
        }
        StaticNames.validate(root);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            spec(
                    spec,
                    tree.string("metadata.name", ""),
                    tree.semanticallyEquals(oldTree, "spec.paramKind")
                            && tree.semanticallyEquals(oldTree, "spec.matchConditions"));
        }
    }

    private static void spec(At spec, String name, boolean sameConditions) {
        PolicyRules.begin(spec, sameConditions);
        PolicyRules.variables(spec);
        var validations = spec.each("validations");
        var annotations = spec.each("auditAnnotations");
        if (validations.isEmpty() && annotations.isEmpty()) {
            String text = "validations or auditAnnotations must contain at least one item";
            spec.required("validations", text);
            spec.required("auditAnnotations", text);
        }
        validations.forEach(PolicyRules::validation);
        PolicyRules.annotations(spec, name);
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        for (At warning : At.root(tree, errors).each("status.typeChecking.expressionWarnings")) {
            warning.present("warning");
            if (warning.string("fieldRef").isBlank()) {
                warning.required("fieldRef");
            }
        }
        if (At.root(tree, errors).at("status") instanceof At status) {
            Conditions.validate(status);
        }
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                Column.integer(
                        "Validations",
                        "How many rules it has",
                        policy -> Cells.count(policy, "spec", "validations")),
                Column.text("ParamKind", "What its parameters are", PolicyReferences::kindCell),
                Column.age());
    }
}
