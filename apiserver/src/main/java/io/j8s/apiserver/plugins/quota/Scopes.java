package io.j8s.apiserver.plugins.quota;

import io.j8s.apiserver.plugins.ResourceAmounts;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which objects a quota is about (upstream: `podMatchesScopeFunc`, `pvcMatchesScopeFunc`). Pure.
final class Scopes {

    private static final List<String> CONTAINERS =
            List.of("spec.containers", "spec.initContainers");

    private Scopes() {}

    static boolean matches(Tree quota, GroupResource resource, Tree object) {
        for (var scope : quota.strings("spec.scopes")) {
            if (!matches(resource, object, scope, "Exists", List.of())) {
                return false;
            }
        }
        for (var expression : quota.trees("spec.scopeSelector.matchExpressions")) {
            boolean matches =
                    matches(
                            resource,
                            object,
                            expression.string("scopeName", ""),
                            expression.string("operator", ""),
                            expression.strings("values"));
            if (!matches) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(
            GroupResource resource,
            Tree object,
            String scope,
            String operator,
            List<String> values) {
        if (scope.equals("VolumeAttributesClass")) {
            return resource.toString().equals("persistentvolumeclaims")
                    && selectAny(attributesClasses(object), operator, values);
        }
        if (!resource.toString().equals("pods")) {
            return false; // upstream: scoped quotas count nothing that has no scopes
        }
        return switch (scope) {
            case "Terminating" -> isTerminating(object);
            case "NotTerminating" -> !isTerminating(object);
            case "BestEffort" -> isBestEffort(object);
            case "NotBestEffort" -> !isBestEffort(object);
            case "PriorityClass" -> {
                var name = object.string("spec.priorityClassName", "");
                yield select(name.isEmpty() ? null : name, operator, values);
            }
            case "CrossNamespacePodAffinity" -> crossesNamespaces(object);
            default -> false;
        };
    }

    /// Whether the pod ends by itself at some time.
    static boolean isTerminating(Tree pod) {
        return pod.longValue("spec.activeDeadlineSeconds", -1) >= 0;
    }

    /// The class that is asked for, the one that holds and the one that is on its way.
    private static Set<String> attributesClasses(Tree claim) {
        return Stream.of(
                        "spec.volumeAttributesClassName",
                        "status.currentVolumeAttributesClassName",
                        "status.modifyVolumeStatus.targetVolumeAttributesClassName")
                .map(field -> claim.string(field, ""))
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet());
    }

    private static boolean selectAny(Set<String> names, String operator, List<String> values) {
        return names.isEmpty()
                ? select(null, operator, values)
                : names.stream().anyMatch(name -> select(name, operator, values));
    }

    private static boolean select(@Nullable String value, String operator, List<String> values) {
        return switch (operator) {
            case "In" -> value != null && values.contains(value);
            case "NotIn" -> value == null || !values.contains(value);
            case "DoesNotExist" -> value == null;
            default -> value != null;
        };
    }

    private static boolean isBestEffort(Tree pod) {
        for (var path : CONTAINERS) {
            for (var container : pod.trees(path)) {
                if (counts(container, "resources.requests")
                        || counts(container, "resources.limits")) {
                    return false;
                }
            }
        }
        return !counts(pod, "spec.resources.requests") && !counts(pod, "spec.resources.limits");
    }

    private static boolean counts(Tree tree, String path) {
        var amounts = ResourceAmounts.at(tree, path);
        return isPositive(amounts.get("cpu")) || isPositive(amounts.get("memory"));
    }

    private static boolean isPositive(@Nullable Quantity amount) {
        return amount != null && amount.signum() > 0;
    }

    private static boolean crossesNamespaces(Tree pod) {
        for (var kind : List.of("podAffinity", "podAntiAffinity")) {
            var base = "spec.affinity." + kind + ".";
            for (var term : pod.trees(base + "requiredDuringSchedulingIgnoredDuringExecution")) {
                if (crosses(term)) {
                    return true;
                }
            }
            for (var weighted :
                    pod.trees(base + "preferredDuringSchedulingIgnoredDuringExecution")) {
                var term = weighted.tree("podAffinityTerm");
                if (term != null && crosses(term)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean crosses(Tree term) {
        return !term.strings("namespaces").isEmpty() || term.has("namespaceSelector");
    }
}
