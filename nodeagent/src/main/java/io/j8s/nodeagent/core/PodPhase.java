package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;

import java.util.List;
import java.util.Optional;

/// The phase that follows from the containers' statuses. Pure. upstream: getPhase.
public final class PodPhase {

    private final Pod pod;
    private int pendingInit;
    private int pendingSidecars;
    private int failedInit;
    private int unknown;
    private int running;
    private int waiting;
    private int stopped;
    private int stoppedForGood;
    private int succeeded;

    private PodPhase(Pod pod) {
        this.pod = pod;
    }

    /// @param hasEnded the pod is terminal: nothing of it will be started again
    /// @param isInitialized an ordinary container of the present sandbox has been created
    static String of(
            Pod pod,
            List<ContainerStatus> init,
            List<ContainerStatus> ordinary,
            boolean hasEnded,
            boolean isInitialized) {
        var counts = new PodPhase(pod);
        for (var container : pod.getSpec().getInitContainers()) {
            var status = find(container, init);
            if (PodFacts.isSidecar(container)) {
                counts.addSidecar(status);
            } else {
                counts.addInit(container, status);
            }
        }
        for (var container : pod.getSpec().getContainers()) {
            counts.add(container, find(container, ordinary));
        }
        return counts.phase(hasEnded, isInitialized);
    }

    private static Optional<ContainerStatus> find(
            Container container, List<ContainerStatus> statuses) {
        return statuses.stream()
                .filter(status -> status.getName().equals(container.getName()))
                .findFirst();
    }

    private void addInit(Container container, Optional<ContainerStatus> found) {
        var ended = found.flatMap(PodPhase::end);
        if (ended.isEmpty()) {
            pendingInit++;
        } else if (ended.get().getExitCode() != 0 && !isRestarted(container, ended.get())) {
            failedInit++;
        }
    }

    /// How the container ended, also when it waits to be started again.
    private static Optional<ContainerStateTerminated> end(ContainerStatus status) {
        var state = status.getState();
        if (state.getTerminated() != null) {
            return Optional.of(state.getTerminated());
        }
        return state.getWaiting() == null || status.getLastState() == null
                ? Optional.empty()
                : Optional.ofNullable(status.getLastState().getTerminated());
    }

    private boolean isRestarted(Container container, ContainerStateTerminated end) {
        return Restarts.isDueAfter(pod, container, end.getExitCode())
                || PodRestart.REASON.equals(end.getReason());
    }

    private void addSidecar(Optional<ContainerStatus> found) {
        if (found.isEmpty()) {
            unknown++;
        } else if (found.get().getState().getRunning() != null) {
            if (!Boolean.TRUE.equals(found.get().getStarted())) {
                pendingSidecars++;
            }
            running++;
        } else if (end(found.get()).isEmpty()) {
            pendingSidecars++;
            waiting++;
        }
        // an ended sidecar does not count
    }

    private void add(Container container, Optional<ContainerStatus> found) {
        if (found.isEmpty()) {
            unknown++;
            return;
        }
        var state = found.get().getState();
        var end = end(found.get());
        if (state.getRunning() != null) {
            running++;
        } else if (end.isPresent()) {
            stopped++;
            if (!isRestarted(container, end.get())) {
                stoppedForGood++;
            }
            if (state.getTerminated() != null && end.get().getExitCode() == 0) {
                succeeded++;
            }
        } else {
            waiting++;
        }
    }

    private String phase(boolean hasEnded, boolean isInitialized) {
        if (failedInit > 0) {
            return "Failed";
        }
        // sidecars that start again do not put an initialized pod back
        if (pendingInit > 0 || (pendingSidecars > 0 && !isInitialized) || waiting > 0) {
            return "Pending";
        }
        if (unknown > 0 || running + stopped == 0) {
            return "Pending";
        }
        if (running > 0) {
            return "Running";
        }
        boolean isOver = hasEnded && !PodFacts.isStatic(pod);
        if (!isOver && stopped != stoppedForGood) {
            return "Running";
        }
        return stopped == succeeded ? "Succeeded" : "Failed";
    }
}
