package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;

import java.util.List;

/// What the containers of a pod that has ended for good tell: nothing will start them any more
/// (upstream: `status.TerminatePod`). Pure but for the statuses it is given.
final class PodEnd {

    private PodEnd() {}

    /// Containers that ran, or could have, become ended; those that the pod never got to stay
    /// waiting.
    static void endAll(Pod pod, List<ContainerStatus> init, List<ContainerStatus> ordinary) {
        if (isInitialized(pod, init, ordinary)) {
            ordinary.forEach(PodEnd::end);
        }
        init.subList(0, reached(init)).forEach(PodEnd::end);
    }

    private static boolean isInitialized(
            Pod pod, List<ContainerStatus> init, List<ContainerStatus> ordinary) {
        if (pod.getSpec().getInitContainers().isEmpty()
                || ordinary.stream().anyMatch(PodEnd::hasLeftWaiting)) {
            return true;
        }
        var last = init.isEmpty() ? null : init.getLast();
        if (last == null) {
            return false;
        }
        var container = pod.getSpec().getInitContainers().getLast();
        return PodFacts.isSidecar(container)
                ? last.getState().getRunning() != null && Boolean.TRUE.equals(last.getStarted())
                : hasSucceeded(last.getState()) || hasSucceeded(last.getLastState());
    }

    /// How many init containers the pod got to; the first always counts.
    private static int reached(List<ContainerStatus> init) {
        for (int i = init.size(); i > 0; i--) {
            if (hasLeftWaiting(init.get(i - 1))) {
                return i;
            }
        }
        return Math.min(1, init.size());
    }

    private static boolean hasLeftWaiting(ContainerStatus status) {
        var last = status.getLastState();
        return status.getState().getWaiting() == null
                || (last != null && last.getTerminated() != null);
    }

    private static boolean hasSucceeded(ContainerState state) {
        return state != null
                && state.getTerminated() != null
                && state.getTerminated().getExitCode() == 0;
    }

    private static void end(ContainerStatus status) {
        if (status.getState().getTerminated() != null) {
            return;
        }
        status.setState(
                new ContainerStateBuilder()
                        .withNewTerminated()
                        .withExitCode(137)
                        .withReason("ContainerStatusUnknown")
                        .withMessage(
                                "The container could not be located when the pod was terminated")
                        .endTerminated()
                        .build());
        status.setReady(false);
        status.setStarted(false);
    }
}
