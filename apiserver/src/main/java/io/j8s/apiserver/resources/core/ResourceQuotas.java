package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Everything the API server knows about `v1 ResourceQuota`.
public final class ResourceQuotas implements ResourceStrategy<ResourceQuota> {

    @Override
    public Names names() {
        return new Names("v1", "ResourceQuota", "resourcequotas");
    }

    @Override
    public Class<ResourceQuota> view() {
        return ResourceQuota.class;
    }

    @Override
    public void applyDefaults(Tree quota) {
        PodTemplates.roundUp(quota.map("spec.hard"));
        PodTemplates.roundUp(quota.map("status.hard"));
        PodTemplates.roundUp(quota.map("status.used"));
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        amounts(root, "spec.hard");
        scopes(root, tree.strings("spec.scopes"));
        selector(root);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        validate(tree, errors);
        if (!Set.copyOf(tree.strings("spec.scopes"))
                .equals(Set.copyOf(oldTree.strings("spec.scopes")))) {
            At.root(tree, errors).invalid("spec.scopes", At.IMMUTABLE);
        }
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        amounts(root, "status.hard");
        amounts(root, "status.used");
    }

    /// What more may be requested of than be allowed at most. Upstream spares itself those of
    /// updates.
    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        var out = new ArrayList<String>();
        var hard = tree.map("spec.hard");
        for (String name : List.of("cpu", "memory", "storage", "ephemeral-storage")) {
            String request = "requests." + name;
            if (BARE.contains(name) && Amounts.of(hard, request) == null) {
                request = name;
            }
            var requested = Amounts.of(hard, request);
            var limit = Amounts.of(hard, "limits." + name);
            if (oldTree == null
                    && requested != null
                    && limit != null
                    && requested.compareTo(limit) > 0) {
                out.add(
                        "ResourceQuota %s (%s) should be less than limits.%s (%s)"
                                .formatted(request, requested, name, limit));
            }
        }
        return out;
    }

    // may stand in a quota without `requests.` before them
    private static final Set<String> BARE = Set.of("cpu", "memory");
    private static final List<String> SCOPES =
            List.of(
                    "Terminating",
                    "NotTerminating",
                    "BestEffort",
                    "NotBestEffort",
                    "PriorityClass",
                    "CrossNamespacePodAffinity",
                    "VolumeAttributesClass");
    private static final List<String> POD_COMPUTE =
            List.of(
                    "pods",
                    "cpu",
                    "memory",
                    "requests.cpu",
                    "requests.memory",
                    "limits.cpu",
                    "limits.memory");

    private static void amounts(At root, String field) {
        for (String name : root.keys(field)) {
            String at = field + "[" + name + "]";
            Amounts.quotaName(root, at, name);
            var value = Amounts.of(root.tree().map(field), name);
            if (value != null) {
                Amounts.value(root, at, name, value);
            }
        }
    }

    private static boolean fits(String scope, String resource) {
        return switch (scope) {
            case "Terminating",
                    "NotTerminating",
                    "PriorityClass",
                    "NotBestEffort",
                    "CrossNamespacePodAffinity" ->
                    POD_COMPUTE.contains(resource);
            case "BestEffort" -> resource.equals("pods");
            case "VolumeAttributesClass" ->
                    List.of("persistentvolumeclaims", "requests.storage").contains(resource);
            default -> true;
        };
    }

    private static void scopes(At root, List<String> scopes) {
        for (String scope : scopes) {
            if (!SCOPES.contains(scope)) {
                root.invalid("spec.scopes", "unsupported scope");
            }
            for (String name : root.keys("spec.hard")) {
                if (Amounts.isStandardQuota(name) && !fits(scope, name)) {
                    root.invalid("spec.scopes", "unsupported scope applied to resource");
                }
            }
        }
        conflicts(root, scopes);
    }

    private static void conflicts(At root, List<String> scopes) {
        if (scopes.containsAll(List.of("BestEffort", "NotBestEffort"))) {
            root.invalid("spec.scopes", "conflicting scopes");
        }
        if (scopes.containsAll(List.of("Terminating", "NotTerminating"))) {
            root.invalid("spec.scopes", "conflicting scopes");
        }
    }

    private static void selector(At root) {
        String path = "spec.scopeSelector.matchExpressions";
        var scopes = new java.util.ArrayList<String>();
        for (At requirement : root.each(path)) {
            // upstream reports these without an index
            At at = new At(requirement.tree(), path, root.errors());
            String scope = at.string("scopeName");
            scopes.add(scope);
            if (!SCOPES.contains(scope)) {
                at.invalid("scopeName", scope, "unsupported scope");
            }
            for (String name : root.keys("spec.hard")) {
                if (Amounts.isStandardQuota(name) && !fits(scope, name)) {
                    root.errors()
                            .invalid(
                                    path,
                                    root.get("spec.scopeSelector"),
                                    "unsupported scope applied to resource");
                }
            }
            String operator = at.string("operator");
            if (!operator.equals("Exists")
                    && SCOPES.contains(scope)
                    && !scope.equals("PriorityClass")
                    && !scope.equals("VolumeAttributesClass")) {
                at.invalid(
                        "operator",
                        operator,
                        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating,"
                                + " ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort,"
                                + " ResourceQuotaScopeNotBestEffort or"
                                + " ResourceQuotaScopeCrossNamespacePodAffinity");
            }
            switch (operator) {
                case "In", "NotIn" -> {
                    if (at.strings("values").isEmpty()) {
                        at.required(
                                "values",
                                "must be at least one value when `operator` is 'In' or 'NotIn' for"
                                        + " scope selector");
                    }
                }
                case "Exists", "DoesNotExist" -> {
                    if (!at.strings("values").isEmpty()) {
                        at.invalid(
                                "values",
                                "must be no value when `operator` is 'Exist' or 'DoesNotExist' for"
                                        + " scope selector");
                    }
                }
                default -> at.invalid("operator", operator, "not a valid selector operator");
            }
        }
        conflicts(root, scopes);
    }

    @Override
    public List<Column<ResourceQuota>> columns() {
        return List.of(
                Column.text(
                        "Request", "Used of what may be requested", quota -> used(quota, false)),
                Column.text(
                        "Limit", "Used of what limits may add up to", quota -> used(quota, true)),
                Column.age());
    }

    private static String used(ResourceQuota quota, boolean limits) {
        var used = quota.getStatus().getUsed();
        return new TreeMap<>(quota.getStatus().getHard())
                .entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith("limits.") == limits)
                        .map(entry ->
                                entry.getKey()
                                        + ": "
                                        + (used.containsKey(entry.getKey())
                                                ? used.get(entry.getKey())
                                                : "0")
                                        + "/"
                                        + entry.getValue())
                        .collect(Collectors.joining(", "));
    }
}
