package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;

import java.util.List;
import java.util.Optional;

/// The phase that follows from the containers' statuses. Pure. upstream: getPhase.
public final class PodPhase {

    private int pendingInit;
    private int pendingSidecars;
    private int failedInit;
    private int unknown;
    private int running;
    private int waiting;
    private int stopped;
    private int succeeded;

    private PodPhase() {}

    /// @param hasEnded the pod is terminal: nothing of it will be started again
    static String of(
            Pod pod, List<ContainerStatus> init, List<ContainerStatus> ordinary, boolean hasEnded) {
        var counts = new PodPhase();
        for (var container : pod.getSpec().getInitContainers()) {
            var status = find(container, init);
            if (PodFacts.isSidecar(container)) {
                counts.addSidecar(status);
            } else {
                counts.addInit(pod, container, status);
            }
        }
        for (var container : pod.getSpec().getContainers()) {
            counts.add(find(container, ordinary));
        }
        return counts.phase(pod, ordinary, hasEnded);
    }

    private static Optional<ContainerStatus> find(
            Container container, List<ContainerStatus> statuses) {
        return statuses.stream()
                .filter(status -> status.getName().equals(container.getName()))
                .findFirst();
    }

    private void addInit(Pod pod, Container container, Optional<ContainerStatus> found) {
        var ended =
                found.flatMap(status -> Optional.ofNullable(status.getState().getTerminated()))
                        .or(() -> found.flatMap(PodPhase::endBeforeWaiting));
        if (ended.isEmpty()) {
            pendingInit++;
        } else if (ended.get().getExitCode() != 0) {
            if (Restarts.isDueAfter(pod, container, ended.get().getExitCode())) {
                pendingInit++;
            } else {
                failedInit++;
            }
        }
    }

    private static Optional<io.fabric8.kubernetes.api.model.ContainerStateTerminated>
            endBeforeWaiting(ContainerStatus status) {
        if (status.getState().getWaiting() == null || status.getLastState() == null) {
            return Optional.empty();
        }
        return Optional.ofNullable(status.getLastState().getTerminated());
    }

    private void addSidecar(Optional<ContainerStatus> found) {
        if (found.isEmpty()) {
            unknown++;
        } else if (found.get().getState().getRunning() != null) {
            if (!Boolean.TRUE.equals(found.get().getStarted())) {
                pendingSidecars++;
            }
            running++;
        } else if (found.get().getState().getWaiting() != null
                && endBeforeWaiting(found.get()).isEmpty()) {
            pendingSidecars++;
            waiting++;
        }
        // an ended sidecar does not count
    }

    private void add(Optional<ContainerStatus> found) {
        if (found.isEmpty()) {
            unknown++;
            return;
        }
        var state = found.get().getState();
        if (state.getRunning() != null) {
            running++;
        } else if (state.getTerminated() != null) {
            stopped++;
            if (state.getTerminated().getExitCode() == 0) {
                succeeded++;
            }
        } else if (state.getWaiting() != null) {
            if (endBeforeWaiting(found.get()).isPresent()) {
                stopped++;
            } else {
                waiting++;
            }
        } else {
            unknown++;
        }
    }

    private String phase(Pod pod, List<ContainerStatus> ordinary, boolean hasEnded) {
        if (failedInit > 0) {
            return "Failed";
        }
        boolean hasStarted =
                ordinary.stream()
                        .anyMatch(status ->
                                status.getState().getRunning() != null
                                        || status.getState().getTerminated() != null
                                        || endBeforeWaiting(status).isPresent());
        if (((pendingInit > 0 || pendingSidecars > 0) && !hasStarted) || waiting > 0) {
            return "Pending";
        }
        boolean hasOrdinaryRunning =
                ordinary.stream().anyMatch(status -> status.getState().getRunning() != null);
        if (unknown == 0 && (running > 0 && (hasOrdinaryRunning || !isOver(pod, hasEnded)))) {
            return "Running";
        }
        if (unknown == 0 && stopped > 0) {
            if (hasEnded) {
                return stopped > succeeded ? "Failed" : "Succeeded";
            }
            return switch (PodFacts.restartPolicy(pod)) {
                case "Always" -> "Running";
                case "Never" -> stopped == succeeded ? "Succeeded" : "Failed";
                default -> stopped == succeeded ? "Succeeded" : "Running";
            };
        }
        return "Pending";
    }

    /// Sidecars run on for a moment after the last ordinary container: then the pod's phase is
    /// already that of its work.
    private boolean isOver(Pod pod, boolean hasEnded) {
        if (hasEnded) {
            return true;
        }
        return switch (PodFacts.restartPolicy(pod)) {
            case "Never" -> stopped > 0;
            case "OnFailure" -> stopped > 0 && stopped == succeeded;
            default -> false;
        };
    }
}
