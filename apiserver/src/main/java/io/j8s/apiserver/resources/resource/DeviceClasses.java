package io.j8s.apiserver.resources.resource;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

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
    public void validate(Tree tree, FieldErrors errors) {
        spec(At.root(tree, errors).struct("spec"), null);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        spec(At.root(tree, errors).struct("spec"), oldTree.tree("spec"));
    }

    /// @param old what is stored; null on create
    private static void spec(At spec, @Nullable Tree old) {
        DeviceClaimRules.selectors(spec);
        var config = spec.each("config");
        if (DeviceNames.fits(spec.later(), "config", config.size(), CONFIG_MAX)) {
            config.forEach(DeviceClaimRules::configuration);
        }
        if (spec.has(EXTENDED)) {
            extendedName(spec, old != null && spec.tree().semanticallyEquals(old, EXTENDED));
        }
    }

    /// A declared rule, which does not look at what has not changed; then the hand-written one
    /// holds.
    private static void extendedName(At spec, boolean unchanged) {
        String name = spec.string(EXTENDED);
        if (unchanged) {
            if (!Amounts.isExtended(name)) {
                spec.invalid(EXTENDED, "must be a valid extended resource name");
            }
            return;
        }
        At declared = spec.later();
        if (name.indexOf('/') < 0) {
            declared.invalid(
                    EXTENDED,
                    "a name must be a domain-prefixed path, such as 'example.com/my-prop'");
        } else if (name.contains("kubernetes.io/")) {
            declared.invalid(EXTENDED, "must not have \"kubernetes.io/\" domain");
        }
        if (name.startsWith("requests.")) {
            declared.invalid(EXTENDED, "must not have \"requests.\" prefix");
        }
        declared.all(EXTENDED, NameRules.qualifiedName("requests." + name));
    }

    private static final String EXTENDED = "extendedResourceName";
    private static final int CONFIG_MAX = 32; // upstream: DeviceConfigMaxSize

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(Column.age());
    }
}
