package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The conditions that a kubelet owns, with upstream's reasons and messages. Pure.
final class PodConditions {

    static final String SANDBOX = "PodReadyToStartContainers";
    static final String INITIALIZED = "Initialized";
    static final String READY = "Ready";
    static final String CONTAINERS_READY = "ContainersReady";
    static final String SCHEDULED = "PodScheduled";
    static final String DISRUPTION = "DisruptionTarget";

    private static final String SANDBOX_NOT_READY = "PodSandboxNotReady";

    /// What others own stays as the API server has it.
    static final Set<String> OWNED =
            Set.of(
                    SANDBOX,
                    INITIALIZED,
                    READY,
                    CONTAINERS_READY,
                    SCHEDULED,
                    PodRestart.CONDITION,
                    ResizeConditions.PENDING,
                    ResizeConditions.IN_PROGRESS);

    private PodConditions() {}

    /// Whether containers could be started now.
    static PodCondition sandbox(Pod pod, RuntimePod actual) {
        return PodSync.whyNewSandbox(pod, actual)
                .map(why -> condition(SANDBOX, false, SANDBOX_NOT_READY, why))
                .orElseGet(() -> condition(SANDBOX, true, null, null));
    }

    /// @param wasInitialized as the API server has it: a pod that restarts in place stays so
    static PodCondition initialized(
            Pod pod,
            List<ContainerStatus> init,
            List<ContainerStatus> ordinary,
            String phase,
            boolean wasInitialized) {
        if (init.isEmpty() && !pod.getSpec().getInitContainers().isEmpty()) {
            return condition(INITIALIZED, false, "UnknownContainerStatuses", null);
        }
        if (phase.equals("Succeeded")) {
            return condition(INITIALIZED, true, "PodCompleted", null);
        }
        boolean hasStarted =
                ordinary.stream()
                        .anyMatch(status ->
                                status.getState().getRunning() != null
                                        || status.getState().getTerminated() != null);
        if (hasStarted) {
            return condition(INITIALIZED, true, null, null);
        }
        var unknown = new ArrayList<String>();
        var incomplete = new ArrayList<String>();
        for (var container : pod.getSpec().getInitContainers()) {
            var status = find(container, init);
            if (status.isEmpty()) {
                unknown.add(container.getName());
            } else if (PodFacts.isSidecar(container)
                    ? !Boolean.TRUE.equals(status.get().getStarted())
                    : !Boolean.TRUE.equals(status.get().getReady())) {
                incomplete.add(container.getName());
            }
        }
        var message = message(unknown, "incomplete", incomplete);
        return message == null || wasInitialized
                ? condition(INITIALIZED, true, null, null)
                : condition(INITIALIZED, false, "ContainersNotInitialized", message);
    }

    static PodCondition containersReady(
            Pod pod, List<ContainerStatus> init, List<ContainerStatus> ordinary, String phase) {
        if (ordinary.isEmpty() && !pod.getSpec().getContainers().isEmpty()) {
            return condition(CONTAINERS_READY, false, "UnknownContainerStatuses", null);
        }
        if (phase.equals("Succeeded")) {
            return condition(CONTAINERS_READY, false, "PodCompleted", null);
        }
        if (phase.equals("Failed")) {
            return condition(CONTAINERS_READY, false, "PodFailed", null);
        }
        var unknown = new ArrayList<String>();
        var unready = new ArrayList<String>();
        for (var container : pod.getSpec().getInitContainers()) {
            if (PodFacts.isSidecar(container)) {
                addUnready(container, init, unknown, unready);
            }
        }
        for (var container : pod.getSpec().getContainers()) {
            addUnready(container, ordinary, unknown, unready);
        }
        var message = message(unknown, "unready", unready);
        return message == null
                ? condition(CONTAINERS_READY, true, null, null)
                : condition(CONTAINERS_READY, false, "ContainersNotReady", message);
    }

    /// Ready also asks what the pod's readiness gates name.
    static PodCondition ready(Pod pod, PodCondition containersReady, List<PodCondition> all) {
        if (!"True".equals(containersReady.getStatus())) {
            return condition(
                    READY, false, containersReady.getReason(), containersReady.getMessage());
        }
        var problems = new ArrayList<String>();
        for (var gate : pod.getSpec().getReadinessGates()) {
            var type = gate.getConditionType();
            var found = all.stream().filter(known -> known.getType().equals(type)).findFirst();
            if (found.isEmpty()) {
                problems.add(
                        "corresponding condition of pod readiness gate \"%s\" does not exist."
                                .formatted(type));
            } else if (!"True".equals(found.get().getStatus())) {
                problems.add(
                        "the status of pod readiness gate \"%s\" is not \"True\", but %s"
                                .formatted(type, found.get().getStatus()));
            }
        }
        return problems.isEmpty()
                ? condition(READY, true, null, null)
                : condition(READY, false, "ReadinessGatesNotReady", String.join(", ", problems));
    }

    /// Whether all containers are being removed so that the pod begins anew.
    static PodCondition restarting(Pod pod, RuntimePod actual, PodStatus old, String phase) {
        return switch (phase) {
            case "Succeeded" -> condition(PodRestart.CONDITION, false, "PodCompleted", null);
            case "Failed" -> condition(PodRestart.CONDITION, false, "PodFailed", null);
            default ->
                    PodRestart.isDue(pod, actual, old) && !PodRestart.isCleanedUp(pod, actual)
                            ? condition(
                                    PodRestart.CONDITION,
                                    true,
                                    "RestartAllContainersStarted",
                                    "container exited with restart policy rule")
                            : condition(PodRestart.CONDITION, false, null, null);
        };
    }

    static PodCondition condition(
            String type, boolean isTrue, @Nullable String reason, @Nullable String message) {
        var condition = new PodCondition();
        condition.setType(type);
        condition.setStatus(isTrue ? "True" : "False");
        condition.setReason(reason);
        condition.setMessage(message);
        return condition;
    }

    private static void addUnready(
            Container container,
            List<ContainerStatus> statuses,
            List<String> unknown,
            List<String> unready) {
        var status = find(container, statuses);
        if (status.isEmpty()) {
            unknown.add(container.getName());
        } else if (!Boolean.TRUE.equals(status.get().getReady())) {
            unready.add(container.getName());
        }
    }

    private static Optional<ContainerStatus> find(
            Container container, List<ContainerStatus> statuses) {
        return statuses.stream()
                .filter(status -> status.getName().equals(container.getName()))
                .findFirst();
    }

    private static @Nullable String message(
            List<String> unknown, String word, List<String> others) {
        var parts = new ArrayList<String>();
        if (!unknown.isEmpty()) {
            parts.add("containers with unknown status: [" + String.join(" ", unknown) + "]");
        }
        if (!others.isEmpty()) {
            parts.add("containers with " + word + " status: [" + String.join(" ", others) + "]");
        }
        return parts.isEmpty() ? null : String.join(", ", parts);
    }
}
