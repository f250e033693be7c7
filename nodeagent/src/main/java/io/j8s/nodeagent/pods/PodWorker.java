package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.core.ConfigException;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodStatuses.Verdict;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.core.StartFailures;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.probes.PodProbes;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;

/// Brings one pod to what its spec says, and the API server to know of it, from the pod's arrival
/// to its last trace. One virtual thread runs [#run], round after round; every other method only
/// leaves a note in [PodNews] and wakes it. What happens on the node is read anew in each round:
/// nothing but the probes' results and the last failures is remembered, so a restart of the agent
/// loses nothing.
final class PodWorker {

    static final Duration RESYNC = Duration.ofSeconds(60); // upstream: syncFrequency
    static final Duration RETRY = Duration.ofSeconds(10); // upstream: backOffPeriod

    private static final Logger log = LoggerFactory.getLogger(PodWorker.class);
    private static final Duration RETRY_FIRST = Duration.ofMillis(500);

    private final PodTools tools;
    private final StatusReporter reporter;
    private final PodNews news;
    private final PodStopper stopper;
    private final PodResizer resizer;
    private final ObservedPod observed;
    private final PodRunner runner;
    private final PodEnding ending;

    // the worker's thread alone
    private boolean isNew;
    private Duration retry = RETRY_FIRST;

    /// @param isNew the runtime can't know the pod, so it need not be asked
    /// @param grants who says whether the pod may have other resources than it came with
    PodWorker(PodTools tools, Pod pod, boolean isNew, PodResizer.Grants grants) {
        this.tools = tools;
        this.isNew = isNew;
        var uid = PodFacts.uid(pod);
        var meta = pod.getMetadata();
        this.reporter =
                new StatusReporter(
                        tools,
                        new ObjectKey(meta.getNamespace(), meta.getName()),
                        uid,
                        PodFacts.isStatic(pod),
                        this::gone);
        this.news = new PodNews(pod, reporter::withReported);
        var probes =
                new PodProbes(
                        tools.runtime(),
                        tools.events(),
                        tools.probeMetrics(),
                        tools.timers(),
                        tools.threads(),
                        this::answered);
        var failures = new StartFailures();
        this.stopper = new PodStopper(tools);
        this.resizer = new PodResizer(tools, pod, grants);
        this.observed = new ObservedPod(tools, uid, failures, probes, resizer);
        this.runner = new PodRunner(tools, failures, probes, stopper, resizer);
        this.ending = new PodEnding(tools, news, reporter, observed, probes, stopper);
    }

    /// The pod changed.
    void update(Pod changed) {
        news.update(changed, within -> stopper.hurry(observed.actual(), within));
    }

    /// The API server shows this static pod by a mirror; a new one knows nothing of its status.
    void mirrored(Pod mirror) {
        if (news.mirrored(mirror)) {
            reporter.tellAnew(PodFacts.uid(mirror));
        }
    }

    /// The pod is no longer in the API server, or never was.
    void gone() {
        news.gone();
    }

    /// The node ends the pod: eviction, shutdown, refused admission.
    void end(Verdict why) {
        news.end(why);
    }

    /// A probe's answer changed. The worker looks at it in its next round, but while it waits for
    /// the pod's end there is none: Services have to hear who serves on.
    private void answered() {
        news.wake();
        news.stopping().ifPresent(pod -> reporter.reportUnlessOver(observed::status, pod));
    }

    /// The relist found the pod in other states than before.
    ///
    /// @param states as of [RuntimePod#states]
    void relisted(String states) {
        news.relisted(states);
    }

    void wake() {
        news.wake();
    }

    Pod pod() {
        return news.pod();
    }

    /// With the resources that it was promised, whatever it asks for now.
    Pod allocated() {
        return resizer.allocated(spec());
    }

    /// The node has more to give than before.
    void retryResize() {
        if (resizer.isWaiting()) {
            wake();
        }
    }

    /// As the API server or the file has it, without our latest status.
    Pod spec() {
        return news.spec();
    }

    RuntimePod actual() {
        return observed.actual();
    }

    /// Returns when nothing of the pod is left.
    void run() throws InterruptedException {
        while (true) {
            var wait = round();
            if (wait == null) {
                return;
            }
            try (var _ = tools.timers().schedule(wait, tools.threads(), this::resync)) {
                news.await(observed.actual());
            }
        }
    }

    /// Nothing was heard for a while.
    private void resync() {
        reporter.reconcile(spec());
        wake();
    }

