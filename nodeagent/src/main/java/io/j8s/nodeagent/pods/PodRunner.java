package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.nodeagent.core.ConfigException;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodRestart;
import io.j8s.nodeagent.core.PodSync;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.core.StartFailures;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.images.PresentImages;
import io.j8s.nodeagent.probes.PodProbes;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Carries out the plan for a pod that is to run. Used by the pod's worker only.
final class PodRunner {

    private final PodTools tools;
    private final PodProbes probes;
    private final PodStopper stopper;
    private final PodResizer resizer;
    private final PodMounts mounts;
    private final PodContainers containers;
    private RuntimePods.Made made = new RuntimePods.Made(new ArrayList<>(), new ArrayList<>());

    PodRunner(
            PodTools tools,
            StartFailures failures,
            PodProbes probes,
            PodStopper stopper,
            PodResizer resizer) {
        this.tools = tools;
        this.probes = probes;
        this.stopper = stopper;
        this.resizer = resizer;
        this.mounts = new PodMounts(tools);
        this.containers = new PodContainers(tools, failures, stopper, resizer);
    }

    /// What the last [#run] has made in the runtime.
    RuntimePods.Made made() {
        return made;
    }

    /// Whether volumes are mounted only when the runtime makes the pod's sandbox already.
    boolean isMountedMeanwhile(Pod pod) {
        return mounts.isMountedMeanwhile(pod);
    }

    /// @param begun called when the runtime makes a sandbox, as it does first where volumes are
    ///   mounted meanwhile
    /// @return how long to wait without news
    Duration run(Pod pod, RuntimePod actual, Runnable begun)
            throws CriException, ConfigException, IOException, InterruptedException {
        made = new RuntimePods.Made(new ArrayList<>(), new ArrayList<>());
        if (PodRestart.isUnderWay(pod) && PodSync.nextAttempt(pod, actual) < 0) {
            removeAll(pod, actual);
            return Duration.ZERO; // the next round begins anew
        }
        var plan = PodSync.plan(pod, actual, probes, resizer.actuated());
        boolean isResized = plan.killPod() || resizer.actuate(pod, actual, !plan.kills().isEmpty());
        var wait = isResized ? PodWorker.RESYNC : PodWorker.RETRY;
        if (plan.isNothing()) {
            mounts.refresh(pod, actual);
            return wait;
        }
        var sandboxes = new PodSandboxes(tools, mounts, resizer, made);
        sandboxes.refuseWhatIsImpossible(pod);
        var ip = actual.sandbox().map(found -> found.getNetwork().getIp()).orElse("");
        if (plan.killPod()) {
            stop(pod, actual, plan.createSandbox(), ip);
        }
        for (var kill : plan.kills()) {
            kill(pod, actual, kill, ip);
        }
        if (plan.ephemeral().isEmpty() && plan.init().isEmpty() && plan.start().isEmpty()) {
            return plan.killPod() ? Duration.ZERO : wait;
        }
        var images = new PresentImages(tools.runtime(), tools.threads());
        var sandbox =
                plan.createSandbox()
                        ? sandboxes.create(pod, actual, plan, images, begun)
                        : sandboxes.present(pod, actual);
        var seen = plan.createSandbox() ? PodSandboxes.withoutInit(pod, actual) : actual;
        var starter = new ContainerStarter(tools, sandbox, images, made);
        var next = containers.startAll(pod, seen, plan, starter, sandbox);
        return Collections.min(List.of(wait, next));
    }

    private void stop(Pod pod, RuntimePod actual, boolean isReplaced, String ip)
            throws CriException, InterruptedException {
        if (isReplaced && !actual.sandboxes().isEmpty()) {
            tools.events()
                    .normal(
                            PodFacts.reference(pod, ""),
                            "SandboxChanged",
                            "Pod sandbox changed, it will be killed and re-created.");
        }
        stopper.stopAll(pod, actual, PodStopper.grace(pod), ip);
        for (var sandbox : actual.sandboxes()) {
            tools.runtime().stopPodSandbox(sandbox.getId());
        }
    }

    /// The pod restarts in place: what ran is removed, only its logs stay.
    private void removeAll(Pod pod, RuntimePod actual) throws CriException, InterruptedException {
        var ip = actual.sandbox().map(found -> found.getNetwork().getIp()).orElse("");
        for (var removal : PodRestart.removals(pod, actual)) {
            for (var run : actual.containers()) {
                if (removal.isRunning() && run.getId().equals(removal.containerId())) {
                    stopper.stop(pod, run, Duration.ZERO, "killing", ip);
                }
            }
            probes.end(removal.containerId());
            tools.runtime().removeContainer(removal.containerId());
        }
    }

    private void kill(Pod pod, RuntimePod actual, PodSync.Kill kill, String ip)
            throws CriException, InterruptedException {
        for (var status : actual.containers()) {
            if (status.getId().equals(kill.containerId())) {
                stopper.stop(pod, status, killGrace(pod, kill), kill.message(), ip);
                probes.end(status.getId());
            }
        }
    }

    /// A probe may bring its own grace period.
    private static Duration killGrace(Pod pod, PodSync.Kill kill) {
        return PodFacts.container(pod, kill.name())
                .map(container ->
                        kill.message().contains("startup")
                                ? container.getStartupProbe()
                                : container.getLivenessProbe())
                .map(probe -> probe.getTerminationGracePeriodSeconds())
                .map(Duration::ofSeconds)
                .orElseGet(() -> PodStopper.grace(pod));
    }
}
