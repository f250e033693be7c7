package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.j8s.apiserver.registry.Column;
import io.j8s.machinery.quantity.Timestamps;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The table of pods (upstream: `printPod`).
final class PodColumns {

    private PodColumns() {}

    static List<Column<Pod>> all() {
        return List.of(
                Column.text(
                        "Ready",
                        "Containers that are ready, of all that should run",
                        pod -> Summary.of(pod).ready()),
                Column.text(
                        "Status",
                        "What the pod is doing, or what is wrong with it",
                        pod -> Summary.of(pod).reason()),
                new Column<>(
                        "Restarts",
                        "string",
                        "",
                        "How often containers were restarted, and when last",
                        0,
                        (pod, now) -> Summary.of(pod).restartsText(now)),
                Column.age(),
                Column.wide("IP", "Address of the pod", PodColumns::ip),
                Column.wide(
                        "Node",
                        "Node that the pod is bound to",
                        pod -> Column.orNone(pod.getSpec().getNodeName())),
                Column.wide(
                        "Nominated Node",
                        "Node that preemption makes room on",
                        pod -> Column.orNone(pod.getStatus().getNominatedNodeName())),
                Column.wide(
                        "Readiness Gates",
                        "Readiness gates that are open, of all",
                        PodColumns::readinessGates));
    }

    private static String ip(Pod pod) {
        return Column.orNone(pod.getStatus().getPodIP());
    }

    private static String readinessGates(Pod pod) {
        var gates = pod.getSpec().getReadinessGates();
        if (gates.isEmpty()) {
            return "<none>";
        }
        long open =
                gates.stream()
                        .filter(gate -> isTrue(pod.getStatus(), gate.getConditionType()))
                        .count();
        return open + "/" + gates.size();
    }

    private static boolean isTrue(PodStatus status, String condition) {
        return status.getConditions().stream()
                .anyMatch(c -> c.getType().equals(condition) && c.getStatus().equals("True"));
    }

    /// What the status column is made of. Containers are looked at in upstream's order, because the
    /// last reason wins.
    private static final class Summary {
        private String reason;
        private int ready;
        private int total;
        private int restarts;
        private int sidecarRestarts;
        private @Nullable Instant lastRestart;
        private @Nullable Instant lastSidecarRestart;

        private Summary(String reason) {
            this.reason = reason;
        }

        static Summary of(Pod pod) {
            var status = pod.getStatus();
            boolean hasReason = status.getReason() != null && !status.getReason().isEmpty();
            var summary =
                    new Summary(
                            hasReason
                                    ? status.getReason()
                                    : Optional.ofNullable(status.getPhase()).orElse(""));
            boolean gated =
                    status.getConditions().stream()
                            .anyMatch(c ->
                                    c.getType().equals("PodScheduled")
                                            && "SchedulingGated".equals(c.getReason()));
            if (gated) {
                summary.reason = "SchedulingGated";
            }
            var containers = pod.getSpec().getContainers(); // null is how Go writes none
            summary.total = containers == null ? 0 : containers.size();
            boolean initializing = summary.lookAtInitContainers(pod);
            if (!initializing || isTrue(status, "Initialized")) {
                summary.lookAtContainers(status);
            }
            summary.lookAtDeletion(pod);
            return summary;
        }

        private boolean lookAtInitContainers(Pod pod) {
            Map<String, Container> specs = new HashMap<>();
            for (Container container : pod.getSpec().getInitContainers()) {
                specs.put(container.getName(), container);
                if (isSidecar(container)) {
                    total++;
                }
            }
            var statuses = pod.getStatus().getInitContainerStatuses();
            for (int i = 0; i < statuses.size(); i++) {
                var status = statuses.get(i);
                var spec = specs.get(status.getName());
                boolean sidecar = spec != null && isSidecar(spec);
                count(status, sidecar);
                var terminated = state(status).map(ContainerState::getTerminated).orElse(null);
                if (terminated != null && code(terminated) == 0) {
                    continue;
                }
                if (sidecar && Boolean.TRUE.equals(status.getStarted())) {
                    if (Boolean.TRUE.equals(status.getReady())) {
                        ready++;
                    }
                    continue;
                }
                reason = "Init:" + initReason(status, i, pod.getSpec().getInitContainers().size());
                return true;
            }
            return false;
        }

