package io.j8s.apiserver.resources.admissionregistration;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Everything the API server knows about `admissionregistration.k8s.io MutatingAdmissionPolicy`.
/// Expressions are judged as texts only, whether they compile is not.
public final class MutatingAdmissionPolicies
        implements ResourceStrategy<GenericKubernetesResource> {

    @Override
    public Names names() {
        return new Names(
                "admissionregistration.k8s.io/v1beta1",
                "MutatingAdmissionPolicy",
                "mutatingadmissionpolicies");
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
            spec(spec, false);
        }
        StaticNames.validate(root);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            spec(
                    spec,
                    tree.semanticallyEquals(oldTree, "spec.paramKind")
                            && tree.semanticallyEquals(oldTree, "spec.matchConditions"));
        }
    }

    private static void spec(At spec, boolean sameConditions) {
        PolicyRules.begin(spec, sameConditions);
        MatchRules.onlyMutable(spec, "matchConstraints");
        PolicyRules.variables(spec);
        var mutations = spec.each("mutations");
        if (mutations.isEmpty()) {
            spec.required("mutations", "mutations must contain at least one item");
        }
        mutations.forEach(MutatingAdmissionPolicies::mutation);
        if (spec.present("reinvocationPolicy")) {
            spec.optionalOneOf("reinvocationPolicy", "IfNeeded", "Never");
        }
    }

    private static void mutation(At mutation) {
        switch (mutation.string("patchType")) {
            case "" -> mutation.required("patchType");
            case "JSONPatch" -> one(mutation, "jsonPatch", "applyConfiguration");
            case "ApplyConfiguration" -> one(mutation, "applyConfiguration", "jsonPatch");
            default -> mutation.notSupported("patchType", "ApplyConfiguration", "JSONPatch");
        }
    }

    private static void one(At mutation, String field, String other) {
        String type = mutation.string("patchType");
        if (mutation.at(field) instanceof At patch) {
            if (patch.string("expression").isBlank()) {
                patch.required("expression");
            }
        } else {
            mutation.required(field, "must be specified when patchType is " + type);
        }
        if (mutation.has(other)) {
            mutation.invalid(
                    other, "{" + other + "}", "must not be specified when patchType is " + type);
        }
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                Column.integer(
                        "Mutations",
                        "How many changes it makes",
                        policy -> Cells.count(policy, "spec", "mutations")),
                Column.text("ParamKind", "What its parameters are", PolicyReferences::kindCell),
                Column.age());
    }
}
