package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.nodeagent.core.PodStatuses.Verdict;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Asks [PodAdmission] first and then what [NodeFit] says of the Node as it is known here. What
/// speaks against a pod by the node's labels is looked at once more on the Node as the API server
/// has it: they may have been changed a moment ago.
///
/// @param known the Node as last seen, null before the first time
/// @param fresh asks the API server
public record PlacedPods(
        PodAdmission admission, Supplier<@Nullable Node> known, Supplier<Optional<Node>> fresh)
        implements PodWorkers.Admission {

    @Override
    public Optional<Verdict> refusal(Pod pod, Collection<Pod> others) {
        return admission.refusal(pod, others).or(() -> misplaced(pod, others));
    }

    private Optional<Verdict> misplaced(Pod pod, Collection<Pod> others) {
        var node = known.get();
        if (node == null || PodAdmission.hasRunBefore(pod)) {
            return Optional.empty();
        }
        var refusal = NodeFit.refusal(pod, others, node);
        if (refusal.isEmpty() || refusal.get().reason().equals("NodePorts")) {
            return refusal;
        }
        try {
            return fresh.get().map(now -> NodeFit.refusal(pod, others, now)).orElse(refusal);
        } catch (KubernetesClientException e) {
            return refusal;
        }
    }

    @Override
    public Optional<Verdict> shortage(Pod pod, Collection<Pod> others) {
        return admission.shortage(pod, others);
    }

    @Override
    public Map<String, Long> missing(Pod pod, Collection<Pod> others) {
        return admission.missing(pod, others);
    }
}
