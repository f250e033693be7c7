package io.j8s.apiserver.resources.flowcontrol;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.machinery.names.NameRules;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which flow schemas are valid (upstream: `pkg/apis/flowcontrol/validation`).
final class FlowSchemaRules {

    private static final long PRECEDENCE_MAX = 10_000; // upstream: FlowSchemaMaxMatchingPrecedence
    private static final String ALL = "*";
    private static final List<String> VERBS =
            List.of(
                    "create",
                    "delete",
                    "deletecollection",
                    "get",
                    "list",
                    "patch",
                    "proxy",
                    "update",
                    "watch");

    private FlowSchemaRules() {}

    static void spec(At spec, String name) {
        long precedence = spec.number("matchingPrecedence");
        if (precedence <= 0) {
            spec.invalid("matchingPrecedence", precedence, "must be a positive value");
        }
        if (precedence > PRECEDENCE_MAX) {
            spec.invalid("matchingPrecedence", precedence, "must not be greater than 10000");
        }
        if (precedence == 1 && !name.equals("exempt")) {
            spec.invalid(
                    "matchingPrecedence",
                    precedence,
                    "only the schema named 'exempt' may have matchingPrecedence 1");
        }
        if (spec.has("distinguisherMethod")
                && !Set.of("ByNamespace", "ByUser")
                        .contains(spec.string("distinguisherMethod.type"))) {
            spec.notSupportedStruct(
                    "distinguisherMethod.type",
                    "distinguisherMethod",
                    List.of("ByNamespace", "ByUser"));
        }
        if (spec.string("priorityLevelConfiguration.name").isEmpty()) {
            spec.required("priorityLevelConfiguration.name", "must reference a priority level");
        } else {
            spec.dnsSubdomain("priorityLevelConfiguration.name");
        }
        spec.each("rules").forEach(FlowSchemaRules::rule);
    }

    private static void rule(At rule) {
        var subjects = rule.each("subjects");
        if (subjects.isEmpty()) {
            rule.required("subjects", "subjects must contain at least one value");
        }
        subjects.forEach(FlowSchemaRules::subject);
        var resources = rule.each("resourceRules");
        var paths = rule.each("nonResourceRules");
        if (resources.isEmpty() && paths.isEmpty()) {
            rule.errors()
                    .required(
                            rule.path(),
                            "at least one of resourceRules and nonResourceRules has to be"
                                    + " non-empty");
        }
        resources.forEach(FlowSchemaRules::resourceRule);
        paths.forEach(FlowSchemaRules::pathRule);
    }

    private static void subject(At subject) {
        String kind = subject.string("kind");
        switch (kind) {
            case "ServiceAccount" -> {
                serviceAccount(subject);
                none(subject, "user", "User");
                none(subject, "group", "Group");
            }
            case "User" -> {
                named(subject, "user", "User");
                none(subject, "serviceAccount", "ServiceAccount");
                none(subject, "group", "Group");
            }
            case "Group" -> {
                named(subject, "group", "Group");
                none(subject, "serviceAccount", "ServiceAccount");
                none(subject, "user", "User");
            }
            default -> subject.notSupported("kind", "Group", "ServiceAccount", "User");
        }
    }

    private static void none(At subject, String field, String kind) {
        if (subject.has(field)) {
            subject.forbidden(
                    field, field + " is forbidden when subject kind is not '" + kind + "'");
        }
    }

    private static void named(At subject, String field, String kind) {
        if (subject.at(field) instanceof At named) {
            named.present("name");
        } else {
            subject.required(field, field + " is required when subject kind is '" + kind + "'");
        }
    }

    private static void serviceAccount(At subject) {
        At account = subject.at("serviceAccount");
        if (account == null) {
            subject.required(
                    "serviceAccount",
                    "serviceAccount is required when subject kind is 'ServiceAccount'");
            return;
        }
        if (account.present("name") && !account.string("name").equals(ALL)) {
            account.dnsSubdomain("name");
        }
        if (account.string("namespace").isEmpty()) {
            account.required("namespace", "must specify namespace for service account");
        } else {
            account.dnsLabel("namespace");
        }
    }

    private static void verbs(At rule) {
        var verbs = rule.strings("verbs");
        if (verbs.isEmpty()) {
            rule.required("verbs", "verbs must contain at least one value");
        } else if (verbs.contains(ALL)) {
            onlyAll(rule, "verbs", "verbs");
        } else if (!VERBS.containsAll(verbs)) {
            rule.notSupportedStruct("verbs", VERBS);
        }
    }

    private static void onlyAll(At rule, String field, String called) {
        var values = rule.strings(field);
        if (values.size() > 1 && values.contains(ALL)) {
            rule.invalid(field, "if '*' is present, must not specify other " + called);
        }
    }

    private static void resourceRule(At rule) {
        verbs(rule);
        if (rule.strings("apiGroups").isEmpty()) {
            rule.required("apiGroups", "resource rules must supply at least one api group");
        }
        onlyAll(rule, "apiGroups", "api groups");
        if (rule.strings("resources").isEmpty()) {
            rule.required("resources", "resource rules must supply at least one resource");
        }
        onlyAll(rule, "resources", "resources");
        var namespaces = rule.strings("namespaces");
        if (namespaces.isEmpty() && !rule.bool("clusterScope")) {
            rule.required(
                    "namespaces",
                    "resource rules that are not cluster scoped must supply at least one"
                            + " namespace");
        } else if (namespaces.contains(ALL)) {
            onlyAll(rule, "namespaces", "namespaces");
        } else {
            for (int i = 0; i < namespaces.size(); i++) {
                String namespace = namespaces.get(i);
                String field = "namespaces[" + i + "]";
                NameRules.dns1123Label(namespace)
                        .forEach(text ->
                                rule.invalid(
                                        field,
                                        namespace,
                                        "each member of this list must be '*' or a"
                                                + " DNS-1123 label; "
                                                + text));
            }
        }
    }

    private static void pathRule(At rule) {
        verbs(rule);
        var urls = rule.strings("nonResourceURLs");
        if (urls.isEmpty()) {
            rule.required("nonResourceURLs", "nonResourceURLs must contain at least one value");
        } else if (urls.contains(ALL)) {
            onlyAll(rule, "nonResourceURLs", "non-resource URLs");
        } else {
            for (int i = 0; i < urls.size(); i++) {
                String mistake = mistake(urls.get(i));
                if (!mistake.isEmpty()) {
                    rule.invalid("nonResourceURLs[" + i + "]", urls.get(i), mistake);
                }
            }
        }
    }

    private static String mistake(String url) {
        if (url.isEmpty()) {
            return "must not be empty";
        }
        if (url.equals("/")) {
            return "";
        }
        if (!url.startsWith("/")) {
            return "must start with slash";
        }
        if (url.contains(" ")) {
            return "must not contain white-space";
        }
        if (url.contains("//")) {
            return "must not contain double slash";
        }
        int star = url.indexOf('*');
        return star >= 0 && (star != url.length() - 1 || !url.endsWith("/*"))
                ? "wildcard can only do suffix matching"
                : "";
    }

    /// Conditions of schemas and of priority levels: each type once.
    static void status(At status) {
        var types = new HashSet<String>();
        for (At condition : status.each("conditions")) {
            if (!types.add(condition.string("type"))) {
                condition.duplicate("type", condition.string("type"));
            }
            condition.present("type");
        }
    }
}
