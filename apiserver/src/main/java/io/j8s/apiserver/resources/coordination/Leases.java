package io.j8s.apiserver.resources.coordination;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Everything the API server knows about `coordination.k8s.io/v1 Lease`.
public final class Leases implements ResourceStrategy<Lease> {

    @Override
    public Names names() {
        return new Names("coordination.k8s.io/v1", "Lease", "leases");
    }

    @Override
    public Class<Lease> view() {
        return Lease.class;
    }

    @Override
    public boolean createsOnUpdate() {
        return true;
    }

    @Override
    public boolean updatesUnconditionally() {
        return false;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        if (root.has("spec.leaseDurationSeconds")
                && root.number("spec.leaseDurationSeconds") <= 0) {
            root.invalid("spec.leaseDurationSeconds", "must be greater than 0");
        }
        if (root.has("spec.leaseTransitions") && root.number("spec.leaseTransitions") < 0) {
            root.invalid("spec.leaseTransitions", "must be greater than or equal to 0");
        }
        if (root.has("spec.strategy")
                && !root.string("spec.strategy").equals("OldestEmulationVersion")) {
            // upstream names the field twice
            errors.notSupported(
                    "spec.strategy.strategy",
                    root.string("spec.strategy"),
                    List.of("OldestEmulationVersion"));
        }
        if (!root.string("spec.preferredHolder").isEmpty()
                && root.string("spec.strategy").isEmpty()) {
            root.forbidden(
                    "spec.preferredHolder", "may only be specified if `strategy` is defined");
        }
    }

    /// Upstream: the gate CoordinatedLeaderElection is off; what is stored already may stay.
    @Override
    public void prepareForCreate(RequestContext context, Tree lease) {
        lease.ensure("spec").remove("strategy").remove("preferredHolder");
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        for (String field : List.of("strategy", "preferredHolder")) {
            if (!old.has("spec." + field)) {
                updated.ensure("spec").remove(field);
            }
        }
    }

    @Override
    public List<Column<Lease>> columns() {
        return List.of(
                Column.text(
                        "Holder",
                        "Who holds it",
                        lease ->
                                lease.getSpec().getHolderIdentity() == null
                                        ? ""
                                        : lease.getSpec().getHolderIdentity()),
                Column.age());
    }
}
