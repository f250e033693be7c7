package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Which run's log is read when somebody asks for that of a container, by what the pod's status
/// says of it (upstream: `validateContainerLogStatus`). Pure.
public sealed interface LogSource {

    /// @param containerId as the status has it, with the runtime's scheme before it
    record Run(String containerId) implements LogSource {}

    /// @param why for the client
    record None(String why) implements LogSource {}

    /// @param isPrevious the run before the one that the status calls its state: of a container
    ///   that waits to be started again that is the one that ended last
    static LogSource of(Pod pod, String container, boolean isPrevious) {
        var subject =
                "container \"%s\" in pod \"%s\" ".formatted(container, pod.getMetadata().getName());
        var found = status(pod, container);
        if (found.isEmpty()) {
            return new None(subject + "is not available");
        }
        var last = ended(found.get().getLastState());
        var state = found.get().getState();
        if (isPrevious) {
            return last != null && hasId(last)
                    ? new Run(last.getContainerID())
                    : new None("previous terminated " + subject + "not found");
        }
        if (state != null && state.getRunning() != null) {
            return new Run(found.get().getContainerID());
        }
        var now = ended(state);
        if (now != null && hasId(now)) {
            return new Run(now.getContainerID());
        }
        if (now != null || last != null) {
            return last != null && hasId(last)
                    ? new Run(last.getContainerID())
                    : new None(subject + "is terminated");
        }
        return new None(subject + whyWaiting(state));
    }

    private static Optional<ContainerStatus> status(Pod pod, String container) {
        var status = pod.getStatus();
        return status == null
                ? Optional.empty()
                : Stream.of(
                                status.getContainerStatuses(),
                                status.getInitContainerStatuses(),
                                status.getEphemeralContainerStatuses())
                        .flatMap(List::stream)
                        .filter(one -> one.getName().equals(container))
                        .findFirst();
    }

    private static @Nullable ContainerStateTerminated ended(@Nullable ContainerState state) {
        return state == null ? null : state.getTerminated();
    }

    private static boolean hasId(ContainerStateTerminated end) {
        return end.getContainerID() != null && !end.getContainerID().isEmpty();
    }

    private static String whyWaiting(@Nullable ContainerState state) {
        if (state == null || state.getWaiting() == null) {
            return "is waiting to start - no logs yet";
        }
        var reason = state.getWaiting().getReason();
        return "is waiting to start: "
                + switch (reason == null ? "" : reason) {
                    case "" -> "";
                    case "ErrImagePull" -> "image can't be pulled";
                    case "ImagePullBackOff" -> "trying and failing to pull image";
                    default -> reason;
                };
    }
}
