package io.j8s.apiserver.resources.admissionregistration;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.HashSet;
import java.util.List;

/// Everything the API server knows about `MutatingAdmissionPolicyBinding` and
/// `ValidatingAdmissionPolicyBinding` of `admissionregistration.k8s.io`. Only the latter says what
/// happens to who is refused.
public final class PolicyBindings implements ResourceStrategy<GenericKubernetesResource> {

    private final boolean isMutating;

    private PolicyBindings(boolean isMutating) {
        this.isMutating = isMutating;
    }

    public static PolicyBindings mutating() {
        return new PolicyBindings(true);
    }

    public static PolicyBindings validating() {
        return new PolicyBindings(false);
    }

    @Override
    public Names names() {
        return isMutating
                ? new Names(
                        "admissionregistration.k8s.io/v1beta1",
                        "MutatingAdmissionPolicyBinding",
                        "mutatingadmissionpolicybindings")
                : new Names(
                        "admissionregistration.k8s.io/v1",
                        "ValidatingAdmissionPolicyBinding",
                        "validatingadmissionpolicybindings");
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
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        if (root.at("spec") instanceof At spec) {
            spec(spec);
        }
        StaticNames.validate(root);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            spec(spec);
        }
    }

    private void spec(At spec) {
        if ((isMutating ? spec : spec.later()).present("policyName")) {
            spec.dnsSubdomain("policyName");
        }
        if (spec.at("paramRef") instanceof At reference) {
            PolicyReferences.parameters(reference);
        }
        if (spec.at("matchResources") instanceof At match) {
            MatchRules.resourceMatch(match);
            if (isMutating) {
                MatchRules.onlyMutable(spec, "matchResources");
            }
        }
        if (!isMutating) {
            actions(spec);
        }
    }

    private static void actions(At spec) {
        var actions = spec.strings("validationActions");
        var seen = new HashSet<String>();
        for (int i = 0; i < actions.size(); i++) {
            String field = "validationActions[" + i + "]";
            var supported = List.of("Audit", "Deny", "Warn");
            if (!supported.contains(actions.get(i))) {
                spec.errors().notSupported(spec.path(field), actions.get(i), supported);
            }
            if (!seen.add(actions.get(i))) {
                spec.duplicate(field, actions.get(i));
            }
        }
        if (seen.contains("Deny") && seen.contains("Warn")) {
            spec.invalid(
                    "validationActions",
                    "must not contain both Deny and Warn (repeating the same validation failure"
                            + " information in the API response and headers serves no purpose)");
        }
        if (seen.isEmpty()) {
            spec.later().required("validationActions");
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
