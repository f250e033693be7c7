package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.scheduler.core.PodInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// A spread constraint of a pod, ready to count with.
///
/// @param selector null matches no pod
/// @param honorsAffinity whether only nodes count that the pod's node affinity allows
/// @param honorsTaints whether only nodes count whose taints it tolerates
record SpreadRule(
        String topologyKey,
        int maxSkew,
        int minDomains,
        @Nullable LabelSelector selector,
        boolean honorsAffinity,
        boolean honorsTaints) {

    static SpreadRule of(TopologySpreadConstraint constraint, PodInfo pod) {
        return new SpreadRule(
                constraint.getTopologyKey(),
                constraint.getMaxSkew(),
                constraint.getMinDomains() == null ? 1 : constraint.getMinDomains(),
                withLabelKeys(constraint, pod),
                !"Ignore".equals(constraint.getNodeAffinityPolicy()),
                "Honor".equals(constraint.getNodeTaintsPolicy()));
    }

    private static @Nullable LabelSelector withLabelKeys(
            TopologySpreadConstraint constraint, PodInfo pod) {
        var selector = constraint.getLabelSelector();
        if (selector == null || constraint.getMatchLabelKeys().isEmpty()) {
            return selector;
        }
        var builder = new LabelSelectorBuilder(selector);
        for (String key : constraint.getMatchLabelKeys()) {
            String value = pod.labels().get(key);
            if (value != null) {
                builder.addToMatchExpressions(
                        new LabelSelectorRequirement(key, "In", List.of(value)));
            }
        }
        return builder.build();
    }

    SpreadRule selecting(LabelSelector other) {
        return new SpreadRule(
                topologyKey, maxSkew, minDomains, other, honorsAffinity, honorsTaints);
    }

    boolean selects(Map<String, String> labels) {
        return LabelSelectors.matches(selector, labels);
    }

    /// Whether a running pod counts (upstream: an empty selector counts none).
    boolean counts(PodInfo other, String namespace) {
        return !LabelSelectors.isEmpty(selector)
                && !other.isTerminating()
                && other.namespace().equals(namespace)
                && selects(other.labels());
    }
}
