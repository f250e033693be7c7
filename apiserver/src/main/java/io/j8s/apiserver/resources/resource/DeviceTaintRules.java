package io.j8s.apiserver.resources.resource;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.resources.rules.Conditions;
import io.j8s.apiserver.resources.rules.DriverNames;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Everything the API server knows about `resource.k8s.io/v1 DeviceTaintRule`.
public final class DeviceTaintRules implements ResourceStrategy<GenericKubernetesResource> {

    private static final String TIME = "spec.taint.timeAdded";
    private static final int CONDITIONS_MAX = 8; // upstream: DeviceTaintRuleStatusMaxConditions

    @Override
    public Names names() {
        return new Names("resource.k8s.io/v1", "DeviceTaintRule", "devicetaintrules");
    }

    @Override
    public Class<GenericKubernetesResource> view() {
        return GenericKubernetesResource.class;
    }

    @Override
    public void prepareForCreate(RequestContext context, Tree rule) {
        addTime(context, rule);
    }

    /// A taint with another effect is a new one, whose time begins now.
    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        addTime(context, updated);
        if (!updated.semanticallyEquals(old, "spec.taint.effect")
                && updated.semanticallyEquals(old, TIME)) {
            updated.set(TIME, context.now());
        }
    }

    private static void addTime(RequestContext context, Tree rule) {
        if (!rule.has(TIME)) {
            rule.set(TIME, context.now());
        }
    }

    /// Upstream's `ResetObjectMetaForStatus`.
    @Override
    public void prepareForStatusUpdate(RequestContext context, Tree old, Tree updated) {
        for (String field : List.of("labels", "annotations", "finalizers", "ownerReferences")) {
            updated.keep("metadata." + field, old);
        }
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        spec(At.root(tree, errors).struct("spec"), null);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        spec(At.root(tree, errors).struct("spec"), oldTree.string("spec.taint.effect", ""));
    }

    private static void spec(At spec, @Nullable String oldEffect) {
        if (spec.at("deviceSelector") instanceof At selector) {
            if (selector.has("driver")) {
                DriverNames.validate(selector, "driver");
            }
            if (selector.has("pool")) {
                DeviceNames.pool(selector, "pool");
            }
            if (selector.has("device")) {
                selector.dnsLabel("device");
            }
        }
        taint(spec.struct("taint"), oldEffect);
    }

    private static void taint(At taint, @Nullable String oldEffect) {
        taint.qualifiedName("key");
        String value = taint.string("value");
        if (!value.isEmpty()) {
            taint.all("value", NameRules.labelValue(value));
        }
        if (!taint.string("effect").equals(oldEffect)) {
            taint.later().oneOf("effect", "NoExecute", "NoSchedule", "None");
        }
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At status = At.root(tree, errors).struct("status");
        Conditions.validate(status);
        DeviceNames.fits(status, "conditions", status.each("conditions").size(), CONDITIONS_MAX);
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                Column.text("Key", "Key of the taint", r -> Cells.text(r, "spec", "taint", "key")),
                Column.text(
                        "Value",
                        "Value of the taint",
                        r -> Cells.text(r, "spec", "taint", "value")),
                Column.text(
                        "Effect",
                        "What the taint does",
                        r -> Cells.text(r, "spec", "taint", "effect")),
                new Column<>(
                        "TimeAdded",
                        "string",
                        "",
                        "How long ago the taint was added",
                        0,
                        (r, now) -> Column.since(Cells.text(r, "spec", "taint", "timeAdded"), now)),
                Column.age());
    }
}
