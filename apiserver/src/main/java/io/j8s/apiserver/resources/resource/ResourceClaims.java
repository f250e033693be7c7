package io.j8s.apiserver.resources.resource;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.ArrayList;
import java.util.List;

/// Everything the API server knows about `resource.k8s.io/v1 ResourceClaim`.
public final class ResourceClaims implements ResourceStrategy<GenericKubernetesResource> {

    @Override
    public Names names() {
        return new Names("resource.k8s.io/v1", "ResourceClaim", "resourceclaims");
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
    public void applyDefaults(Tree claim) {
        if (claim.tree("spec.devices") instanceof Tree devices) {
            DeviceClaimRules.applyDefaults(devices);
        }
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec.devices") instanceof At devices) {
            DeviceClaimRules.devices(devices);
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At.root(tree, errors).later().unchanged("spec", oldTree);
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        if (At.root(tree, errors).at("status") instanceof At status) {
            ClaimStatusRules.validate(status, tree, oldTree);
        }
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                Column.text("State", "Whether it has its devices", ResourceClaims::state),
                Column.age());
    }

    private static String state(GenericKubernetesResource claim) {
        boolean deleted = claim.getMetadata().getDeletionTimestamp() != null;
        var states = new ArrayList<String>();
        if (deleted) {
            states.add("deleted");
        }
        if (Cells.value(claim, "status", "allocation") != null) {
            states.add("allocated");
            if (Cells.count(claim, "status", "reservedFor") > 0) {
                states.add("reserved");
            }
        } else if (!deleted) {
            states.add("pending");
        }
        return String.join(",", states);
    }
}
