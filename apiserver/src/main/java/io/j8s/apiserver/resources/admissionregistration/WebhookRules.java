package io.j8s.apiserver.resources.admissionregistration;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;

/// Rules that webhooks of both sorts share.
final class WebhookRules {

    private static final List<String> NO_SIDE_EFFECTS = List.of("None", "NoneOnDryRun");
    private static final List<String> SIDE_EFFECTS =
            List.of("None", "NoneOnDryRun", "Some", "Unknown");
    private static final List<String> REVIEWS = List.of("v1", "v1beta1");
    private static final int TIMEOUT_MAX = 30;
    private static final String FORM = "; desired format: https://host[/path]";

    private WebhookRules() {}

    /// What an update may keep although it could not be created today.
    private record Tolerance(
            boolean conditions,
            boolean sideEffects,
            boolean reviews,
            boolean names,
            boolean labelValues) {

        static final Tolerance NONE = new Tolerance(false, false, false, false, false);

        static Tolerance of(Tree updated, Tree old) {
            var hooks = old.trees("webhooks");
            return new Tolerance(
                    sameConditions(updated.trees("webhooks"), hooks),
                    !hooks.stream()
                            .allMatch(hook ->
                                    NO_SIDE_EFFECTS.contains(hook.string("sideEffects", ""))),
                    hooks.stream()
                            .map(hook -> hook.strings("admissionReviewVersions"))
                            .anyMatch(versions ->
                                    !versions.isEmpty()
                                            && versions.stream().noneMatch(REVIEWS::contains)),
                    hooks.stream().map(hook -> hook.string("name", "")).distinct().count()
                            < hooks.size(),
                    hooks.stream()
                            .anyMatch(hook ->
                                    !LabelSelectors.isValid(hook.tree("namespaceSelector"))
                                            || !LabelSelectors.isValid(
                                                    hook.tree("objectSelector"))));
        }

        private static boolean sameConditions(List<Tree> now, List<Tree> before) {
            if (now.size() != before.size()) {
                return false;
            }
            for (int i = 0; i < now.size(); i++) {
                if (!now.get(i).semanticallyEquals(before.get(i), "matchConditions")) {
                    return false;
                }
            }
            return true;
        }
    }

    static void applyDefaults(Tree hook) {
        hook.setDefault("failurePolicy", "Fail");
        hook.setDefault("matchPolicy", "Equivalent");
        for (String selector : List.of("namespaceSelector", "objectSelector")) {
            if (!hook.has(selector)) {
                hook.ensure(selector);
            }
        }
        hook.setDefault("timeoutSeconds", 10);
        hook.trees("rules").forEach(MatchRules::applyDefaults);
        if (hook.tree("clientConfig.service") instanceof Tree service) {
            service.setDefault("port", 443);
        }
    }

    /// @param old null on create
    /// @param mutating whether the webhooks may change objects
    static void validate(
            Tree configuration, @Nullable Tree old, boolean mutating, FieldErrors errors) {
        var tolerance = old == null ? Tolerance.NONE : Tolerance.of(configuration, old);
        var names = new HashSet<String>();
        for (At hook : At.root(configuration, errors).each("webhooks")) {
            hook(hook, tolerance, mutating);
            reviews(hook, tolerance.reviews());
            String name = hook.string("name");
            if (!tolerance.names() && !name.isEmpty() && !names.add(name)) {
                hook.duplicate("name", name);
            }
        }
    }

    private static void hook(At hook, Tolerance tolerance, boolean mutating) {
        name(hook);
        hook.each("rules").forEach(MatchRules::rule);
        hook.optionalOneOf("failurePolicy", "Fail", "Ignore");
        hook.optionalOneOf("matchPolicy", "Equivalent", "Exact");
        var effects = tolerance.sideEffects() ? SIDE_EFFECTS : NO_SIDE_EFFECTS;
        if (!hook.has("sideEffects")) {
            hook.required("sideEffects", "must specify one of " + String.join(", ", effects));
        } else {
            hook.optionalOneOf("sideEffects", effects.toArray(String[]::new));
        }
        long timeout = hook.number("timeoutSeconds");
        if (hook.has("timeoutSeconds") && (timeout > TIMEOUT_MAX || timeout < 1)) {
            hook.invalid(
                    "timeoutSeconds",
                    timeout,
                    "the timeout value must be between 1 and 30 seconds");
        }
        LabelSelectors.validate(hook.at("namespaceSelector"), tolerance.labelValues());
        LabelSelectors.validate(hook.at("objectSelector"), tolerance.labelValues());
        if (mutating) {
            hook.optionalOneOf("reinvocationPolicy", "IfNeeded", "Never");
        }
        client(hook);
        if (!tolerance.conditions()) {
            MatchRules.conditions(hook);
        }
    }

