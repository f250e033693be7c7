package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.ContainerStatus;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.probes.LifecycleHooks;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/// Stops containers: hook, SIGTERM, grace period, SIGKILL by the runtime. All hooks of a pod run
/// together; ordinary containers get their signal first, sidecars in the order of
/// [TerminationOrder].
final class PodStopper {

    private static final Logger log = LoggerFactory.getLogger(PodStopper.class);
    private static final Duration GRACE_MIN =
            Duration.ofSeconds(2); // upstream: minimumGracePeriodInSeconds
    private static final Duration GRACE_DEFAULT = Duration.ofSeconds(30);

    private final PodTools tools;

    PodStopper(PodTools tools) {
        this.tools = tools;
    }

    /// What a pod has from the wish to end until it is killed.
    static Duration grace(Pod pod) {
        var deletion = pod.getMetadata().getDeletionGracePeriodSeconds();
        if (deletion != null) {
            return Duration.ofSeconds(deletion);
        }
        var spec = pod.getSpec() == null ? null : pod.getSpec().getTerminationGracePeriodSeconds();
        return spec == null ? GRACE_DEFAULT : Duration.ofSeconds(spec);
    }

    /// Returns when all containers have ended. Every hook runs at once; the signals come in order.
    ///
    /// @throws CriException when one could not be stopped; to be tried again
    void stopAll(Pod pod, RuntimePod actual, Duration grace, String podIp)
            throws CriException, InterruptedException {
        var running = actual.containers().stream().filter(RuntimePod::isRunning).toList();
        var order =
                new TerminationOrder(
                        pod, running.stream().map(RuntimePod::nameOf).collect(Collectors.toSet()));
        var calls = new ArrayList<Future<Void>>();
        for (var status : running) {
            var message = "Stopping container " + RuntimePod.nameOf(status);
            Callable<Void> call =
                    () -> {
                        stop(pod, status, grace, message, podIp, order);
                        return null;
                    };
            calls.add(tools.threads().submit(call));
        }
        for (var call : calls) {
            await(call);
        }
    }

    private static void await(Future<Void> call) throws CriException, InterruptedException {
        try {
            call.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CriException refusal) {
                throw refusal;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /// Ends sooner what is already being stopped: somebody shortened the grace period.
    void hurry(RuntimePod actual, Duration grace) {
        for (var status : actual.containers()) {
            if (RuntimePod.isRunning(status)) {
                tools.threads()
                        .execute(() -> {
                            try {
                                tools.runtime().stopContainer(status.getId(), grace);
                            } catch (CriException e) {
                                log.atDebug().setCause(e).log("container stops by itself");
                            }
                        });
            }
        }
    }

    /// @param message the event's
    void stop(Pod pod, ContainerStatus status, Duration grace, String message, String podIp)
            throws CriException, InterruptedException {
        stop(pod, status, grace, message, podIp, new TerminationOrder(pod, Set.of()));
    }

    private void stop(
            Pod pod,
            ContainerStatus status,
            Duration grace,
            String message,
            String podIp,
            TerminationOrder order)
            throws CriException, InterruptedException {
        var name = RuntimePod.nameOf(status);
        var begun = tools.timers().nanoTime();
        tools.events().normal(PodFacts.containerReference(pod, name), "Killing", message);
        runHook(pod, status, grace, podIp);
        order.awaitTurn(name, tools.timers().deadline(grace.minus(secondsSince(begun))));
        // upstream: a small window also when hook and order used all of the time
        var left = grace.minus(secondsSince(begun));
        try {
            tools.runtime()
                    .stopContainer(
                            status.getId(), left.compareTo(GRACE_MIN) < 0 ? GRACE_MIN : left);
        } catch (CriException e) {
            if (e.kind() != CriException.Kind.NOT_FOUND) {
                tools.events()
                        .warning(
                                PodFacts.reference(pod, ""),
                                "FailedKillPod",
                                "error killing pod: failed to \"KillContainer\" for \"%s\" with KillContainerError: \"%s\""
                                        .formatted(name, e.getMessage()));
                throw e;
            }
        } finally {
            order.ended(name);
        }
    }

    /// As upstream counts the time: in whole seconds.
    private Duration secondsSince(long begun) {
        return Duration.ofSeconds(Duration.ofNanos(tools.timers().nanoTime() - begun).toSeconds());
    }

    private void runHook(Pod pod, ContainerStatus status, Duration grace, String podIp)
            throws InterruptedException {
        var container = PodFacts.container(pod, RuntimePod.nameOf(status));
        var hook = container.map(Container::getLifecycle).map(lifecycle -> lifecycle.getPreStop());
        if (hook.isEmpty() || grace.isZero()) {
            return;
        }
        try {
            LifecycleHooks.run(
                    tools.runtime(),
                    tools.timers(),
                    pod,
                    container.get(),
                    hook.get(),
                    status.getId(),
                    podIp,
                    grace);
        } catch (IOException e) {
            tools.events()
                    .warning(
                            PodFacts.containerReference(pod, container.get().getName()),
                            "FailedPreStopHook",
                            "PreStopHook failed");
            log.atInfo()
                    .addKeyValue("pod", PodFacts.inMessages(pod))
                    .addKeyValue("cause", e.getMessage())
                    .log("preStop hook failed");
        }
    }
}
