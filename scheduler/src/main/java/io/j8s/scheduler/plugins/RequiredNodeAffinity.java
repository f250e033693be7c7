package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which nodes a pod asks for by `nodeSelector` and required node affinity (upstream:
/// `nodeaffinity.GetRequiredNodeAffinity`).
///
/// @param terms null for no affinity
record RequiredNodeAffinity(Map<String, String> selector, @Nullable List<NodeSelectorTerm> terms) {

    static final RequiredNodeAffinity NONE = new RequiredNodeAffinity(Map.of(), null);

    static RequiredNodeAffinity of(PodInfo pod) {
        var selector = pod.spec().getNodeSelector();
        var terms =
                Optional.ofNullable(pod.spec().getAffinity())
                        .map(Affinity::getNodeAffinity)
                        .map(a -> a.getRequiredDuringSchedulingIgnoredDuringExecution())
                        .map(NodeSelector::getNodeSelectorTerms)
                        .orElse(null);
        boolean hasSelector = selector != null && !selector.isEmpty();
        return !hasSelector && terms == null
                ? NONE
                : new RequiredNodeAffinity(hasSelector ? selector : Map.of(), terms);
    }

    boolean asksForNothing() {
        return selector.isEmpty() && terms == null;
    }

    boolean matches(NodeInfo node) {
        if (!selector.isEmpty()) {
            for (var pair : selector.entrySet()) {
                if (!pair.getValue().equals(node.labels().get(pair.getKey()))) {
                    return false;
                }
            }
        }
        return terms == null || NodeSelectors.matchesAny(terms, node.name(), node.labels());
    }
}
