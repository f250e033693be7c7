package io.j8s.apiserver.resources.resource;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.DriverNames;
import io.j8s.apiserver.schema.Raw;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.names.NameRules;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which requests for devices are valid, in claims and in their templates (upstream:
/// `pkg/apis/resource/validation`). Selectors in CEL are judged as texts only.
final class DeviceClaimRules {

    private static final int REQUESTS_MAX = 32; // upstream: DeviceRequestsMaxSize
    private static final int CONSTRAINTS_MAX = 32;
    private static final int CONFIG_MAX = 32;
    private static final int SELECTORS_MAX = 32;
    private static final int ALTERNATIVES_MAX = 8;
    private static final int EXPRESSION_BYTES_MAX = 10 * 1024;
    private static final int PARAMETERS_BYTES_MAX = 10 * 1024;
    private static final String ONE = "exactly one of `exactly` or `firstAvailable` is required";

    private DeviceClaimRules() {}

    static void applyDefaults(Tree devices) {
        for (Tree request : devices.trees("requests")) {
            if (request.tree("exactly") instanceof Tree exactly) {
                applyModeDefaults(exactly);
            }
            request.trees("firstAvailable").forEach(DeviceClaimRules::applyModeDefaults);
        }
    }

    private static void applyModeDefaults(Tree request) {
        request.setDefault("allocationMode", "ExactCount");
        if (request.string("allocationMode", "").equals("ExactCount")) {
            request.setDefault("count", 1);
        }
    }

    static void devices(At devices) {
        var requests = devices.each("requests");
        if (DeviceNames.fits(devices.later(), "requests", requests.size(), REQUESTS_MAX)) {
            requests.forEach(DeviceClaimRules::request);
            distinct(devices, requests);
        }
        var names = names(devices.tree());
        var constraints = devices.each("constraints");
        if (DeviceNames.fits(devices.later(), "constraints", constraints.size(), CONSTRAINTS_MAX)) {
            constraints.forEach(constraint -> constraint(constraint, names));
        }
        var config = devices.each("config");
        if (DeviceNames.fits(devices.later(), "config", config.size(), CONFIG_MAX)) {
            for (At each : config) {
                references(each, names);
                configuration(each);
            }
        }
    }

    private static void distinct(At at, List<At> named) {
        var seen = new HashSet<String>();
        for (At each : named) {
            if (!seen.add(each.string("name"))) {
                // upstream shows the keys by which the list is merged
                at.errors()
                        .later()
                        .add(
                                new io.j8s.machinery.errors.FieldError(
                                        io.j8s.machinery.errors.FieldError.Type.DUPLICATE,
                                        each.path(),
                                        "Duplicate value: "
                                                + io.j8s.machinery.errors.FieldErrors.quote(
                                                        each.string("name"))));
            }
        }
    }

    private static void request(At request) {
        request.dnsLabel("name");
        var alternatives = request.each("firstAvailable");
        At exactly = request.at("exactly");
        if (alternatives.isEmpty() && exactly == null) {
            request.errors().required(request.path(), ONE);
        } else if (!alternatives.isEmpty() && exactly != null) {
            request.errors().invalid(request.path(), null, ONE + ", but multiple fields are set");
        } else if (exactly != null) {
            exact(exactly);
        } else if (DeviceNames.fits(
                request.later(), "firstAvailable", alternatives.size(), ALTERNATIVES_MAX)) {
            for (At alternative : alternatives) {
                alternative.dnsLabel("name");
                exact(alternative);
            }
            distinct(request, alternatives);
        }
    }

    private static void exact(At request) {
        if (request.present("deviceClassName")) {
            request.dnsSubdomain("deviceClassName");
        }
        selectors(request);
        switch (request.string("allocationMode")) {
            case "All" -> {
                if (request.number("count") != 0) {
                    request.invalid("count", "must not be specified when allocationMode is 'All'");
                }
            }
            case "ExactCount" -> {
                if (request.number("count") <= 0) {
                    request.invalid("count", request.number("count"), At.POSITIVE);
                }
            }
            default -> request.later().notSupported("allocationMode", "All", "ExactCount");
        }
        request.each("tolerations").forEach(DeviceClaimRules::toleration);
    }

    static void selectors(At holder) {
        var selectors = holder.each("selectors");
        if (!DeviceNames.fits(holder.later(), "selectors", selectors.size(), SELECTORS_MAX)) {
            return;
        }
        for (At selector : selectors) {
            if (!selector.has("cel")) {
                selector.required("cel");
            } else if (NameRules.utf8Length(selector.string("cel.expression"))
                    > EXPRESSION_BYTES_MAX) {
                selector.errors().tooLong(selector.path("cel.expression"), EXPRESSION_BYTES_MAX);
            }
        }
    }

    private static void toleration(At toleration) {
        if (!toleration.string("key").isEmpty()) {
            toleration.qualifiedName("key");
        }
        switch (toleration.string("operator")) {
            case "Exists" -> {
                if (!toleration.string("value").isEmpty()) {
                    toleration.invalid("value", "must be empty for operator `Exists`");
                }
            }
            case "Equal" ->
                    toleration.all("value", NameRules.labelValue(toleration.string("value")));
            case "" -> toleration.required("operator");
            default -> toleration.notSupported("operator", "Equal", "Exists");
        }
        if (!toleration.string("effect").isEmpty()) {
            toleration.optionalOneOf("effect", "NoExecute", "NoSchedule", "None");
        }
    }

    /// Each request with its alternatives.
    static Map<String, Set<String>> names(Tree devices) {
        var out = new HashMap<String, Set<String>>();
        for (Tree request : devices.trees("requests")) {
            var alternatives = new HashSet<String>();
            request.trees("firstAvailable")
                    .forEach(alternative -> alternatives.add(alternative.string("name", "")));
            out.put(request.string("name", ""), alternatives);
        }
        return out;
    }

    private static void constraint(At constraint, Map<String, Set<String>> names) {
        references(constraint, names);
        if (constraint.has("matchAttribute")) {
            DeviceNames.fullyQualified(constraint.later(), "matchAttribute");
        } else if (constraint.has("distinctAttribute")) {
            DeviceNames.fullyQualified(constraint.later(), "distinctAttribute");
        } else {
            constraint
                    .errors()
                    .required(
                            constraint.path(),
                            "exactly one of \"matchAttribute\" or \"distinctAttribute\" is"
                                    + " required, but multiple fields are set");
        }
    }

    static void references(At holder, Map<String, Set<String>> names) {
        var references = holder.strings("requests");
        if (!DeviceNames.fits(holder.later(), "requests", references.size(), REQUESTS_MAX)) {
            return;
        }
        for (int i = 0; i < references.size(); i++) {
            reference(holder, "requests[" + i + "]", references.get(i), names);
        }
        DeviceNames.distinct(holder, "requests", references);
    }

    static void reference(At at, String field, String name, Map<String, Set<String>> names) {
        String text =
                "must be the name of a request in the claim or the name of a request and a"
                        + " subrequest separated by '/'";
        String[] segments = name.split("/", -1);
        if (segments.length > 2) {
            at.invalid(field, name, text);
            return;
        }
        for (String segment : segments) {
            at.all(field, segment, NameRules.dns1123Label(segment));
        }
        var alternatives = names.get(segments[0]);
        boolean known =
                alternatives != null
                        && (segments.length == 1 || alternatives.contains(segments[1]));
        if (!known) {
            at.invalid(field, name, text);
        }
    }

    static void configuration(At holder) {
        At opaque = holder.at("opaque");
        if (opaque == null) {
            holder.required("opaque");
            return;
        }
        DriverNames.declared(opaque.later(), "driver");
        switch (opaque.get("parameters")) {
            case null -> opaque.required("parameters");
            case Raw raw when raw.length() > PARAMETERS_BYTES_MAX ->
                    opaque.errors().tooLong(opaque.path("parameters"), PARAMETERS_BYTES_MAX);
            case Raw raw when !raw.toString().stripLeading().startsWith("{") ->
                    opaque.invalid(
                            "parameters",
                            "<value omitted>",
                            "parameters must be a valid JSON object");
            default -> {}
        }
    }
}
