package io.j8s.apiserver.resources.autoscaling;

import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Conversion;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.names.NameRules;

import java.util.List;

/// Everything the API server knows about `autoscaling/v2 HorizontalPodAutoscaler`.
public final class HorizontalPodAutoscalers implements ResourceStrategy<HorizontalPodAutoscaler> {

    @Override
    public Names names() {
        return new Names("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers");
    }

    @Override
    public Class<HorizontalPodAutoscaler> view() {
        return HorizontalPodAutoscaler.class;
    }

    @Override
    public Conversion conversion(GroupVersionKind served) {
        return served.version().equals("v1") ? AutoscalerConversion.V1 : Conversion.SAME_FIELDS;
    }

    @Override
    public void applyDefaults(Tree autoscaler) {
        Tree spec = autoscaler.ensure("spec");
        spec.setDefault("minReplicas", 1);
        if (spec.trees("metrics").isEmpty()) {
            Tree metric = spec.ensureList("metrics").addTree();
            metric.set("type", "Resource");
            metric.set("resource.name", "cpu");
            metric.set("resource.target.type", "Utilization");
            metric.set("resource.target.averageUtilization", 80);
        }
        if (spec.tree("behavior") instanceof Tree behavior) {
            scaleUp(behavior.ensure("scaleUp"));
            scaleDown(behavior.ensure("scaleDown"));
        }
    }

    private static void scaleUp(Tree rules) {
        rules.setDefault("selectPolicy", "Max");
        if (!rules.has("stabilizationWindowSeconds")) {
            rules.set("stabilizationWindowSeconds", 0);
        }
        if (rules.trees("policies").isEmpty()) {
            policy(rules, "Pods", 4);
            policy(rules, "Percent", 100);
        }
    }

    private static void scaleDown(Tree rules) {
        rules.setDefault("selectPolicy", "Max");
        if (rules.trees("policies").isEmpty()) {
            policy(rules, "Percent", 100);
        }
    }

    private static void policy(Tree rules, String type, int value) {
        Tree policy = rules.ensureList("policies").addTree();
        policy.set("type", type);
        policy.set("value", value);
        policy.set("periodSeconds", 15);
    }

    @Override
    public void validate(HorizontalPodAutoscaler object, Tree tree, FieldErrors errors) {
        At spec = At.root(tree, errors).at("spec");
        if (spec == null) {
            return;
        }
        if (spec.has("minReplicas") && spec.number("minReplicas") < 1) {
            spec.invalid("minReplicas", "must be greater than or equal to 1");
        }
        if (spec.number("maxReplicas") < 1) {
            spec.invalid("maxReplicas", spec.number("maxReplicas"), "must be greater than 0");
        }
        if (spec.has("minReplicas") && spec.number("maxReplicas") < spec.number("minReplicas")) {
            spec.invalid(
                    "maxReplicas",
                    spec.number("maxReplicas"),
                    "must be greater than or equal to `minReplicas`");
        }
        reference(spec, "scaleTargetRef");
        spec.each("metrics").forEach(HorizontalPodAutoscalers::metric);
        behavior(spec);
    }

    @Override
    public void validateStatusUpdate(
            HorizontalPodAutoscaler updated,
            HorizontalPodAutoscaler old,
            Tree tree,
            Tree oldTree,
            FieldErrors errors) {
        At.root(tree, errors).nonNegative("status.currentReplicas", "status.desiredReplicas");
    }

    private static void reference(At at, String struct) {
        for (String field : List.of("kind", "name")) {
            String path = struct + "." + field;
            if (at.present(path)) {
                at.all(path, NameRules.pathSegment(at.string(path)));
            }
        }
    }

    private static final List<String> SOURCES =
            List.of("ContainerResource", "External", "Object", "Pods", "Resource");

    private static void metric(At metric) {
        String type = metric.string("type");
        if (type.isEmpty()) {
            metric.required("type", "must specify a metric source type");
        }
        if (!SOURCES.contains(type)) {
            metric.notSupported("type", SOURCES.toArray(String[]::new));
        }
        String expected = "";
        for (String source : SOURCES) {
            String field =
                    source.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + source.substring(1);
            if (source.equals(type)) {
                expected = field;
                if (metric.at(field) instanceof At own) {
                    source(own, source);
                }
            } else if (metric.has(field)) {
                metric.forbidden(field, "must populate the given metric source only");
            }
        }
        if (!expected.isEmpty() && !metric.has(expected)) {
            metric.required(expected, "must populate information for the given metric source");
        }
    }

    private static void source(At source, String kind) {
        switch (kind) {
            case "Resource" -> {
                if (source.string("name").isEmpty()) {
                    source.required("name", "must specify a resource name");
                }
            }
            case "ContainerResource" -> {
                if (source.string("name").isEmpty()) {
                    source.required("name", "must specify a resource name");
                }
                if (source.string("container").isEmpty()) {
                    source.required("container", "must specify a container");
                }
            }
            default -> {
                if (kind.equals("Object")) {
                    reference(source, "describedObject");
                }
                if (source.string("metric.name").isEmpty()) {
                    source.required("metric.name", "must specify a metric name");
                }
            }
        }
        target(source);
    }

    private static void target(At source) {
        if (source.present("target.type")
                && !List.of("Utilization", "Value", "AverageValue")
                        .contains(source.string("target.type"))) {
            source.invalid("target.type", "must be either Utilization, Value, or AverageValue");
        }
        for (String field : List.of("target.value", "target.averageValue")) {
            String text = source.string(field);
            if (!text.isEmpty() && io.j8s.machinery.quantity.Quantity.parse(text).signum() <= 0) {
                source.invalid(field, "must be positive");
            }
        }
        if (source.has("target.averageUtilization")
                && source.number("target.averageUtilization") < 1) {
            source.invalid("target.averageUtilization", "must be greater than 0");
        }
    }

    private static void behavior(At spec) {
        for (String direction : List.of("scaleUp", "scaleDown")) {
            At rules = spec.at("behavior." + direction);
            if (rules == null) {
                continue;
            }
            String window = "stabilizationWindowSeconds";
            if (rules.has(window) && rules.number(window) < 0) {
                rules.invalid(window, "must be greater than or equal to zero");
            }
            if (rules.number(window) > 3600) {
                rules.invalid(window, "must be less than or equal to 3600");
            }
            rules.optionalOneOf("selectPolicy", "Disabled", "Max", "Min");
            var policies = rules.each("policies");
            if (policies.isEmpty()) {
                rules.required("policies", "must specify at least one Policy");
            }
            for (At policy : policies) {
                if (!List.of("Percent", "Pods").contains(policy.string("type"))) {
                    policy.notSupported("type", "Percent", "Pods");
                }
                if (policy.number("value") <= 0) {
                    policy.invalid("value", policy.number("value"), "must be greater than zero");
                }
                if (policy.number("periodSeconds") <= 0) {
                    policy.invalid(
                            "periodSeconds",
                            policy.number("periodSeconds"),
                            "must be greater than zero");
                }
                if (policy.number("periodSeconds") > 1800) {
                    policy.invalid("periodSeconds", "must be less than or equal to 1800");
                }
            }
        }
    }

    @Override
    public List<Column<HorizontalPodAutoscaler>> columns() {
        return AutoscalerColumns.all();
    }
}
