package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.machinery.meta.GroupResource;

import java.util.Objects;

/// Ingresses that name no class get the default one (upstream:
/// `plugin/pkg/admission/network/defaultingressclass`).
public final class DefaultIngressClass implements AdmissionPlugin {

    private static final GroupResource CLASSES =
            new GroupResource("networking.k8s.io", "ingressclasses");

    private final Lookup lookup;

    public DefaultIngressClass(Lookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public String name() {
        return "DefaultIngressClass";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        return Refusals.isCreate(attributes)
                && attributes.subresource().isEmpty()
                && Refusals.isFor(attributes, "networking.k8s.io", "ingresses");
    }

    @Override
    public void mutate(AdmissionAttributes attributes) {
        var ingress = Objects.requireNonNull(attributes.object());
        boolean isNamed =
                ingress.has("spec.ingressClassName")
                        || ingress.stringMap("metadata.annotations")
                                .containsKey("kubernetes.io/ingress.class");
        if (isNamed) {
            return;
        }
        var found =
                DefaultClasses.find(lookup, CLASSES, "ingressclass.kubernetes.io/is-default-class");
        if (found != null) {
            ingress.set("spec.ingressClassName", found.string("metadata.name", ""));
        }
    }
}
