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
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

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
        if (!rules.has("policies")) {
            policy(rules, "Pods", 4);
            policy(rules, "Percent", 100);
        }
    }

    private static void scaleDown(Tree rules) {
        rules.setDefault("selectPolicy", "Max");
        if (!rules.has("policies")) {
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
    public void validate(Tree tree, FieldErrors errors) {
        spec(At.root(tree, errors).struct("spec"), null);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        spec(At.root(tree, errors).struct("spec"), oldTree);
    }

    /// @param old what is stored; null on create
    private static void spec(At spec, @Nullable Tree old) {
        replicas(spec, old);
        At target = spec.struct("scaleTargetRef");
        MetricRules.reference(
                target,
                old != null && isSame(target, old, "apiVersion") && isSame(target, old, "kind"),
                target.string("kind").equals("ReplicationController"));
        MetricRules.validate(spec, old != null && hasBadDescribedObject(old));
        behavior(spec);
    }

    private static boolean isSame(At target, Tree old, String field) {
        return target.string(field).equals(old.string("spec.scaleTargetRef." + field, ""));
    }

    private static boolean hasBadDescribedObject(Tree old) {
        return old.trees("spec.metrics").stream()
                .filter(metric -> metric.string("type", "").equals("Object"))
                .map(metric -> metric.string("object.describedObject.apiVersion", ""))
                .anyMatch(version -> version.chars().filter(c -> c == '/').count() > 1);
    }

    /// Declared rules: they stand behind all others, and do not look at what was not changed; then
    /// the hand-written ones hold.
    private static void replicas(At spec, @Nullable Tree old) {
        if (spec.has("minReplicas") && spec.number("minReplicas") < 0) { // HPAScaleToZero is on
            (isKept(spec, "minReplicas", old) ? spec : spec.later())
                    .invalid("minReplicas", At.NOT_NEGATIVE);
        }
        boolean kept = isKept(spec, "maxReplicas", old);
        At max = kept ? spec : spec.later();
        long most = spec.number("maxReplicas");
        if (most == 0) {
            max.required("maxReplicas", kept ? "must be set and greater than 0" : "");
        } else if (most < 0) {
            max.invalid("maxReplicas", most, "must be greater than or equal to 1");
        }
        if (spec.has("minReplicas") && most < spec.number("minReplicas")) {
            spec.invalid("maxReplicas", most, "must be greater than or equal to `minReplicas`");
        }
    }

    private static boolean isKept(At spec, String field, @Nullable Tree old) {
        return old != null
                && old.tree("spec") instanceof Tree before
                && spec.tree().semanticallyEquals(before, field);
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        root.each("status.conditions").forEach(each -> each.nonNegative("observedGeneration"));
        root.nonNegative("status.currentReplicas", "status.desiredReplicas");
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
            String tolerance = rules.string("tolerance");
            if (!tolerance.isEmpty() && Quantity.parse(tolerance).signum() < 0) {
                rules.invalid("tolerance", tolerance, At.NOT_NEGATIVE);
            }
        }
    }

    @Override
    public List<Column<HorizontalPodAutoscaler>> columns() {
        return AutoscalerColumns.all();
    }
}
