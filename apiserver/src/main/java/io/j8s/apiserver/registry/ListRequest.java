package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.EncodedObject;
import io.j8s.apiserver.cache.Selection;
import io.j8s.apiserver.cache.WatchQuery.Pin;
import io.j8s.apiserver.request.Query;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldError;
import io.j8s.machinery.errors.FieldError.Type;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.selectors.FieldSelector;
import io.j8s.machinery.selectors.Selector;
import io.j8s.machinery.selectors.SelectorException;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a list or watch asks for: `v1.ListOptions`, checked as upstream does
/// (`ValidateListOptions`).
///
/// @param namespace null for all
/// @param name only the object of this name; null for all
/// @param sendInitialEvents null when not given
/// @param timeoutSeconds 0 when not given
record ListRequest(
        @Nullable String namespace,
        @Nullable String name,
        Selector labels,
        FieldSelector fields,
        Selection selection,
        @Nullable Pin pin,
        String resourceVersion,
        String match,
        int limit,
        String continueToken,
        boolean allowBookmarks,
        @Nullable Boolean sendInitialEvents,
        long timeoutSeconds) {

    private static final String EXACT = "Exact";
    private static final String NOT_OLDER_THAN = "NotOlderThan";

    static ListRequest parse(
            ServedResource resource, RequestInfo info, Query query, boolean isWatch) {
        var fields = fields(resource, query.first("fieldSelector"));
        var labels = labels(query.first("labelSelector"));
        // upstream: 1.37 takes a negative limit for none
        Long limit = Queries.number(query, "limit");
        Long timeout = Queries.number(query, "timeoutSeconds");
        String named =
                info.name().isEmpty() ? fields.exact("metadata.name").orElse("") : info.name();
        var request =
                new ListRequest(
                        resource.namespaced() && !info.namespace().isEmpty()
                                ? info.namespace()
                                : null,
                        named.isEmpty() ? null : named,
                        labels,
                        fields,
                        selection(resource, labels, fields),
                        pin(resource, fields),
                        query.first("resourceVersion"),
                        query.first("resourceVersionMatch"),
                        limit == null ? 0 : Math.clamp(limit, 0, Integer.MAX_VALUE),
                        query.first("continue"),
                        query.flag("allowWatchBookmarks"),
                        query.has("sendInitialEvents") ? query.flag("sendInitialEvents") : null,
                        timeout == null ? 0 : Math.max(0, timeout));
        request.check(isWatch);
        return request;
    }

    private static Selector labels(String text) {
        try {
            return Selector.parse(text);
        } catch (SelectorException e) {
            throw new ApiException(new ApiError.BadRequest(e.text()));
        }
    }

    private static FieldSelector fields(ServedResource resource, String text) {
        if (text.isEmpty()) {
            return FieldSelector.everything();
        }
        try {
            var fields = FieldSelector.parse(text);
            var labels = resource.stored().strategy().fieldLabels(resource.gvk());
            fields.requireSupported(labels.keySet());
            return fields.renamed(labels);
        } catch (SelectorException e) {
            throw new ApiException(new ApiError.BadRequest(e.text()));
        }
    }

    private static Selection selection(
            ServedResource resource, Selector labels, FieldSelector fields) {
        if (labels.isEverything() && fields.isEverything()) {
            return Selection.EVERYTHING;
        }
        var paths =
                resource.stored().strategy().selectableFields().stream()
                        .map(SelectableField::path)
                        .toList();
        return object ->
                (labels.isEverything() || labels.matches(object.labels()))
                        && fields.matches(field -> value(object, paths, field));
    }

    private static @Nullable String value(
            EncodedObject object, List<String> paths, @Nullable String field) {
        if (field == null) {
            return null;
        }
        if (field.equals("metadata.name")) {
            return object.key().name();
        }
        if (field.equals("metadata.namespace")) {
            return object.key().namespace();
        }
        int at = paths.indexOf(field);
        return at < 0 ? null : object.selectable().get(at);
    }

    private static @Nullable Pin pin(ServedResource resource, FieldSelector fields) {
        var paths = resource.stored().strategy().selectableFields();
        for (int i = 0; i < paths.size(); i++) {
            var value = fields.exact(paths.get(i).path());
            if (value.isPresent()) {
                return new Pin(i, value.get());
            }
        }
        return null;
    }

    private void check(boolean isWatch) {
        var errors = new FieldErrors();
        if (isWatch) {
            checkWatch(errors);
        } else {
            checkList(errors);
        }
        Queries.refuse("ListOptions", errors);
        if (!isWatch && continueToken.isEmpty()) {
            Queries.listRevision(resourceVersion);
        }
    }

    private void checkList(FieldErrors errors) {
        if (!match.isEmpty()) {
            if (resourceVersion.isEmpty()) {
                errors.forbidden(
                        "resourceVersionMatch",
                        "resourceVersionMatch is forbidden unless resourceVersion is provided");
            }
            if (!continueToken.isEmpty()) {
                errors.forbidden(
                        "resourceVersionMatch",
                        "resourceVersionMatch is forbidden when continue is provided");
            }
            if (!match.equals(EXACT) && !match.equals(NOT_OLDER_THAN)) {
                errors.add(
                        new FieldError(
                                Type.NOT_SUPPORTED,
                                "resourceVersionMatch",
                                "Unsupported value: %s: supported values: \"Exact\", \"NotOlderThan\", \"\""
                                        .formatted(FieldErrors.quote(match))));
            }
            if (match.equals(EXACT) && resourceVersion.equals("0")) {
                errors.forbidden(
                        "resourceVersionMatch",
                        "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
            }
        }
        if (sendInitialEvents != null) {
            errors.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
        }
    }

    private void checkWatch(FieldErrors errors) {
        if (!continueToken.isEmpty() && match.isEmpty()) {
            // upstream: looks as if it was about the match, which the watch has by default
            errors.forbidden(
                    "resourceVersionMatch",
                    "resourceVersionMatch is forbidden when continue is provided");
        }
        if (sendInitialEvents != null && !match.equals(NOT_OLDER_THAN)) {
            errors.forbidden(
                    "resourceVersionMatch",
                    "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        }
        if (!match.isEmpty()) {
            if (sendInitialEvents == null) {
                errors.forbidden(
                        "resourceVersionMatch",
                        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is"
                                + " provided");
            }
            if (!match.equals(NOT_OLDER_THAN)) {
                errors.notSupported("resourceVersionMatch", match, List.of(NOT_OLDER_THAN));
            }
            if (!continueToken.isEmpty()) {
                errors.forbidden(
                        "resourceVersionMatch",
                        "resourceVersionMatch is forbidden when continue is provided");
            }
        }
    }

    boolean isExact() {
        return match.equals(EXACT);
    }

    /// Upstream: a limit at a revision without a match rule means that very revision.
    boolean isExactByLimit() {
        return match.isEmpty()
                && limit > 0
                && !resourceVersion.isEmpty()
                && !resourceVersion.equals("0");
    }
}
