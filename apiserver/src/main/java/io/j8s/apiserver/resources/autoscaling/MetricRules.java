package io.j8s.apiserver.resources.autoscaling;

import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.machinery.names.NameRules;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Rules about the metrics that an autoscaler goes by (upstream: `validateMetrics`).
final class MetricRules {

    private static final List<String> TYPES =
            List.of("ContainerResource", "External", "Object", "Pods", "Resource");

    /// In the order in which upstream looks at them: only the first is looked into.
    private static final List<String> SOURCES =
            List.of("object", "external", "pods", "resource", "containerResource");

    private MetricRules() {}

    /// @param anyVersion whether the objects that metrics describe may have an API version that is
    ///   none
    static void validate(At spec, boolean anyVersion) {
        boolean scalesToZero = false;
        for (At metric : spec.each("metrics")) {
            metric(metric, anyVersion);
            scalesToZero |= List.of("Object", "External").contains(metric.string("type"));
        }
        if (spec.has("minReplicas") && spec.number("minReplicas") == 0 && !scalesToZero) {
            spec.forbidden(
                    "metrics",
                    "must specify at least one Object or External metric to support scaling to"
                            + " zero replicas");
        }
    }

    private static void metric(At metric, boolean anyVersion) {
        String type = metric.string("type");
        if (type.isEmpty()) {
            metric.required("type", "must specify a metric source type");
        }
        if (!TYPES.contains(type)) {
            metric.notSupported("type", TYPES.toArray(String[]::new));
        }
        var present = new ArrayList<>(SOURCES.stream().filter(metric::has).toList());
        if (!present.isEmpty() && metric.at(present.getFirst()) instanceof At source) {
            source(source, present.getFirst(), anyVersion);
        }
        String expected = expected(type);
        if (expected != null && !present.contains(expected)) {
            metric.required(expected, "must populate information for the given metric source");
        }
        if (present.size() != 1) {
            present.remove(expected);
            present.forEach(
                    other -> metric.forbidden(other, "must populate the given metric source only"));
        }
    }

    private static @Nullable String expected(String type) {
        return switch (type) {
            case "Object" -> "object";
            case "Pods" -> "pods";
            case "Resource" -> "resource";
            case "External" -> "external";
            case "ContainerResource" -> "containerResource";
            default -> null;
        };
    }

    private static void source(At source, String kind, boolean anyVersion) {
        switch (kind) {
            case "object" -> {
                reference(source.struct("describedObject"), anyVersion, true);
                identifier(source.struct("metric"));
                target(source.struct("target"));
                oneValue(source, "must set either a target value or averageValue");
            }
            case "external" -> {
                identifier(source.struct("metric"));
                target(source.struct("target"));
                oneValue(source, "must set either a target value for metric or a per-pod target");
                if (source.has("target.value") && source.has("target.averageValue")) {
                    source.forbidden(
                            "target.value",
                            "may not set both a target value for metric and a per-pod target");
                }
            }
            case "pods" -> {
                identifier(source.struct("metric"));
                target(source.struct("target"));
                if (!source.has("target.averageValue")) {
                    source.required(
                            "target.averageValue", "must specify a positive target averageValue");
                }
            }
            default -> resource(source, kind.equals("containerResource"));
        }
    }

    private static void oneValue(At source, String detail) {
        if (!source.has("target.value") && !source.has("target.averageValue")) {
            source.required("target.averageValue", detail);
        }
    }

    private static void resource(At source, boolean ofContainer) {
        String name = source.string("name");
        if (name.isEmpty()) {
            source.required("name", "must specify a resource name");
        } else if (ofContainer) {
            Amounts.containerName(source, "name", name);
        }
        if (ofContainer && source.string("container").isEmpty()) {
            source.required("container", "must specify a container");
        } else if (ofContainer) {
            source.dnsLabel("container");
        }
        target(source.struct("target"));
        boolean share = source.has("target.averageUtilization");
        boolean value = source.has("target.averageValue");
        if (!share && !value) {
            source.required(
                    "target.averageUtilization",
                    "must set either a target raw value or a target utilization");
        }
        if (share && value) {
            source.forbidden(
                    "target.averageValue",
                    "may not set both a target raw value and a target utilization");
        }
    }

    private static void target(At target) {
        String type = target.string("type");
        if (type.isEmpty()) {
            target.required("type", "must specify a metric target type");
        }
        if (!List.of("Utilization", "Value", "AverageValue").contains(type)) {
            target.invalid("type", type, "must be either Utilization, Value, or AverageValue");
        }
        for (String field : List.of("value", "averageValue")) {
            String text = target.string(field);
            if (!text.isEmpty() && Quantity.parse(text).signum() <= 0) {
                target.invalid(field, "must be positive");
            }
        }
        if (target.has("averageUtilization") && target.number("averageUtilization") < 1) {
            target.invalid("averageUtilization", "must be greater than 0");
        }
    }

    private static void identifier(At metric) {
        String name = metric.string("name");
        if (name.isEmpty()) {
            metric.required("name", "must specify a metric name");
        } else {
            metric.all("name", NameRules.pathSegment(name));
        }
    }

    /// What is scaled, or what a metric describes.
    ///
    /// @param anyVersion whether the API version is not looked at
    /// @param anyGroup whether the core group will do
    static void reference(At reference, boolean anyVersion, boolean anyGroup) {
        for (String field : List.of("kind", "name")) {
            if (reference.present(field)) {
                reference.all(field, NameRules.pathSegment(reference.string(field)));
            }
        }
        String version = reference.string("apiVersion");
        if (anyVersion) {
            return;
        }
        if (version.chars().filter(c -> c == '/').count() > 1) {
            reference.invalid("apiVersion", version, "unexpected GroupVersion string: " + version);
        } else if (!anyGroup && version.indexOf('/') <= 0) {
            reference.invalid("apiVersion", version, "apiVersion must specify API group");
        }
    }
}
