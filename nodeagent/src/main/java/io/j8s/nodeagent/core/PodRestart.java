package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/// The restart of a whole pod in place, which a container's end asks for by a rule with the action
/// `RestartAllContainers`: every container is removed, the sandbox and the volumes stay, and the
/// pod begins anew with its init containers. Pure. upstream: ShouldAllContainersRestart
public final class PodRestart {

    /// Of the ends that stand for what was removed.
    public static final String REASON = "RestartingAllContainers";

    static final String CONDITION = "AllContainersRestarting";
    static final String MESSAGE = "The container is removed because RestartAllContainers in place";
    static final int EXIT_CODE = 137;

    /// A run to remove, after having been killed when it still runs.
    public record Removal(String containerId, String name, boolean isRunning) {}

    private PodRestart() {}

    /// Whether the pod is to restart, or is at it.
    static boolean isDue(Pod pod, RuntimePod actual, PodStatus old) {
        if (!Restarts.couldRestartAll(pod)) {
            return false;
        }
        if (isTold(old)) {
            return true;
        }
        var statuses = new HashMap<String, ContainerStatus>();
        old.getInitContainerStatuses().forEach(known -> statuses.put(known.getName(), known));
        old.getContainerStatuses().forEach(known -> statuses.put(known.getName(), known));
        for (var container : PodFacts.initAndOrdinary(pod)) {
            var newest = actual.container(container.getName()).filter(RuntimePod::hasExited);
            if (newest.isEmpty()) {
                continue; // it runs again already, or is gone
            }
            var told = statuses.get(container.getName());
            var end = told == null || told.getState() == null ? null : told.getState();
            if (Restarts.restartsAll(container, newest.get().getExitCode())
                    || (end != null
                            && end.getTerminated() != null
                            && Restarts.restartsAll(
                                    container, end.getTerminated().getExitCode()))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isTold(PodStatus status) {
        return status.getConditions().stream()
                .anyMatch(condition ->
                        condition.getType().equals(CONDITION)
                                && "True".equals(condition.getStatus()));
    }

    /// Whether the pod's status says that its containers are to be removed now.
    public static boolean isUnderWay(Pod pod) {
        return pod.getStatus() != null && isTold(pod.getStatus());
    }

    static boolean isCleanedUp(Pod pod, RuntimePod actual) {
        return PodFacts.initAndOrdinary(pod).stream()
                .allMatch(container -> actual.container(container.getName()).isEmpty());
    }

    /// Every run of the pod: ordinary containers before init containers, and those whose end asked
    /// for the restart last, so that an agent that dies in the middle still knows of it.
    public static List<Removal> removals(Pod pod, RuntimePod actual) {
        var sources = new ArrayList<Removal>();
        var others = new ArrayList<Removal>();
        var containers = new ArrayList<>(pod.getSpec().getContainers());
        containers.addAll(pod.getSpec().getInitContainers());
        for (var container : containers) {
            for (var run : actual.containers()) {
                if (!RuntimePod.nameOf(run).equals(container.getName())) {
                    continue;
                }
                boolean hasExited = RuntimePod.hasExited(run);
                var removal = new Removal(run.getId(), container.getName(), !hasExited);
                if (hasExited && Restarts.restartsAll(container, run.getExitCode())) {
                    sources.add(removal);
                } else {
                    others.add(removal);
                }
            }
        }
        others.addAll(sources);
        return others;
    }
}
