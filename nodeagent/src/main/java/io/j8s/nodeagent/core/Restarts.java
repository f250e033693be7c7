package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.ContainerStatus;

import java.util.Optional;

/// Whether an ended container runs again.
public final class Restarts {

    private Restarts() {}

    /// upstream: ShouldContainerBeRestarted. A pod that is being deleted restarts nothing.
    public static boolean isDue(Pod pod, Container container, Optional<ContainerStatus> newest) {
        if (PodFacts.isBeingDeleted(pod)) {
            return false;
        }
        if (newest.isEmpty()) {
            return true;
        }
        return switch (newest.get().getState()) {
            case CONTAINER_RUNNING -> false;
            case CONTAINER_EXITED -> isDueAfter(pod, container, newest.get().getExitCode());
            default -> true; // created but never started, or lost
        };
    }

    /// The container's own rules come first, then its own policy, then the pod's.
    public static boolean isDueAfter(Pod pod, Container container, int exitCode) {
        for (var rule : container.getRestartPolicyRules()) {
            var codes = rule.getExitCodes();
            if (codes != null && "Restart".equals(rule.getAction())) {
                boolean isListed = codes.getValues().contains(exitCode);
                if ("NotIn".equals(codes.getOperator()) ? !isListed : isListed) {
                    return true;
                }
            }
        }
        return switch (policy(pod, container)) {
            case "Never" -> false;
            case "OnFailure" -> exitCode != 0;
            default -> true;
        };
    }

    public static String policy(Pod pod, Container container) {
        var own = container.getRestartPolicy();
        return own == null ? PodFacts.restartPolicy(pod) : own;
    }

    /// upstream: shouldRestartOnFailure
    public static boolean isDueOnFailure(Pod pod, Container container) {
        return !policy(pod, container).equals("Never")
                || !container.getRestartPolicyRules().isEmpty();
    }

    public static boolean isPodRestartedOnFailure(Pod pod) {
        return !PodFacts.restartPolicy(pod).equals("Never");
    }
}
