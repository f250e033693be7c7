package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountStatusBuilder;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/// `containerStatuses`, `initContainerStatuses` and `ephemeralContainerStatuses` of a pod, made of
/// what the runtime has and what the API server was told before. Pure. upstream:
/// convertToAPIContainerStatuses.
final class ContainerStatuses {

    enum Group {
        INIT,
        ORDINARY,
        EPHEMERAL
    }

    private final Pod pod;
    private final RuntimePod actual;
    private final StartFailures failures;
    private final ProbeState probes;
    private final Allocation actuated;
    private final String runtimeName;
    private final boolean isRestarting;

    /// @param isRestarting the whole pod restarts in place
    ContainerStatuses(
            Pod pod,
            RuntimePod actual,
            StartFailures failures,
            ProbeState probes,
            Allocation actuated,
            String runtimeName,
            boolean isRestarting) {
        this.isRestarting = isRestarting;
        this.pod = pod;
        this.actual = actual;
        this.failures = failures;
        this.probes = probes;
        this.actuated = actuated;
        this.runtimeName = runtimeName;
    }

    /// @param old what the API server has
    List<ContainerStatus> of(Group group, List<Container> containers, List<ContainerStatus> old) {
        var olds = new HashMap<String, ContainerStatus>();
        old.forEach(status -> olds.put(status.getName(), status));
        var statuses = new ArrayList<ContainerStatus>();
        for (var container : containers) {
            statuses.add(of(group, container, olds.get(container.getName())));
        }
        if (group != Group.INIT) {
            statuses.sort(Comparator.comparing(ContainerStatus::getName)); // as upstream sorts them
        }
        return statuses;
    }

    private ContainerStatus of(Group group, Container container, @Nullable ContainerStatus old) {
        var runs =
                actual.containers().stream()
                        .filter(run -> RuntimePod.nameOf(run).equals(container.getName()))
                        .limit(2)
                        .toList();
        ContainerStatus status;
        if (runs.isEmpty()) {
            status = withoutRun(group, container, old);
        } else {
            status = converted(container, runs.getFirst(), old);
            status.setLastState(runs.size() > 1 ? state(runs.get(1), old) : lastState(status, old));
        }
        applyWaiting(group, container, status);
        applyProbes(group, container, status, old);
        return status;
    }

    /// The earlier end is remembered also after the runtime forgot that container.
    private static ContainerState lastState(ContainerStatus status, @Nullable ContainerStatus old) {
        if (old == null) {
            return new ContainerState();
        }
        boolean isAnotherRun =
                !java.util.Objects.equals(old.getContainerID(), status.getContainerID());
        if (isAnotherRun && old.getState() != null && old.getState().getTerminated() != null) {
            return old.getState();
        }
        return old.getLastState() == null ? new ContainerState() : old.getLastState();
    }

    /// What the runtime was made to forget still counts.
    private static int restarts(io.j8s.cri.v1.ContainerStatus run, @Nullable ContainerStatus old) {
        int ofRun = run.getMetadata().getAttempt();
        if (old == null || old.getRestartCount() == null) {
            return ofRun;
        }
        boolean isNewRunAfterAnEnd =
                RuntimePod.isRunning(run)
                        && old.getState() != null
                        && old.getState().getTerminated() != null;
        return isNewRunAfterAnEnd && old.getRestartCount() >= ofRun
                ? old.getRestartCount() + 1
                : Math.max(ofRun, old.getRestartCount());
    }

