package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodStatuses;
import io.j8s.nodeagent.core.PodStatuses.Verdict;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.core.StartFailures;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.probes.PodProbes;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// One pod as this node finds it: what the runtime had of it at the last look, what its probes
/// answer, why containers could not start, how far a resize has come. Makes the pod's status of
/// that. Only the pod's worker looks; any thread may ask for what was found.
final class ObservedPod {

    private final PodTools tools;
    private final String uid;
    private final StartFailures failures;
    private final PodProbes probes;
    private final PodResizer resizer;
    private volatile RuntimePod actual;

    ObservedPod(
            PodTools tools,
            String uid,
            StartFailures failures,
            PodProbes probes,
            PodResizer resizer) {
        this.tools = tools;
        this.uid = uid;
        this.failures = failures;
        this.probes = probes;
        this.resizer = resizer;
        this.actual = RuntimePod.none(uid);
    }

    RuntimePod actual() {
        return actual;
    }

    void look() throws CriException, InterruptedException {
        actual = RuntimePods.inspect(tools.runtime(), tools.threads(), uid);
    }

    /// As [#look], where it is known what has been made since the last look.
    void lookAgain(RuntimePods.Made made) throws CriException, InterruptedException {
        actual = RuntimePods.again(tools.runtime(), tools.threads(), actual, made);
    }

    /// As [#look], after sandboxes were stopped.
    void lookKeepingAddresses() throws CriException, InterruptedException {
        actual =
                RuntimePods.inspect(tools.runtime(), tools.threads(), uid).keepingAddresses(actual);
    }

    /// What runs is probed and what a resize has come to is compared with what was promised, before
    /// the status is made. Idempotent, so that an adopted pod has its probes too.
    void follow(Pod pod) {
        var ip = actual.ips(pod, tools.settings().addresses()).stream().findFirst().orElse("");
        for (var status : actual.containers()) {
            if (RuntimePod.isRunning(status)) {
                PodFacts.container(pod, RuntimePod.nameOf(status))
                        .ifPresent(container ->
                                probes.begin(
                                        pod,
                                        container,
                                        status.getId(),
                                        ip,
                                        Instant.ofEpochSecond(0, status.getStartedAt())));
            }
        }
        resizer.look(pod, actual);
    }

    /// Ends the probes of containers that no longer run.
    void endOldProbes() {
        for (var id : probes.containerIds()) {
            boolean isRunning =
                    actual.containers().stream()
                            .anyMatch(status ->
                                    status.getId().equals(id) && RuntimePod.isRunning(status));
            if (!isRunning) {
                probes.end(id);
            }
        }
    }

    /// Of a pod that lives.
    PodStatus status(Pod pod) {
        return PodStatuses.of(input(pod, null, false));
    }

    /// Of a pod whose containers have all ended, for good.
    ///
    /// @param ending why the node ended it, if it was the node
    PodStatus lastStatus(Pod pod, @Nullable Verdict ending) {
        return PodStatuses.of(input(pod, ending, true));
    }

    private PodStatuses.Input input(Pod pod, @Nullable Verdict ending, boolean hasStopped) {
        return new PodStatuses.Input(
                pod,
                actual,
                failures,
                probes,
                hasStopped ? List.of() : resizer.conditions(),
                resizer.actuated(),
                ending,
                hasStopped,
                tools.settings().addresses(),
                tools.settings().runtimeName(),
                tools.timers().now());
    }
}
