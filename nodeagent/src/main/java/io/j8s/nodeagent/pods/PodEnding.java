package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.PodSandboxState;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodStatuses.Verdict;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.probes.PodProbes;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/// Brings one pod to its end: stops what runs, says the last word to the API server, takes away
/// what the pod has on the node. Every step may be repeated, so an end that breaks off is begun
/// anew in the next round. Used by the pod's worker only.
final class PodEnding {

    private final PodTools tools;
    private final PodNews news;
    private final StatusReporter reporter;
    private final ObservedPod observed;
    private final PodProbes probes;
    private final PodStopper stopper;

    PodEnding(
            PodTools tools,
            PodNews news,
            StatusReporter reporter,
            ObservedPod observed,
            PodProbes probes,
            PodStopper stopper) {
        this.tools = tools;
        this.news = news;
        this.reporter = reporter;
        this.observed = observed;
        this.probes = probes;
        this.stopper = stopper;
    }

    /// The pod's work is over, or the node ended it: stop what is left, say so, keep the
    /// containers' remains for their logs until the pod is deleted.
    void settle(Pod pod, @Nullable Verdict ending)
            throws CriException, IOException, InterruptedException {
        stop(pod, ending);
        boolean wasNeverHere =
                PodFacts.hasEnded(pod)
                        && pod.getStatus().getContainerStatuses().isEmpty()
                        && observed.actual().sandboxes().isEmpty();
        if (!wasNeverHere) { // what was turned away has nothing more to say
            report(pod, ending);
        }
        tools.volumes().remove(PodFacts.uid(pod));
        tools.cgroups().remove(SandboxStarter.cgroup(tools, pod));
    }

    /// The pod is deleted: nothing of it stays.
    ///
    /// @param isOrphan the API server no longer knows the pod, so it need not hear of its end
    void finish(Pod pod, @Nullable Verdict ending, boolean isOrphan)
            throws CriException, IOException, InterruptedException {
        stop(pod, ending);
        if (!isOrphan) {
            report(pod, ending);
            reporter.flush(); // the last words are heard before the pod goes
        }
        probes.close();
        for (var sandbox : observed.actual().sandboxes()) {
            tools.runtime().removePodSandbox(sandbox.getId());
        }
        var meta = pod.getMetadata();
        var uid = PodFacts.uid(pod);
        tools.volumes().remove(uid);
        tools.cgroups().remove(SandboxStarter.cgroup(tools, pod));
        PodRemains.remove(tools, pod);
        tools.images().forget(uid);
        tools.crashes().forget(uid + "_");
        tools.probeMetrics().forget(meta.getNamespace(), meta.getName(), uid);
        if (!isOrphan) {
            tools.api().deletePod(new ObjectKey(meta.getNamespace(), meta.getName()), uid);
        }
    }

    private void stop(Pod pod, @Nullable Verdict ending) throws CriException, InterruptedException {
        probes.endAllButReadiness();
        var given = ending == null ? null : ending.grace();
        var grace = given == null ? PodStopper.grace(pod) : given;
        news.beginStop(grace);
        var actual = observed.actual();
        if (actual.isAnyContainerRunning()) {
            var ip = actual.sandbox().map(found -> found.getNetwork().getIp()).orElse("");
            stopper.stopAll(pod, actual, grace, ip);
        }
        for (var sandbox : actual.sandboxes()) {
            if (sandbox.getState() == PodSandboxState.SANDBOX_READY) {
                tools.runtime().stopPodSandbox(sandbox.getId());
            }
        }
        observed.lookKeepingAddresses();
        if (observed.actual().isAnyContainerRunning()) {
            throw new CriException(
                    CriException.Kind.OTHER, "Unknown", "containers run on after being stopped");
        }
    }

    private void report(Pod pod, @Nullable Verdict ending) {
        reporter.report(pod, observed.lastStatus(reporter.withReported(pod), ending));
    }
}