    /// Nothing of the container is in the runtime: not started yet, or its remains were removed.
    private ContainerStatus withoutRun(
            Group group, Container container, @Nullable ContainerStatus old) {
        boolean wasSeen =
                old != null && old.getState() != null && old.getState().getWaiting() == null;
        if (old != null && wasSeen && isRestarting) {
            return removed(container, old);
        }
        if (old != null && wasSeen && old.getState().getTerminated() != null) {
            return new ContainerStatusBuilder(old).build();
        }
        boolean waitsForInit = !pod.getSpec().getInitContainers().isEmpty();
        var builder =
                new ContainerStatusBuilder()
                        .withName(container.getName())
                        .withImage(container.getImage())
                        .withImageID("")
                        .withRestartCount(old == null ? 0 : old.getRestartCount())
                        .withLastState(
                                old == null || old.getLastState() == null
                                        ? new ContainerState()
                                        : old.getLastState())
                        .withState(
                                waiting(
                                        waitsForInit ? "PodInitializing" : "ContainerCreating",
                                        null));
        addMounts(container, builder);
        boolean isPastInit =
                group == Group.INIT
                        && !PodFacts.isSidecar(container)
                        && PodSync.hasAnyContainerStarted(pod, actual);
        if (isPastInit) {
            builder.withState(
                    unseenEnd(
                            "Completed",
                            0,
                            "Unable to get init container status from container runtime and pod"
                                    + " has been initialized, treat it as exited normally"));
        } else if (old != null
                && old.getState() != null
                && old.getState().getRunning() != null
                && (old.getLastState() == null || old.getLastState().getTerminated() == null)) {
            // it was running and is gone: waiting alone would put the pod back to Pending
            builder.withLastState(
                    unseenEnd(
                            "ContainerStatusUnknown",
                            137,
                            "The container could not be located when the pod was deleted.  The"
                                    + " container used to be Running"));
            if (!PodFacts.isBeingDeleted(pod)) {
                builder.withRestartCount(old.getRestartCount() + 1);
            }
        }
        return builder.build();
    }

    private static ContainerStatus removed(Container container, ContainerStatus old) {
        var base =
                old.getState().getTerminated() != null
                        ? new ContainerStatusBuilder(old)
                        : new ContainerStatusBuilder()
                                .withName(container.getName())
                                .withImage(container.getImage())
                                .withImageID("")
                                .withVolumeMounts(old.getVolumeMounts());
        return base.withState(waiting(PodRestart.REASON, PodRestart.MESSAGE))
                .withLastState(
                        unseenEnd(PodRestart.REASON, PodRestart.EXIT_CODE, PodRestart.MESSAGE))
                .withRestartCount(old.getRestartCount() + 1)
                .build();
    }

    private static ContainerState unseenEnd(String reason, int exitCode, String message) {
        return new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(exitCode)
                .withReason(reason)
                .withMessage(message)
                .endTerminated()
                .build();
    }

    private ContainerStatus converted(
            Container container, io.j8s.cri.v1.ContainerStatus run, @Nullable ContainerStatus old) {
        var builder =
                new ContainerStatusBuilder()
                        .withName(container.getName())
                        .withRestartCount(restarts(run, old))
                        .withImage(run.getImage().getImage())
                        .withImageID(run.getImageRef())
                        .withContainerID(runtimeName + "://" + run.getId())
                        .withState(state(run, old));
        addResources(container, RuntimePod.isRunning(run), builder);
        addMounts(container, builder);
        if (run.hasUser() && run.getUser().hasLinux()) {
            var user = run.getUser().getLinux();
            builder.withNewUser()
                    .withNewLinux()
                    .withUid(user.getUid())
                    .withGid(user.getGid())
                    .withSupplementalGroups(user.getSupplementalGroupsList())
                    .endLinux()
                    .endUser();
        }
        return builder.build();
    }

    /// What it was promised, and what it has: until a change has reached a running container they
    /// differ.
    private void addResources(
            Container container, boolean isRunning, ContainerStatusBuilder builder) {
        var promised = container.getResources();
        if (promised != null
                && promised.getRequests() != null
                && !promised.getRequests().isEmpty()) {
            builder.withAllocatedResources(promised.getRequests());
        }
        var has = isRunning ? actuated.of(container.getName()).orElse(promised) : promised;
        builder.withResources(
                has == null
                        ? new ResourceRequirements()
                        : new ResourceRequirementsBuilder()
                                .withRequests(has.getRequests())
                                .withLimits(has.getLimits())
                                .build());
    }

    private static void addMounts(Container container, ContainerStatusBuilder builder) {
        for (var mount : container.getVolumeMounts()) {
            boolean isReadOnly = Boolean.TRUE.equals(mount.getReadOnly());
            builder.addToVolumeMounts(
                    new VolumeMountStatusBuilder()
                            .withName(mount.getName())
                            .withMountPath(mount.getMountPath())
                            .withReadOnly(isReadOnly ? true : null)
                            .withRecursiveReadOnly(isReadOnly ? "Disabled" : null)
                            .build());
        }
    }

