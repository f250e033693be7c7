package io.j8s.apiserver.resources.resource;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.TemplateMetadata;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Everything the API server knows about `resource.k8s.io/v1 ResourceClaimTemplate`.
public final class ResourceClaimTemplates implements ResourceStrategy<GenericKubernetesResource> {

    @Override
    public Names names() {
        return new Names("resource.k8s.io/v1", "ResourceClaimTemplate", "resourceclaimtemplates");
    }

    @Override
    public Class<GenericKubernetesResource> view() {
        return GenericKubernetesResource.class;
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public void applyDefaults(Tree template) {
        if (template.tree("spec.spec.devices") instanceof Tree devices) {
            DeviceClaimRules.applyDefaults(devices);
        }
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        if (root.at("spec.metadata") instanceof At metadata) {
            TemplateMetadata.validate(metadata);
        }
        if (root.at("spec.spec.devices") instanceof At devices) {
            DeviceClaimRules.devices(devices);
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        validate(tree, errors);
        At.root(tree, errors).immutable("spec", oldTree);
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(Column.age());
    }
}
