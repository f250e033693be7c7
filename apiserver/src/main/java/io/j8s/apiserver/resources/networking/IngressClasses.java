package io.j8s.apiserver.resources.networking;

import io.fabric8.kubernetes.api.model.networking.v1.IngressClass;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.schema.Tree;

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
