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

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Everything the API server knows about `MutatingWebhookConfiguration` and
/// `ValidatingWebhookConfiguration` of `admissionregistration.k8s.io/v1`, which differ only in
/// whether a webhook may be asked again.
public final class WebhookConfigurations implements ResourceStrategy<GenericKubernetesResource> {

    // upstream: pkg/kubeapiserver/admission/exclusion
    private static final Set<String> NEVER_ASKED =
            Set.of(
                    "selfsubjectreviews.authentication.k8s.io",
                    "tokenreviews.authentication.k8s.io",
                    "localsubjectaccessreviews.authorization.k8s.io",
                    "selfsubjectaccessreviews.authorization.k8s.io",
                    "selfsubjectrulesreviews.authorization.k8s.io",
                    "subjectaccessreviews.authorization.k8s.io");

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
    public void validate(Tree tree, FieldErrors errors) {
        WebhookRules.validate(tree, null, isMutating, errors);
        StaticNames.validate(At.root(tree, errors));
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        WebhookRules.validate(tree, oldTree, isMutating, errors);
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        var out = new ArrayList<String>();
        var hooks = tree.trees("webhooks");
        for (int i = 0; i < hooks.size(); i++) {
            var rules = hooks.get(i).trees("rules");
            for (int j = 0; j < rules.size(); j++) {
                for (String resource : neverAsked(rules.get(j))) {
                    out.add(
                            "webhooks[%d].rules[%d]: %s is excluded from admission webhooks; this rule will have no effect"
                                    .formatted(i, j, resource));
                }
            }
        }
        return out;
    }

    /// What a rule names that webhooks are never asked of. Wildcards may mean something else.
    private static Set<String> neverAsked(Tree rule) {
        var groups = rule.strings("apiGroups");
        var resources = rule.strings("resources");
        if (groups.contains("*") || resources.contains("*")) {
            return Set.of();
        }
        var found = new LinkedHashSet<String>();
        for (String group : groups) {
            for (String resource : resources) {
                if (NEVER_ASKED.contains(resource + "." + group)) {
                    found.add(resource + "." + group);
                }
            }
        }
        return found;
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
