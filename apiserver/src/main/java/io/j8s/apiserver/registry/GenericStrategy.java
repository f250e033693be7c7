package io.j8s.apiserver.registry;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;

/// A kind without rules of its own: what the fact table says is all there is.
///
/// @param names stored version, kind and plural
public record GenericStrategy(Names names) implements ResourceStrategy<GenericKubernetesResource> {

    @Override
    public Class<GenericKubernetesResource> view() {
        return GenericKubernetesResource.class;
    }
}