    /// @return how long to wait without news, or null at the end
    private @Nullable Duration round() throws InterruptedException {
        try {
            var wait = sync();
            retry = RETRY_FIRST;
            return wait;
        } catch (CriException e) {
            log.atWarn()
                    .addKeyValue("pod", PodFacts.inMessages(pod()))
                    .addKeyValue("cause", e.getMessage())
                    .log("runtime refused");
        } catch (KubernetesClientException e) {
            log.atInfo()
                    .addKeyValue("pod", PodFacts.inMessages(pod()))
                    .addKeyValue("cause", e.getMessage())
                    .log("API server did not answer");
        } catch (ConfigException e) {
            log.atInfo()
                    .addKeyValue("pod", PodFacts.inMessages(pod()))
                    .addKeyValue("cause", e.getMessage())
                    .log("pod can't be run");
        } catch (IOException | RuntimeException | StackOverflowError | LinkageError e) {
            log.atError()
                    .addKeyValue("pod", PodFacts.inMessages(pod()))
                    .setCause(e)
                    .log("pod could not be synced");
        }
        var wait = retry;
        retry = retry.multipliedBy(2).compareTo(RETRY) > 0 ? RETRY : retry.multipliedBy(2);
        return wait;
    }

    private @Nullable Duration sync()
            throws CriException, ConfigException, IOException, InterruptedException {
        var round = news.begin();
        var current = round.pod();
        if (isNew) {
            isNew = false;
        } else {
            observed.look();
        }
        observed.endOldProbes();
        if (round.isGone() || PodFacts.isBeingDeleted(current)) {
            ending.finish(current, round.verdict(), round.isGone());
            return null;
        }
        var verdict = round.verdict() == null ? deadlinePassed(current) : round.verdict();
        if (verdict != null || PodFacts.hasEnded(current)) {
            ending.settle(current, verdict);
            return RESYNC;
        }
        return keepRunning(resizer.allocate(current));
    }

    private Duration keepRunning(Pod current)
            throws CriException, ConfigException, IOException, InterruptedException {
        boolean isNewSandbox = observed.actual().sandboxes().isEmpty();
        boolean isSandboxFirst = isNewSandbox && runner.isMountedMeanwhile(current);
        if (isNewSandbox && !isSandboxFirst) {
            tools.volumes().ask(current); // answered while the API server hears of the pod
        }
        observed.follow(current);
        var status = observed.status(current);
        if (isOver(status)) {
            ending.settle(current, null);
            return RESYNC;
        }
        if (isSandboxFirst) {
            reporter.note(current, status); // all else can wait until the runtime has its task
        } else {
            reporter.report(current, status);
        }
        Duration wait;
        boolean isWhole = false;
        try {
            wait = start(reporter.withReported(current));
            isWhole = true;
        } finally {
            boolean hasOldNews = news.takeRelisted();
            // also what failed is told at once; what broke off may have left more than is known
            if (isWhole) {
                observed.lookAgain(runner.made());
            } else {
                observed.look();
            }
            observed.follow(current);
            tellUnlessOver(reporter.withReported(current));
            if (hasOldNews && !observed.actual().runsAllOf(current)) {
                wake();
            }
        }
        // when it began may have been said in this round
        return Collections.min(List.of(wait, untilDeadline(reporter.withReported(current))));
    }

    private Duration start(Pod current)
            throws CriException, ConfigException, IOException, InterruptedException {
        news.beginStart();
        try {
            return runner.run(current, observed.actual(), reporter::tell);
        } catch (InterruptedException e) {
            if (news.isCutShort()) {
                return Duration.ZERO; // the next round ends the pod
            }
            throw e;
        } catch (CriException e) {
            if (news.isCutShort()) {
                return Duration.ZERO; // the interruption reached a call to the runtime
            }
            throw e;
        } finally {
            news.endStart();
        }
    }

    /// That a pod is over is only told once everything of it has stopped: the next round sees to
    /// it.
    private void tellUnlessOver(Pod current) {
        var status = observed.status(current);
        if (isOver(status)) {
            wake();
        } else {
            reporter.report(current, status);
        }
    }

    private static boolean isOver(PodStatus status) {
        return status.getPhase().equals("Succeeded") || status.getPhase().equals("Failed");
    }

    private @Nullable Verdict deadlinePassed(Pod current) {
        var left = untilDeadline(current);
        if (left.isPositive()) {
            return null;
        }
        var message = "Pod was active on the node longer than the specified deadline";
        tools.events().normal(PodFacts.reference(current, ""), "DeadlineExceeded", message);
        var why = new Verdict("DeadlineExceeded", message);
        end(why);
        return why;
    }

    /// How long the pod may still be active; the resync time when there is no limit.
    private Duration untilDeadline(Pod current) {
        var limit = current.getSpec().getActiveDeadlineSeconds();
        var status = current.getStatus();
        if (limit == null || status == null || status.getStartTime() == null) {
            return RESYNC;
        }
        var end = Instant.parse(status.getStartTime()).plusSeconds(limit);
        return Collections.min(List.of(RESYNC, Duration.between(tools.timers().now(), end)));
    }
}
