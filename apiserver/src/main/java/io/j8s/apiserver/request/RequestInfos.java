package io.j8s.apiserver.request;

import io.j8s.machinery.selectors.FieldSelector;
import io.j8s.machinery.selectors.SelectorException;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads what a request asks for from its method, path and query (upstream:
/// `RequestInfoFactory.NewRequestInfo`).
public final class RequestInfos {

    // upstream: below a namespace these name a part of the namespace, not a resource in it
    private static final Set<String> NAMESPACE_SUBRESOURCES = Set.of("status", "finalize");

    private static final Set<String> WITH_SELECTORS = Set.of("list", "watch", "deletecollection");

    private RequestInfos() {}

    public static RequestInfo of(String method, String path, Query query) {
        var parts = split(path);
        var other = other(method, path);
        if (parts.size() < 3) {
            return other;
        }
        boolean isCore = parts.getFirst().equals("api");
        if (!isCore && !parts.getFirst().equals("apis")) {
            return other;
        }
        if (!isCore && parts.size() < 4) {
            return other;
        }
        String group = isCore ? "" : parts.get(1);
        String version = parts.get(isCore ? 1 : 2);
        var rest = parts.subList(isCore ? 2 : 3, parts.size());
        String verb = verb(method);
        boolean isOldWatch = rest.getFirst().equals("watch");
        if (isOldWatch) {
            // the old form of a watch, deprecated but served
            verb = "watch";
            rest = rest.subList(1, rest.size());
            if (rest.isEmpty()) {
                return other;
            }
        }
        return resource(new Target(path, verb, group, version, isOldWatch), rest, query);
    }

    private record Target(
            String path, String verb, String group, String version, boolean isOldWatch) {}

    private static RequestInfo resource(Target target, List<String> parts, Query query) {
        String namespace = "";
        if (parts.getFirst().equals("namespaces") && parts.size() > 1) {
            namespace = parts.get(1);
            if (parts.size() > 2 && !NAMESPACE_SUBRESOURCES.contains(parts.get(2))) {
                parts = parts.subList(2, parts.size());
            }
        }
        String name = parts.size() > 1 ? parts.get(1) : "";
        String verb = target.verb();
        if (name.isEmpty() && verb.equals("get")) {
            verb = query.flag("watch") ? "watch" : "list";
        }
        if (name.isEmpty() && verb.equals("delete")) {
            verb = "deletecollection";
        }
        if (name.isEmpty() && (verb.equals("list") || verb.equals("watch"))) {
            // upstream: a selector for one name makes it a request about that object
            name = exactName(query.first("fieldSelector")).orElse("");
        }
        return new RequestInfo(
                true,
                target.path(),
                verb,
                target.group(),
                target.version(),
                namespace,
                parts.getFirst(),
                parts.size() > 2 ? parts.get(2) : "",
                name,
                parts.size() > 3 ? String.join("/", parts.subList(3, parts.size())) : "",
                // upstream: the old form of a watch may be of one object and takes no selectors
                target.isOldWatch() || !WITH_SELECTORS.contains(verb)
                        ? List.of()
                        : fieldTerms(query.first("fieldSelector")));
    }

    private static List<FieldSelector.Term> fieldTerms(String selector) {
        try {
            return FieldSelector.parse(selector).terms();
        } catch (SelectorException _) {
            return List.of(); // the verb refuses it
        }
    }

    private static Optional<String> exactName(String selector) {
        for (String term : selector.split(",", -1)) {
            String value =
                    term.startsWith("metadata.name==")
                            ? term.substring("metadata.name==".length())
                            : term.startsWith("metadata.name=")
                                    ? term.substring("metadata.name=".length())
                                    : "";
            if (!value.isEmpty()
                    && !value.equals(".")
                    && !value.equals("..")
                    && value.indexOf('/') < 0
                    && value.indexOf('%') < 0) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }

    private static RequestInfo other(String method, String path) {
        return new RequestInfo(
                false, path, method.toLowerCase(java.util.Locale.ROOT), "", "", "", "", "", "", "");
    }

    private static String verb(String method) {
        return switch (method) {
            case "POST" -> "create";
            case "GET", "HEAD" -> "get";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> "delete";
            default -> "";
        };
    }

    /// Upstream trims slashes at both ends, but keeps empty parts between.
    private static List<String> split(String path) {
        int start = 0;
        int end = path.length();
        while (start < end && path.charAt(start) == '/') {
            start++;
        }
        while (end > start && path.charAt(end - 1) == '/') {
            end--;
        }
        var parts = new ArrayList<String>(8);
        while (start < end) {
            int slash = path.indexOf('/', start);
            slash = slash < 0 || slash > end ? end : slash;
            parts.add(path.substring(start, slash));
            start = slash + 1;
        }
        return parts;
    }
}
