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
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/// Stops containers: hook, SIGTERM, grace period, SIGKILL by the runtime. Ordinary containers stop
/// together; sidecars after them, the last one first, within what is left of the time.
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

    /// Returns when all containers have ended.
    ///
    /// @throws CriException when one could not be stopped; to be tried again
    void stopAll(Pod pod, RuntimePod actual, Duration grace, String podIp)
            throws CriException, InterruptedException {
        var deadline = tools.timers().deadline(grace);
        var sidecars = new ArrayList<ContainerStatus>();
        var others = new ArrayList<ContainerStatus>();
        for (var status : actual.containers()) {
            if (!RuntimePod.isRunning(status)) {
                continue;
            }
            if (isSidecar(pod, RuntimePod.nameOf(status))) {
                sidecars.add(status);
            } else {
                others.add(status);
            }
        }
        stopTogether(pod, others, grace, podIp);
        var order = pod.getSpec().getInitContainers().stream().map(Container::getName).toList();
        sidecars.sort(
                java.util.Comparator.comparingInt((ContainerStatus status) ->
                                order.indexOf(RuntimePod.nameOf(status)))
                        .reversed());
        for (var sidecar : sidecars) {
            stop(
                    pod,
                    sidecar,
                    deadline.remaining(),
                    "Stopping container " + RuntimePod.nameOf(sidecar),
                    podIp);
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

    private void stopTogether(
            Pod pod, List<ContainerStatus> containers, Duration grace, String podIp)
            throws CriException, InterruptedException {
        var calls = new ArrayList<Future<Void>>();
        for (var status : containers) {
            Callable<Void> call =
                    () -> {
                        stop(
                                pod,
                                status,
                                grace,
                                "Stopping container " + RuntimePod.nameOf(status),
                                podIp);
                        return null;
                    };
            calls.add(tools.threads().submit(call));
        }
        for (var call : calls) {
            try {
                call.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof CriException refusal) {
                    throw refusal;
                }
                throw new IllegalStateException(e.getCause());
            }
        }
    }

    /// @param message the event's
    void stop(Pod pod, ContainerStatus status, Duration grace, String message, String podIp)
            throws CriException, InterruptedException {
        var name = RuntimePod.nameOf(status);
        var begun = tools.timers().nanoTime();
        tools.events().normal(PodFacts.containerReference(pod, name), "Killing", message);
        runHook(pod, status, grace, podIp);
        var left = grace.minusNanos(tools.timers().nanoTime() - begun);
        // upstream: a small window also when the hook used all of the time
        tools.runtime()
                .stopContainer(status.getId(), left.compareTo(GRACE_MIN) < 0 ? GRACE_MIN : left);
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

    private static boolean isSidecar(Pod pod, String name) {
        return pod.getSpec().getInitContainers().stream()
                .anyMatch(init -> init.getName().equals(name) && PodFacts.isSidecar(init));
    }
}
