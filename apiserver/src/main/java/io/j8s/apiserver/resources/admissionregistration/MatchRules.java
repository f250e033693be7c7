package io.j8s.apiserver.resources.admissionregistration;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.names.NameRules;

import java.util.HashSet;
import java.util.List;

/// Rules about what webhooks and policies match (upstream: `pkg/apis/admissionregistration`).
final class MatchRules {

    private static final String ALL = "*";
    private static final int CONDITIONS_MAX = 64;

    private MatchRules() {}

    /// Defaults of a rule wherever it stands.
    static void applyDefaults(Tree rule) {
        rule.setDefault("scope", ALL);
    }

    static void applyResourceDefaults(Tree match) {
        match.setDefault("matchPolicy", "Equivalent");
        for (String selector : List.of("namespaceSelector", "objectSelector")) {
            if (!match.has(selector)) {
                match.ensure(selector);
            }
        }
        match.trees("resourceRules").forEach(MatchRules::applyDefaults);
        match.trees("excludeResourceRules").forEach(MatchRules::applyDefaults);
    }

    static void rule(At rule) {
        var operations = rule.strings("operations");
        if (operations.isEmpty()) {
            rule.required("operations");
        }
        onlyAll(rule, "operations", "operations");
        for (int i = 0; i < operations.size(); i++) {
            var supported = List.of(ALL, "CONNECT", "CREATE", "DELETE", "UPDATE");
            if (!supported.contains(operations.get(i))) {
                rule.errors()
                        .notSupported(
                                rule.path("operations[" + i + "]"), operations.get(i), supported);
            }
        }
        if (rule.strings("apiGroups").isEmpty()) {
            rule.required("apiGroups");
        }
        onlyAll(rule, "apiGroups", "API groups");
        var versions = rule.strings("apiVersions");
        if (versions.isEmpty()) {
            rule.required("apiVersions");
        }
        onlyAll(rule, "apiVersions", "API versions");
        for (int i = 0; i < versions.size(); i++) {
            if (versions.get(i).isEmpty()) {
                rule.required("apiVersions[" + i + "]");
            }
        }
        resources(rule);
        rule.optionalOneOf("scope", ALL, "Cluster", "Namespaced");
    }

    private static void onlyAll(At rule, String field, String called) {
        var values = rule.strings(field);
        if (values.size() > 1 && values.contains(ALL)) {
            rule.invalid(field, "if '*' is present, must not specify other " + called);
        }
    }

    private static void resources(At rule) {
        var resources = rule.strings("resources");
        if (resources.isEmpty()) {
            rule.required("resources");
        }
        var allSubresourcesOf = new HashSet<String>();
        var ofAllResources = new HashSet<String>();
        boolean plain = false;
        for (int i = 0; i < resources.size(); i++) {
            String text = resources.get(i);
            String field = "resources[" + i + "]";
            if (text.isEmpty()) {
                rule.required(field);
                continue;
            }
            int slash = text.indexOf('/');
            if (slash < 0) {
                // upstream: the last one without a subresource decides
                plain = !text.equals(ALL);
                continue;
            }
            String resource = text.substring(0, slash);
            String subresource = text.substring(slash + 1);
            if (allSubresourcesOf.contains(resource)) {
                rule.invalid(
                        field,
                        text,
                        "if '" + resource + "/*' is present, must not specify " + text);
            }
            if (ofAllResources.contains(subresource)) {
                rule.invalid(
                        field,
                        text,
                        "if '*/" + subresource + "' is present, must not specify " + text);
            }
            if (subresource.equals(ALL)) {
                allSubresourcesOf.add(resource);
            }
            if (resource.equals(ALL)) {
                ofAllResources.add(subresource);
            }
        }
        if (resources.size() > 1 && resources.contains("*/*")) {
            rule.invalid("resources", "if '*/*' is present, must not specify other resources");
        }
        if (resources.contains(ALL) && plain) {
            rule.invalid(
                    "resources",
                    "if '*' is present, must not specify other resources without subresources");
        }
    }

    /// The conditions in CEL; whether they compile is not judged here.
    static void conditions(At holder) {
        var conditions = holder.each("matchConditions");
        if (conditions.size() > CONDITIONS_MAX) {
            holder.errors()
                    .tooMany(holder.path("matchConditions"), conditions.size(), CONDITIONS_MAX);
        }
        var names = new HashSet<String>();
        for (At condition : conditions) {
            if (condition.string("expression").isBlank()) {
                condition.required("expression");
            }
            if (condition.present("name")) {
                condition.qualifiedName("name");
                if (!names.add(condition.string("name"))) {
                    condition.duplicate("name", condition.string("name"));
                }
            }
        }
    }

    static void resourceMatch(At match) {
        if (match.has("matchPolicy")) {
            match.optionalOneOf("matchPolicy", "Equivalent", "Exact");
        } else {
            match.required("matchPolicy");
        }
        for (String selector : List.of("namespaceSelector", "objectSelector")) {
            if (match.has(selector)) {
                LabelSelectors.validate(match.at(selector));
            } else {
                match.required(selector);
            }
        }
        match.each("resourceRules").forEach(MatchRules::namedRule);
        match.each("excludeResourceRules").forEach(MatchRules::namedRule);
    }

    private static void namedRule(At rule) {
        var names = rule.strings("resourceNames");
        var seen = new HashSet<String>();
        for (int i = 0; i < names.size(); i++) {
            String field = "resourceNames[" + i + "]";
            rule.all(field, names.get(i), NameRules.pathSegment(names.get(i)));
            if (!seen.add(names.get(i))) {
                rule.duplicate(field, names.get(i));
            }
        }
        rule(rule);
    }

    /// Only what is created, updated or connected to can be changed on the way.
    static void onlyMutable(At holder, String match) {
        var supported = List.of(ALL, "CONNECT", "CREATE", "UPDATE");
        for (At rule : holder.each(match + ".resourceRules")) {
            for (String operation : rule.strings("operations")) {
                if (!supported.contains(operation)) {
                    holder.errors()
                            .notSupported(
                                    holder.path(match + ".resourceRules.operations"),
                                    operation,
                                    supported);
                }
            }
        }
    }
}