    /// A domain with at least three parts.
    private static void name(At hook) {
        if (!hook.present("name")) {
            return;
        }
        String name = hook.string("name");
        var texts = NameRules.dns1123Subdomain(name);
        if (!texts.isEmpty()) {
            hook.invalid("name", name, String.join(",", texts));
        } else if (name.split("\\.", -1).length < 3) {
            hook.invalid(
                    "name",
                    name,
                    "should be a domain with at least three segments separated by dots");
        }
    }

    private static void reviews(At hook, boolean tolerant) {
        String field = "admissionReviewVersions";
        var versions = hook.strings(field);
        if (versions.isEmpty()) {
            hook.required(field, "must specify one of v1, v1beta1");
            return;
        }
        var seen = new HashSet<String>();
        for (int i = 0; i < versions.size(); i++) {
            String at = field + "[" + i + "]";
            if (!seen.add(versions.get(i))) {
                hook.invalid(at, versions.get(i), "duplicate version");
            } else {
                hook.all(at, versions.get(i), NameRules.dns1035Label(versions.get(i)));
            }
        }
        if (!tolerant && versions.stream().noneMatch(REVIEWS::contains)) {
            hook.invalid(field, "must include at least one of v1, v1beta1");
        }
    }

    private static void client(At hook) {
        boolean byUrl = hook.has("clientConfig.url");
        At service = hook.at("clientConfig.service");
        if (byUrl == (service != null)) {
            hook.required("clientConfig", "exactly one of url or service is required");
        } else if (byUrl) {
            url(hook);
        } else {
            service(Objects.requireNonNull(service));
        }
    }

    private static void url(At hook) {
        String field = "clientConfig.url";
        URI url;
        try {
            url = new URI(hook.string(field));
        } catch (URISyntaxException wrong) {
            hook.required(field, "url must be a valid URL: " + wrong.getMessage() + FORM);
            return;
        }
        String scheme = Objects.requireNonNullElse(url.getScheme(), "");
        if (!scheme.equals("https")) {
            hook.invalid(field, scheme, "'https' is the only allowed URL scheme" + FORM);
        }
        String authority = Objects.requireNonNullElse(url.getRawAuthority(), "");
        int at = authority.lastIndexOf('@');
        if (authority.substring(at + 1).isEmpty()) {
            hook.invalid(field, "", "host must be specified" + FORM);
        }
        if (at >= 0) {
            hook.invalid(
                    field,
                    authority.substring(0, at),
                    "user information is not permitted in the URL");
        }
        if (url.getFragment() != null && !url.getFragment().isEmpty()) {
            hook.invalid(field, url.getFragment(), "fragments are not permitted in the URL");
        }
        if (url.getRawQuery() != null && !url.getRawQuery().isEmpty()) {
            hook.invalid(field, url.getRawQuery(), "query parameters are not permitted in the URL");
        }
    }

    private static void service(At service) {
        // upstream hands over name and namespace the wrong way round
        if (service.string("namespace").isEmpty()) {
            service.required("name");
        }
        if (service.string("name").isEmpty()) {
            service.required("namespace");
        }
        long port = service.number("port");
        var texts = NameRules.portNumber((int) port);
        if (!texts.isEmpty()) {
            service.invalid("port", port, "port is not valid: " + String.join(", ", texts));
        }
        path(service, service.string("path"));
    }

    private static void path(At service, String path) {
        if (path.isEmpty() || path.equals("/")) {
            return;
        }
        if (path.equals("//")) {
            service.invalid("path", path, "segment[0] may not be empty");
            return;
        }
        if (!path.startsWith("/")) {
            service.invalid("path", path, "must start with a '/'");
        }
        String rest = path.substring(1);
        String[] steps =
                (rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest).split("/", -1);
        for (int i = 0; i < steps.length; i++) {
            String segment = "segment[" + i + "]";
            if (steps[i].isEmpty()) {
                service.invalid("path", path, segment + " may not be empty");
                continue;
            }
            for (String text : NameRules.dns1123Subdomain(steps[i])) {
                service.invalid("path", path, segment + ": " + text);
            }
        }
    }
}
