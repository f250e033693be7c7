package io.j8s.apiserver.resources.networking;

import io.fabric8.kubernetes.api.model.networking.v1.IngressClass;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import java.util.List;
import java.util.Objects;

/// Everything the API server knows about `networking.k8s.io/v1 IngressClass`.
public final class IngressClasses implements ResourceStrategy<IngressClass> {

    @Override
    public Names names() {
        return new Names("networking.k8s.io/v1", "IngressClass", "ingressclasses");
    }

    @Override
    public Class<IngressClass> view() {
        return IngressClass.class;
    }

    @Override
    public void applyDefaults(Tree ingressClass) {
        if (ingressClass.tree("spec.parameters") instanceof Tree parameters) {
            parameters.setDefault("scope", "Cluster");
        }
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At spec = At.root(tree, errors).at("spec");
        if (spec == null) {
            return;
        }
        if (NameRules.utf8Length(spec.string("controller")) > CONTROLLER_BYTES_MAX) {
            errors.tooLong("spec.controller", CONTROLLER_BYTES_MAX);
        }
        spec.domainPrefixedPath("controller");
        if (spec.at("parameters") instanceof At parameters) {
            parameters(parameters);
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At.root(tree, errors).immutable("spec.controller", oldTree);
        validate(tree, errors);
    }

    private static final int CONTROLLER_BYTES_MAX = 250; // upstream: maxLenIngressClassController

    private static void parameters(At parameters) {
        if (parameters.has("apiGroup")) {
            parameters.dnsSubdomain("apiGroup");
        }
        for (String field : List.of("kind", "name")) {
            if (parameters.later().present(field)) {
                parameters.all(field, NameRules.pathSegment(parameters.string(field)));
            }
        }
        if (!parameters.has("scope")) {
            parameters.required("scope");
            return;
        }
        parameters.optionalOneOf("scope", "Cluster", "Namespace");
        String scope = parameters.string("scope");
        if (scope.equals("Namespace")) {
            if (!parameters.has("namespace")) {
                parameters.required("namespace", "`parameters.scope` is set to 'Namespace'");
            } else {
                parameters.dnsLabel("namespace");
            }
        } else if (scope.equals("Cluster") && parameters.has("namespace")) {
            parameters.forbidden("namespace", "`parameters.scope` is set to 'Cluster'");
        }
    }

    /// The name tells which class is the default one.
    @Override
    public boolean tableBeginsWithName() {
        return false;
    }

    @Override
    public List<Column<IngressClass>> columns() {
        return List.of(
                new Column<>(
                        "Name",
                        "string",
                        "name",
                        "Name of the class",
                        0,
                        (c, _) ->
                                Objects.requireNonNullElse(c.getMetadata().getName(), "")
                                        + (isDefault(c) ? " (default)" : "")),
                Column.text(
                        "Controller",
                        "Controller that serves it",
                        c -> Objects.requireNonNullElse(c.getSpec().getController(), "")),
                Column.text("Parameters", "Object with its parameters", IngressClasses::parameters),
                Column.age());
    }

    private static boolean isDefault(IngressClass ingressClass) {
        var annotations = ingressClass.getMetadata().getAnnotations();
        return annotations != null
                && "true".equals(annotations.get("ingressclass.kubernetes.io/is-default-class"));
    }

    private static String parameters(IngressClass ingressClass) {
        var parameters = ingressClass.getSpec().getParameters();
        if (parameters == null) {
            return "<none>";
        }
        String group = parameters.getApiGroup() == null ? "" : "." + parameters.getApiGroup();
        return parameters.getKind() + group + "/" + parameters.getName();
    }
}
