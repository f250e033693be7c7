package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodStatuses.Verdict;

import java.util.Collection;
import java.util.Optional;

/// Whether a pod that comes new to this node may run on it. Pure.
///
/// @param maxPods how many pods may live here
public record PodAdmission(int maxPods) implements PodWorkers.Admission {

    @Override
    public Optional<Verdict> refusal(Pod pod, Collection<Pod> others) {
        if (isForOtherSystem(pod.getSpec())) {
            return Optional.of(
                    new Verdict(
                            "PodOSNotSupported",
                            "Failed to admit pod as the OS field doesn't match node OS"));
        }
        boolean hasRunBefore =
                pod.getStatus() != null && !pod.getStatus().getContainerStatuses().isEmpty();
        if (hasRunBefore) {
            return Optional.empty(); // adopted after our restart
        }
        long active =
                others.stream()
                        .filter(other -> !PodFacts.hasEnded(other))
                        .filter(other -> !PodFacts.uid(other).equals(PodFacts.uid(pod)))
                        .count();
        return active >= maxPods
                ? Optional.of(
                        new Verdict(
                                "OutOfpods",
                                "Node didn't have enough resource: pods, requested: 1, used: %d, capacity: %d"
                                        .formatted(active, maxPods)))
                : Optional.empty();
    }

    private static boolean isForOtherSystem(PodSpec spec) {
        return spec.getOs() != null && !"linux".equals(spec.getOs().getName());
    }
}
