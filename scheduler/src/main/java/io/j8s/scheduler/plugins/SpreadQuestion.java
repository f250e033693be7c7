package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Toleration;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PlaceCounts;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.Tallies;

import java.util.List;

/// What [PodTopologySpread] counts: the pods that a rule selects, by place. Places without any
/// count too.
///
/// @param keys labels that a node must have to count
/// @param affinity what restricts the nodes that count; nothing where the rule ignores it
/// @param tolerations likewise, for taints
/// @param isByNode whether each node is a place of its own, whatever its labels say
record SpreadQuestion(
        String namespace,
        SpreadRule rule,
        List<String> keys,
        RequiredNodeAffinity affinity,
        List<Toleration> tolerations,
        boolean isByNode)
        implements Tallies.Question {

    static SpreadQuestion of(PodInfo pod, SpreadRule rule, List<String> keys, boolean isByNode) {
        boolean isEverywhere = isByNode || !rule.honorsAffinity();
        return new SpreadQuestion(
                pod.namespace(),
                rule,
                keys,
                isEverywhere ? RequiredNodeAffinity.NONE : RequiredNodeAffinity.of(pod),
                isByNode || !rule.honorsTaints() ? List.of() : pod.spec().getTolerations(),
                isByNode);
    }

    @Override
    public void count(PodInfo pod, NodeInfo node, int by, PlaceCounts into) {
        if (rule.counts(pod, namespace) && isEligible(node)) {
            add(node, by, into);
        }
    }

    @Override
    public void countNode(NodeInfo node, PlaceCounts into) {
        if (isEligible(node)) {
            add(node, 0, into);
        }
    }

    private void add(NodeInfo node, int by, PlaceCounts into) {
        if (isByNode) {
            into.add(rule.topologyKey(), node.name(), by);
        } else {
            into.addAt(node, rule.topologyKey(), by);
        }
    }

    private boolean isEligible(NodeInfo node) {
        if (isByNode) {
            return true;
        }
        for (int i = 0; i < keys.size(); i++) {
            if (!node.labels().containsKey(keys.get(i))) {
                return false;
            }
        }
        if (!affinity.matches(node)) {
            return false;
        }
        return !rule.honorsTaints() || Tolerations.untolerated(node.taints(), tolerations) == null;
    }
}
