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
import java.util.Locale;

/// Everything the API server knows about `MutatingWebhookConfiguration` and
/// `ValidatingWebhookConfiguration` of `admissionregistration.k8s.io/v1`, which differ only in
/// whether a webhook may be asked again.
public final class WebhookConfigurations implements ResourceStrategy<GenericKubernetesResource> {

    private final boolean isMutating;

    private WebhookConfigurations(boolean isMutating) {
        this.isMutating = isMutating;
    }

    public static WebhookConfigurations mutating() {
        return new WebhookConfigurations(true);
    }

    public static WebhookConfigurations validating() {
        return new WebhookConfigurations(false);
    }

    @Override
    public Names names() {
        String kind = (isMutating ? "Mutating" : "Validating") + "WebhookConfiguration";
        return new Names(
                "admissionregistration.k8s.io/v1", kind, kind.toLowerCase(Locale.ROOT) + "s");
    }

    @Override
    public Class<GenericKubernetesResource> view() {
        return GenericKubernetesResource.class;
    }

    @Override
    public ViewUse viewUse() {
        return ViewUse.NONE;
    }

    @Override
    public boolean updatesUnconditionally() {
        return false;
    }

    @Override
    public void applyDefaults(Tree configuration) {
        for (Tree hook : configuration.trees("webhooks")) {
            WebhookRules.applyDefaults(hook);
            if (isMutating) {
                hook.setDefault("reinvocationPolicy", "Never");
            }
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
        WebhookRules.validate(tree, null, isMutating, errors);
        StaticNames.validate(At.root(tree, errors));
    }

    @Override
    public void validateUpdate(
            GenericKubernetesResource updated,
            GenericKubernetesResource old,
            Tree tree,
            Tree oldTree,
            FieldErrors errors) {
        WebhookRules.validate(tree, oldTree, isMutating, errors);
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