    private ContainerState state(io.j8s.cri.v1.ContainerStatus run, @Nullable ContainerStatus old) {
        return switch (run.getState()) {
            case CONTAINER_RUNNING ->
                    new ContainerStateBuilder()
                            .withNewRunning()
                            .withStartedAt(Times.ofNanos(run.getStartedAt()))
                            .endRunning()
                            .build();
            case CONTAINER_EXITED -> terminated(run);
            case CONTAINER_UNKNOWN ->
                    old != null && old.getState() != null && old.getState().getRunning() != null
                            ? new ContainerStateBuilder()
                                    .withNewTerminated()
                                    .withContainerID(runtimeName + "://" + run.getId())
                                    .withExitCode(137)
                                    .withReason("ContainerStatusUnknown")
                                    .withMessage(
                                            "The container could not be located when the pod was"
                                                    + " terminated")
                                    .endTerminated()
                                    .build()
                            : waiting("", null);
            default -> waiting("", null);
        };
    }

    private ContainerState terminated(io.j8s.cri.v1.ContainerStatus run) {
        return new ContainerStateBuilder()
                .withNewTerminated()
                .withContainerID(runtimeName + "://" + run.getId())
                .withExitCode(run.getExitCode())
                .withReason(run.getReason().isEmpty() ? null : run.getReason())
                .withMessage(run.getMessage().isEmpty() ? null : run.getMessage())
                .withStartedAt(Times.ofNanos(run.getStartedAt()))
                .withFinishedAt(
                        // containerd can report an end a millisecond before the start
                        Times.ofNanos(Math.max(run.getStartedAt(), run.getFinishedAt())))
                .endTerminated()
                .build();
    }

    /// A container that is to be started again and could not be is waiting, and its last end moves
    /// to `lastState`.
    private void applyWaiting(Group group, Container container, ContainerStatus status) {
        var newest = actual.container(container.getName());
        if (group == Group.EPHEMERAL && newest.isPresent()) {
            return; // runs once
        }
        if (group == Group.INIT
                && !PodFacts.isSidecar(container)
                && newest.filter(run -> RuntimePod.hasExited(run) && run.getExitCode() == 0)
                        .isPresent()) {
            return;
        }
        if (!Restarts.isDue(pod, container, newest)) {
            return;
        }
        Optional<StartFailures.Failure> failure = failures.of(container.getName());
        if (failure.isEmpty()) {
            return; // it starts at once; its end is more telling than "waiting"
        }
        if (status.getState() != null && status.getState().getTerminated() != null) {
            status.setLastState(status.getState());
        }
        status.setState(waiting(failure.get().reason(), failure.get().message()));
    }

    /// upstream: prober.UpdatePodStatus
    private void applyProbes(
            Group group,
            Container container,
            ContainerStatus status,
            @Nullable ContainerStatus old) {
        boolean isRunning = status.getState() != null && status.getState().getRunning() != null;
        var id = id(status);
        if (group == Group.EPHEMERAL) {
            status.setReady(false);
            return;
        }
        boolean isStarted =
                isRunning
                        && (container.getStartupProbe() == null
                                || probes.startup(id) == ProbeState.Result.SUCCESS);
        status.setStarted(isStarted);
        if (group == Group.INIT && !PodFacts.isSidecar(container)) {
            var ended = status.getState() == null ? null : status.getState().getTerminated();
            status.setReady(ended != null && ended.getExitCode() == 0);
            return;
        }
        boolean isReady =
                isStarted
                        && (container.getReadinessProbe() == null
                                || switch (probes.readiness(id)) {
                                    case SUCCESS -> true;
                                    case FAILURE -> false;
                                    case UNKNOWN -> wasReady(status, old);
                                });
        status.setReady(isReady);
    }

    /// A container that the agent has only found again is as ready as it was until it is asked.
    private static boolean wasReady(ContainerStatus status, @Nullable ContainerStatus old) {
        return old != null
                && Boolean.TRUE.equals(old.getReady())
                && java.util.Objects.equals(old.getContainerID(), status.getContainerID());
    }

    private static String id(ContainerStatus status) {
        var id = status.getContainerID();
        return id == null ? "" : id.substring(id.indexOf("://") + 3);
    }

    private static ContainerState waiting(String reason, @Nullable String message) {
        return new ContainerStateBuilder()
                .withNewWaiting()
                .withReason(reason.isEmpty() ? null : reason)
                .withMessage(message)
                .endWaiting()
                .build();
    }
}
