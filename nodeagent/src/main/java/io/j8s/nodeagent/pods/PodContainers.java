package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.ContainerStatus;
import io.j8s.nodeagent.core.Backoff;
import io.j8s.nodeagent.core.ConfigException;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodSync;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.core.StartFailures;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.probes.LifecycleHooks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Starts the containers that a plan names, in their order: each when its back-off is over, with
/// its hook after it, and notes why one could not be started. Used by the pod's worker only.
final class PodContainers {

    private static final Duration HOOK_LIMIT = Duration.ofMinutes(2);

    private final PodTools tools;
    private final StartFailures failures;
    private final PodStopper stopper;
    private final PodResizer resizer;

    PodContainers(PodTools tools, StartFailures failures, PodStopper stopper, PodResizer resizer) {
        this.tools = tools;
        this.failures = failures;
        this.stopper = stopper;
        this.resizer = resizer;
    }

    /// @return how long to wait without news
    Duration startAll(
            Pod pod,
            RuntimePod actual,
            PodSync.Plan plan,
            ContainerStarter starter,
            ContainerStarter.Sandbox sandbox)
            throws InterruptedException, CriException {
        starter.ensureImageVolumes();
        var wait = PodWorker.RESYNC;
        for (var container : plan.ephemeral()) {
            wait = min(wait, start(pod, container, actual, starter, sandbox));
        }
        for (var container : plan.init()) {
            var next = start(pod, container, actual, starter, sandbox);
            wait = min(wait, next);
            if (failures.of(container.getName()).isPresent() && !PodFacts.isSidecar(container)) {
                return wait; // those after it wait for it
            }
        }
        for (var container : plan.start()) {
            wait = min(wait, start(pod, container, actual, starter, sandbox));
        }
        return wait;
    }

    private Duration start(
            Pod pod,
            Container container,
            RuntimePod actual,
            ContainerStarter starter,
            ContainerStarter.Sandbox sandbox)
            throws InterruptedException, CriException {
        var waiting = backoff(pod, container, actual);
        if (waiting.isPresent()) {
            return waiting.get();
        }
        try {
            var id = starter.start(container, actual);
            failures.clear(container.getName());
            resizer.started(container);
            removeOlderRuns(container, actual);
            runPostStart(pod, container, id, sandbox);
            return PodWorker.RESYNC; // the worker looks at it once more in any case
        } catch (ConfigException e) {
            failures.put(
                    container.getName(),
                    new StartFailures.Failure(
                            e.reason(), e.getMessage() == null ? "" : e.getMessage()));
            return PodWorker.RETRY;
        }
    }

    /// Whether the container ended so short a time ago that it has to wait, and how long.
    private Optional<Duration> backoff(Pod pod, Container container, RuntimePod actual) {
        var ended = actual.container(container.getName()).filter(RuntimePod::hasExited);
        if (ended.isEmpty()) {
            return Optional.empty();
        }
        var key = PodFacts.uid(pod) + "_" + container.getName() + "_" + container.getImage();
        var since =
                Instant.ofEpochSecond(
                        0, Math.max(ended.get().getFinishedAt(), ended.get().getStartedAt()));
        var now = tools.timers().now();
        var crashes = tools.crashes();
        if (!crashes.isWaiting(key, since, now)) {
            crashes.next(key, since, now);
            return Optional.empty();
        }
        var message =
                "back-off %s restarting failed container=%s pod=%s"
                        .formatted(
                                Backoff.inMessages(crashes.delay(key)),
                                container.getName(),
                                PodFacts.inMessages(pod));
        failures.put(container.getName(), new StartFailures.Failure("CrashLoopBackOff", message));
        tools.events()
                .warning(
                        PodFacts.containerReference(pod, container.getName()),
                        "BackOff",
                        "Back-off restarting failed container %s in pod %s"
                                .formatted(container.getName(), PodFacts.inMessages(pod)));
        return Optional.of(Duration.between(now, crashes.end(key, since)).plusMillis(10));
    }

    /// One ended run of each container is kept, for its logs and the last state.
    private void removeOlderRuns(Container container, RuntimePod actual) throws CriException {
        var old =
                actual.containers().stream()
                        .filter(status -> RuntimePod.nameOf(status).equals(container.getName()))
                        .filter(status -> !RuntimePod.isRunning(status))
                        .skip(1)
                        .toList();
        for (var status : old) {
            tools.runtime().removeContainer(status.getId());
            deleteLog(status);
        }
    }

    private static void deleteLog(ContainerStatus status) {
        try {
            Files.deleteIfExists(Path.of(status.getLogPath()));
        } catch (IOException e) {
            return; // goes with the pod's directory
        }
    }

    private void runPostStart(
            Pod pod, Container container, String id, ContainerStarter.Sandbox sandbox)
            throws InterruptedException, ConfigException, CriException {
        var hook =
                container.getLifecycle() == null ? null : container.getLifecycle().getPostStart();
        if (hook == null) {
            return;
        }
        try {
            var ip = sandbox.downward().podIps().stream().findFirst().orElse("");
            LifecycleHooks.run(
                    tools.runtime(), tools.timers(), pod, container, hook, id, ip, HOOK_LIMIT);
        } catch (IOException e) {
            tools.events()
                    .warning(
                            PodFacts.containerReference(pod, container.getName()),
                            "FailedPostStartHook",
                            "PostStartHook failed");
            var status = tools.runtime().containerStatus(id);
            if (RuntimePod.isRunning(status)) {
                stopper.stop(pod, status, PodStopper.grace(pod), "FailedPostStartHook", "");
            }
            throw new ConfigException("PostStartHookError", e.getMessage());
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
