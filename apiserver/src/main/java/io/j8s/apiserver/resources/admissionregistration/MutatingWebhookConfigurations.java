package io.j8s.apiserver.resources.admissionregistration;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Everything the API server knows about `admissionregistration.k8s.io/v1
/// MutatingWebhookConfiguration`.
public final class MutatingWebhookConfigurations
        implements ResourceStrategy<GenericKubernetesResource> {

    @Override
    public Names names() {
        return new Names(
                "admissionregistration.k8s.io/v1",
                "MutatingWebhookConfiguration",
                "mutatingwebhookconfigurations");
    }

    @Override
    public Class<GenericKubernetesResource> view() {
        return GenericKubernetesResource.class;
    }

    @Override
    public boolean updatesUnconditionally() {
        return false;
    }

    @Override
    public void applyDefaults(Tree configuration) {
        for (Tree hook : configuration.trees("webhooks")) {
            WebhookRules.applyDefaults(hook);
            hook.setDefault("reinvocationPolicy", "Never");
        }
    }

    @Override
    public void prepareForCreate(RequestContext context, Tree configuration) {
        configuration.set("metadata.generation", 1L);
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        if (!updated.semanticallyEquals(old, "webhooks")) {
            updated.set("metadata.generation", old.longValue("metadata.generation", 0) + 1);
        }
    }

    @Override
    public void validate(GenericKubernetesResource object, Tree tree, FieldErrors errors) {
        WebhookRules.validate(tree, null, true, errors);
        StaticNames.validate(At.root(tree, errors));
    }

    @Override
    public void validateUpdate(
            GenericKubernetesResource updated,
            GenericKubernetesResource old,
            Tree tree,
            Tree oldTree,
            FieldErrors errors) {
        WebhookRules.validate(tree, oldTree, true, errors);
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                Column.integer(
                        "Webhooks",
                        "How many webhooks it registers",
                        configuration -> Cells.count(configuration, "webhooks")),
                Column.age());
    }
}
