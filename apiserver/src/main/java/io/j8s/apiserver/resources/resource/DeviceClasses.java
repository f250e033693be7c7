package io.j8s.apiserver.resources.resource;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Everything the API server knows about `resource.k8s.io/v1 DeviceClass`.
public final class DeviceClasses implements ResourceStrategy<GenericKubernetesResource> {

    @Override
    public Names names() {
        return new Names("resource.k8s.io/v1", "DeviceClass", "deviceclasses");
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
    public void validate(GenericKubernetesResource object, Tree tree, FieldErrors errors) {
        At spec = At.root(tree, errors).at("spec");
        if (spec == null) {
            return;
        }
        DeviceClaimRules.selectors(spec);
        var config = spec.each("config");
        if (DeviceNames.fits(spec.later(), "config", config.size(), CONFIG_MAX)) {
            config.forEach(DeviceClaimRules::configuration);
        }
    }

    private static final int CONFIG_MAX = 32; // upstream: DeviceConfigMaxSize

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(Column.age());
    }
}
