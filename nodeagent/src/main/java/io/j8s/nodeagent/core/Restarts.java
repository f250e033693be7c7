package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerRestartRule;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.ContainerStatus;

import java.util.Optional;

/// Whether an ended container runs again.
public final class Restarts {

    private static final String RESTART = "Restart";
    private static final String RESTART_ALL = "RestartAllContainers";

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

    /// A container with a policy of its own looks at its rules first, then at that policy, then at
    /// the pod's. upstream: ContainerShouldRestart
    public static boolean isDueAfter(Pod pod, Container container, int exitCode) {
        boolean hasRule =
                container.getRestartPolicy() != null
                        && matchingRule(container, exitCode)
                                .filter(rule ->
                                        RESTART.equals(rule.getAction())
                                                || RESTART_ALL.equals(rule.getAction()))
                                .isPresent();
        if (hasRule) {
            return true;
        }
        return switch (policy(pod, container)) {
            case "Never" -> false;
            case "OnFailure" -> exitCode != 0;
            default -> true;
        };
    }

    /// Whether this end of the container restarts the whole pod in place.
    public static boolean restartsAll(Container container, int exitCode) {
        return matchingRule(container, exitCode)
                .filter(rule -> RESTART_ALL.equals(rule.getAction()))
                .isPresent();
    }

    /// Whether some end of some container would restart the whole pod in place.
    public static boolean couldRestartAll(Pod pod) {
        return PodFacts.initAndOrdinary(pod).stream()
                .flatMap(container -> container.getRestartPolicyRules().stream())
                .anyMatch(rule -> RESTART_ALL.equals(rule.getAction()));
    }

    /// The first rule that fits decides, whatever it says.
    private static Optional<ContainerRestartRule> matchingRule(Container container, int exitCode) {
        for (var rule : container.getRestartPolicyRules()) {
            var codes = rule.getExitCodes();
            if (codes == null) {
                continue;
            }
            boolean isListed = codes.getValues().contains(exitCode);
            boolean fits =
                    switch (codes.getOperator() == null ? "" : codes.getOperator()) {
                        case "In" -> isListed;
                        case "NotIn" -> !isListed;
                        default -> false;
                    };
            if (fits) {
                return Optional.of(rule);
            }
        }
        return Optional.empty();
    }

    public static String policy(Pod pod, Container container) {
        var own = container.getRestartPolicy();
        return own == null ? PodFacts.restartPolicy(pod) : own;
    }

    /// After a failed probe: the container still runs, so there is no exit code for its rules.
    public static boolean isDueOnFailure(Pod pod, Container container) {
        return !policy(pod, container).equals("Never");
    }

    public static boolean isPodRestartedOnFailure(Pod pod) {
        return !PodFacts.restartPolicy(pod).equals("Never");
    }
}