        private void count(ContainerStatus status, boolean sidecar) {
            int count = Optional.ofNullable(status.getRestartCount()).orElse(0);
            restarts += count;
            lastRestart = later(lastRestart, status);
            if (sidecar) {
                sidecarRestarts += count;
                lastSidecarRestart = later(lastSidecarRestart, status);
            }
        }

        private static String initReason(ContainerStatus status, int index, int count) {
            var state = state(status);
            var terminated = state.map(ContainerState::getTerminated);
            if (terminated.isPresent()) {
                return exitReason(terminated.get());
            }
            String waiting =
                    state.map(ContainerState::getWaiting).map(w -> w.getReason()).orElse("");
            boolean telling = !waiting.isEmpty() && !waiting.equals("PodInitializing");
            return telling ? waiting : index + "/" + count;
        }

        private void lookAtContainers(PodStatus status) {
            restarts = sidecarRestarts;
            lastRestart = lastSidecarRestart;
            boolean hasRunning = false;
            for (var container : status.getContainerStatuses().reversed()) {
                count(container, false);
                var state = state(container);
                String waiting =
                        state.map(ContainerState::getWaiting).map(w -> w.getReason()).orElse("");
                var terminated = state.map(ContainerState::getTerminated);
                if (!waiting.isEmpty()) {
                    reason = waiting;
                } else if (terminated.isPresent()) {
                    reason = exitReason(terminated.get());
                } else if (Boolean.TRUE.equals(container.getReady())
                        && state.map(ContainerState::getRunning).isPresent()) {
                    hasRunning = true;
                    ready++;
                }
            }
            if (reason.equals("Completed") && hasRunning) {
                reason = isTrue(status, "Ready") ? "Running" : "NotReady";
            }
        }

        private void lookAtDeletion(Pod pod) {
            if (pod.getMetadata().getDeletionTimestamp() == null) {
                return;
            }
            String phase = Optional.ofNullable(pod.getStatus().getPhase()).orElse("");
            if ("NodeLost".equals(pod.getStatus().getReason())) {
                reason = "Unknown";
            } else if (!phase.equals("Failed") && !phase.equals("Succeeded")) {
                reason = "Terminating";
            }
        }

        String reason() {
            return reason;
        }

        String ready() {
            return ready + "/" + total;
        }

        String restartsText(Instant now) {
            Instant last = lastRestart;
            return restarts == 0 || last == null
                    ? Integer.toString(restarts)
                    : restarts + " (" + Timestamps.age(Duration.between(last, now)) + " ago)";
        }

        private static String exitReason(ContainerStateTerminated terminated) {
            String reason = terminated.getReason();
            if (reason != null && !reason.isEmpty()) {
                return reason;
            }
            int signal = Optional.ofNullable(terminated.getSignal()).orElse(0);
            return signal != 0 ? "Signal:" + signal : "ExitCode:" + code(terminated);
        }

        private static int code(ContainerStateTerminated terminated) {
            return Optional.ofNullable(terminated.getExitCode()).orElse(0);
        }

        private static Optional<ContainerState> state(ContainerStatus status) {
            return Optional.ofNullable(status.getState());
        }

        private static boolean isSidecar(Container container) {
            return "Always".equals(container.getRestartPolicy());
        }

        private static @Nullable Instant later(@Nullable Instant known, ContainerStatus status) {
            var finished =
                    Optional.ofNullable(status.getLastState())
                            .map(ContainerState::getTerminated)
                            .map(ContainerStateTerminated::getFinishedAt)
                            .flatMap(Timestamps::parse)
                            .orElse(null);
            return finished != null && (known == null || finished.isAfter(known))
                    ? finished
                    : known;
        }
    }
}
