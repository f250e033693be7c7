package io.j8s.apiserver.access.rbac;

import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// One rule of a role and what it allows (upstream: `rbacv1helpers.*Matches`). Pure.
public record PolicyRule(
        List<String> verbs,
        List<String> apiGroups,
        List<String> resources,
        List<String> resourceNames,
        List<String> nonResourceUrls) {

    private static final String ALL = "*";

    public PolicyRule {
        verbs = List.copyOf(verbs);
        apiGroups = List.copyOf(apiGroups);
        resources = List.copyOf(resources);
        resourceNames = List.copyOf(resourceNames);
        nonResourceUrls = List.copyOf(nonResourceUrls);
    }

    /// The rule as it stands in a role.
    public static PolicyRule of(Tree rule) {
        return new PolicyRule(
                rule.strings("verbs"),
                rule.strings("apiGroups"),
                rule.strings("resources"),
                rule.strings("resourceNames"),
                rule.strings("nonResourceURLs"));
    }

    public static List<PolicyRule> allOf(Tree role) {
        var out = new ArrayList<PolicyRule>();
        for (var rule : role.trees("rules")) {
            out.add(of(rule));
        }
        return out;
    }

    /// Writes it into an empty struct of `rules`.
    public void writeTo(Tree rule) {
        rule.set("verbs", verbs);
        setUnlessEmpty(rule, "apiGroups", apiGroups);
        setUnlessEmpty(rule, "resources", resources);
        setUnlessEmpty(rule, "resourceNames", resourceNames);
        setUnlessEmpty(rule, "nonResourceURLs", nonResourceUrls);
    }

    private static void setUnlessEmpty(Tree rule, String field, List<String> values) {
        if (!values.isEmpty()) {
            rule.set(field, values);
        }
    }

    /// Whether this rule alone allows the request.
    public boolean allows(RequestInfo info) {
        if (!has(verbs, info.verb())) {
            return false;
        }
        if (!info.isResourceRequest()) {
            return urlMatches(nonResourceUrls, info.path());
        }
        return has(apiGroups, info.group())
                && resourceMatches(info)
                && (resourceNames.isEmpty() || resourceNames.contains(info.name()));
    }

    private boolean resourceMatches(RequestInfo info) {
        var subresource = info.subresource();
        var combined =
                subresource.isEmpty() ? info.resource() : info.resource() + "/" + subresource;
        for (var resource : resources) {
            if (resource.equals(ALL) || resource.equals(combined)) {
                return true;
            }
            if (!subresource.isEmpty() && resource.equals("*/" + subresource)) {
                return true;
            }
        }
        return false;
    }

    private static boolean urlMatches(List<String> urls, String path) {
        for (var url : urls) {
            if (url.equals(ALL) || url.equals(path)) {
                return true;
            }
            if (url.endsWith(ALL) && path.startsWith(url.replaceAll("\\*+$", ""))) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(List<String> values, String wanted) {
        return values.contains(ALL) || values.contains(wanted);
    }

    /// Whether this rule allows all that `other` allows (upstream: `ruleCovers`).
    boolean covers(PolicyRule other) {
        return hasAll(verbs, other.verbs)
                && hasAll(apiGroups, other.apiGroups)
                && coversResources(other.resources)
                && coversUrls(other.nonResourceUrls)
                && coversNames(other.resourceNames);
    }

    private static boolean hasAll(List<String> values, List<String> wanted) {
        return values.contains(ALL) || values.containsAll(wanted);
    }

    private boolean coversResources(List<String> wanted) {
        if (resources.contains(ALL)) {
            return true;
        }
        for (var resource : wanted) {
            int slash = resource.indexOf('/');
            boolean covered =
                    resources.contains(resource)
                            || (slash >= 0 && resources.contains("*" + resource.substring(slash)));
            if (!covered) {
                return false;
            }
        }
        return true;
    }

    private boolean coversUrls(List<String> wanted) {
        for (var url : wanted) {
            if (!urlMatches(nonResourceUrls, url)) {
                return false;
            }
        }
        return true;
    }

    private boolean coversNames(List<String> wanted) {
        return resourceNames.isEmpty() || (!wanted.isEmpty() && resourceNames.containsAll(wanted));
    }

    /// Upstream's `CompactString`: `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`.
    String compactText() {
        var parts = new ArrayList<String>();
        addPart(parts, "APIGroups", apiGroups);
        addPart(parts, "Resources", resources);
        addPart(parts, "NonResourceURLs", nonResourceUrls);
        addPart(parts, "ResourceNames", resourceNames);
        addPart(parts, "Verbs", verbs);
        return "{" + String.join(", ", parts) + "}";
    }

    private static void addPart(List<String> parts, String name, List<String> values) {
        if (!values.isEmpty()) {
            parts.add(name + ":" + quotedList(values));
        }
    }

    /// Go's `%q` of a string slice: `["a" "b"]`.
    public static String quotedList(List<String> values) {
        return values.stream().map(FieldErrors::quote).collect(Collectors.joining(" ", "[", "]"));
    }
}
