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
    public void validate(IngressClass object, Tree tree, FieldErrors errors) {
        At spec = At.root(tree, errors).at("spec");
        if (spec == null) {
            return;
        }
        if (spec.present("controller")) {
            String controller = spec.string("controller");
            if (NameRules.utf8Length(controller) > CONTROLLER_BYTES_MAX) {
                errors.tooLong("spec.controller", CONTROLLER_BYTES_MAX);
            }
            int slash = controller.indexOf('/');
            if (slash < 1 || slash == controller.length() - 1) {
                spec.invalid(
                        "controller", "must be a domain-prefixed path (such as \"acme.io/foo\")");
            } else {
                String host = controller.substring(0, slash);
                spec.all("controller", host, NameRules.dns1123Subdomain(host));
            }
        }
        if (spec.at("parameters") instanceof At parameters) {
            parameters(parameters);
        }
    }

    @Override
    public void validateUpdate(
            IngressClass updated, IngressClass old, Tree tree, Tree oldTree, FieldErrors errors) {
        validate(updated, tree, errors);
        At.root(tree, errors).immutable("spec.controller", oldTree);
    }

    private static final int CONTROLLER_BYTES_MAX = 250; // upstream: maxLenIngressClassController

    private static void parameters(At parameters) {
        if (!parameters.string("apiGroup").isEmpty()) {
            parameters.dnsSubdomain("apiGroup");
        }
        for (String field : List.of("kind", "name")) {
            if (parameters.present(field)) {
                parameters.all(field, NameRules.pathSegment(parameters.string(field)));
            }
        }
        parameters.oneOf("scope", "Cluster", "Namespace");
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

    @Override
    public List<Column<IngressClass>> columns() {
        return List.of(
                Column.text(
                        "Controller",
                        "Controller that serves it",
                        c -> c.getSpec().getController()),
                Column.text("Parameters", "Object with its parameters", IngressClasses::parameters),
                Column.age());
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
