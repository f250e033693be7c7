package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceRequirements;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is to be done so that running containers have what their pod was promised. Pure. upstream:
/// computePodResizeAction. Only processor time and memory can change while a container runs.
public final class PodResize {

    private static final List<String> RESIZABLE = List.of("cpu", "memory");

    /// A running container whose limits the runtime is to change.
    public record Update(String containerId, Container container) {}

    private PodResize() {}

    /// Whether this container has to run anew to get what it was promised.
    static boolean needsRestart(Pod pod, Container container, Allocation actuated) {
        var wanted = PodResources.effective(pod.getSpec().getResources(), container.getResources());
        var before = before(container, actuated);
        for (var resource : RESIZABLE) {
            if (isDifferent(wanted, before, resource) && restartsFor(container, resource)) {
                return true;
            }
        }
        return false;
    }

    /// @param pod with the resources it was promised
    /// @param actuated what the runtime was told last
    public static List<Update> updates(Pod pod, RuntimePod actual, Allocation actuated) {
        var updates = new ArrayList<Update>();
        for (var container : allOf(pod)) {
            runningId(container, actual)
                    .filter(_ -> isDifferent(pod, container, actuated))
                    .filter(_ -> !needsRestart(pod, container, actuated))
                    .ifPresent(id -> updates.add(new Update(id, container)));
        }
        return updates;
    }

    /// upstream: IsPodResizeInProgress
    public static boolean isInProgress(Pod pod, RuntimePod actual, Allocation actuated) {
        boolean isAnyBehind =
                allOf(pod).stream()
                        .filter(container -> runningId(container, actual).isPresent())
                        .anyMatch(container -> isDifferent(pod, container, actuated));
        return isAnyBehind || isPodBehind(pod, actuated);
    }

    /// Whether the pod's own figures, apart from its containers', were not told yet.
    public static boolean isPodBehind(Pod pod, Allocation actuated) {
        var own = pod.getSpec().getResources();
        return own != null
                && RESIZABLE.stream()
                        .anyMatch(resource -> isDifferent(own, actuated.pod(), resource));
    }

    private static Optional<String> runningId(Container container, RuntimePod actual) {
        return actual.container(container.getName())
                .filter(RuntimePod::isRunning)
                .map(status -> status.getId());
    }

    private static boolean isDifferent(Pod pod, Container container, Allocation actuated) {
        var wanted = PodResources.effective(pod.getSpec().getResources(), container.getResources());
        var before = before(container, actuated);
        return RESIZABLE.stream().anyMatch(resource -> isDifferent(wanted, before, resource));
    }

    private static ResourceRequirements before(Container container, Allocation actuated) {
        return PodResources.effective(
                actuated.pod(), actuated.of(container.getName()).orElse(null));
    }

    private static boolean isDifferent(
            @Nullable ResourceRequirements wanted,
            @Nullable ResourceRequirements before,
            String resource) {
        return amount(wanted, true, resource) != amount(before, true, resource)
                || amount(wanted, false, resource) != amount(before, false, resource);
    }

    private static long amount(
            @Nullable ResourceRequirements resources, boolean isLimit, String resource) {
        if (resources == null) {
            return 0;
        }
        Map<String, io.fabric8.kubernetes.api.model.Quantity> amounts =
                isLimit ? resources.getLimits() : resources.getRequests();
        return resource.equals("cpu")
                ? PodResources.milli(amounts, resource)
                : PodResources.bytes(amounts, resource);
    }

    /// Without a policy a resource changes in place.
    private static boolean restartsFor(Container container, String resource) {
        return container.getResizePolicy().stream()
                .filter(policy -> resource.equals(policy.getResourceName()))
                .findFirst()
                .filter(policy -> "RestartContainer".equals(policy.getRestartPolicy()))
                .isPresent();
    }

    private static List<Container> allOf(Pod pod) {
        var all = new ArrayList<>(pod.getSpec().getInitContainers());
        all.addAll(pod.getSpec().getContainers());
        return all;
    }
}
