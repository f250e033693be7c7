package io.j8s.apiserver.resources.networking;

import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;

/// Everything the API server knows about `networking.k8s.io/v1 Ingress`.
public final class Ingresses implements ResourceStrategy<Ingress> {

    @Override
    public Names names() {
        return new Names("networking.k8s.io/v1", "Ingress", "ingresses");
    }

    @Override
    public Class<Ingress> view() {
        return Ingress.class;
    }
}
