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

/// Everything the API server knows about `admissionregistration.k8s.io
/// MutatingAdmissionPolicyBinding`.
public final class MutatingAdmissionPolicyBindings
        implements ResourceStrategy<GenericKubernetesResource> {

    @Override
    public Names names() {
        return new Names(
                "admissionregistration.k8s.io/v1beta1",
                "MutatingAdmissionPolicyBinding",
                "mutatingadmissionpolicybindings");
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
    public void applyDefaults(Tree binding) {
        if (binding.tree("spec.matchResources") instanceof Tree match) {
            MatchRules.applyResourceDefaults(match);
        }
    }

    @Override
    public void validate(GenericKubernetesResource object, Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        if (root.at("spec") instanceof At spec) {
            spec(spec);
        }
        StaticNames.validate(root);
    }

    @Override
    public void validateUpdate(
            GenericKubernetesResource updated,
            GenericKubernetesResource old,
            Tree tree,
            Tree oldTree,
            FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            spec(spec);
        }
    }

    private static void spec(At spec) {
        if (spec.present("policyName")) {
            spec.dnsSubdomain("policyName");
        }
        if (spec.at("paramRef") instanceof At reference) {
            PolicyReferences.parameters(reference);
        }
        if (spec.at("matchResources") instanceof At match) {
            MatchRules.resourceMatch(match);
            MatchRules.onlyMutable(spec, "matchResources");
        }
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                Column.text(
                        "PolicyName",
                        "Policy that it puts into force",
                        binding -> Cells.text(binding, "spec", "policyName")),
                Column.text("ParamRef", "Its parameters", PolicyReferences::parametersCell),
                Column.age());
    }
}
