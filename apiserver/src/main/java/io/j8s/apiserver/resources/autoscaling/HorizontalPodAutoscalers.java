package io.j8s.apiserver.resources.autoscaling;

import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.j8s.apiserver.registry.Conversion;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupVersionKind;

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
}
