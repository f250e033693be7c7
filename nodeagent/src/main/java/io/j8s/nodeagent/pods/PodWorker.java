package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.core.ConfigException;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodStatuses;
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
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Brings one pod to what its spec says, and the API server to know of it, from the pod's arrival
/// to its last trace. One virtual thread runs [#run]; every other method only leaves a note and
/// wakes it. What happens on the node is read anew in each round: nothing but the probes' results
/// and the last failures is remembered, so a restart of the agent loses nothing.
final class PodWorker {

    private static final Logger log = LoggerFactory.getLogger(PodWorker.class);
    private static final Duration RESYNC = Duration.ofSeconds(60); // upstream: syncFrequency
    private static final Duration RETRY_FIRST = Duration.ofMillis(500);
    private static final Duration RETRY_LONGEST = Duration.ofSeconds(10); // upstream: backOffPeriod

    private final PodTools tools;
    private final String uid;
    private final StatusReporter reporter;
    private final StartFailures failures = new StartFailures();
    private final PodProbes probes;
    private final PodStopper stopper;
    private final PodRunner runner;
    private final PodResizer resizer;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    // guarded by lock
    private Pod pod;
    private @Nullable Verdict verdict;
    private @Nullable String mirrorUid;
    private boolean isGone;
    private boolean hasNews = true;
    private @Nullable String relisted; // since the round began
    private @Nullable Duration stoppingWithin;
    private @Nullable Thread starting; // while it may be cut short: a pull can take an hour
    private boolean isCutShort;

    private volatile RuntimePod actual;
    private boolean isNew;
    private Duration retry = RETRY_FIRST;

    /// @param isNew the runtime can't know the pod, so it need not be asked
    /// @param grants who says whether the pod may have other resources than it came with
    PodWorker(PodTools tools, Pod pod, boolean isNew, PodResizer.Grants grants) {
        this.tools = tools;
        this.isNew = isNew;
        this.pod = pod;
        this.uid = PodFacts.uid(pod);
        this.actual = RuntimePod.none(uid);
        var meta = pod.getMetadata();
        this.reporter =
                new StatusReporter(
                        tools,
                        new ObjectKey(meta.getNamespace(), meta.getName()),
                        uid,
                        PodFacts.isStatic(pod),
                        this::gone);
        this.probes =
                new PodProbes(
                        tools.runtime(),
                        tools.events(),
                        tools.probeMetrics(),
                        tools.timers(),
                        tools.threads(),
                        this::answered);
        this.stopper = new PodStopper(tools);
        this.resizer = new PodResizer(tools, pod, grants);
        this.runner = new PodRunner(tools, failures, probes, stopper, resizer);
    }

    /// The pod changed.
    void update(Pod changed) {
        lock.lock();
        try {
            boolean isNews = isDifferent(pod, changed);
            pod = changed;
            if (!isNews) {
                return;
            }
            var within = stoppingWithin;
            if (within != null && PodStopper.grace(changed).compareTo(within) < 0) {
                stoppingWithin = PodStopper.grace(changed);
                stopper.hurry(actual, PodStopper.grace(changed));
            }
            if (PodFacts.isBeingDeleted(changed)) {
                cutShort();
            }
            signal();
        } finally {
            lock.unlock();
        }
    }

    /// Our own status comes back as a change and is none. upstream: podsDifferSemantically.
    private static boolean isDifferent(Pod before, Pod after) {
        var old = before.getMetadata();
        var now = after.getMetadata();
        return !Objects.equals(before.getSpec(), after.getSpec())
                || !Objects.equals(old.getLabels(), now.getLabels())
                || !Objects.equals(old.getAnnotations(), now.getAnnotations())
                || !Objects.equals(old.getDeletionTimestamp(), now.getDeletionTimestamp())
                || !Objects.equals(
                        old.getDeletionGracePeriodSeconds(), now.getDeletionGracePeriodSeconds())
                || !othersConditions(before).equals(othersConditions(after));
    }

    /// Readiness gates wait for what others say.
    private static List<PodCondition> othersConditions(Pod pod) {
        return pod.getStatus() == null
                ? List.of()
                : pod.getStatus().getConditions().stream()
                        .filter(condition -> !PodStatuses.isOwned(condition.getType()))
                        .toList();
    }

    /// The API server shows this static pod by a mirror; a new one knows nothing of its status.
    void mirrored(Pod mirror) {
        lock.lock();
        try {
            if (PodFacts.uid(mirror).equals(mirrorUid)) {
                return;
            }
            mirrorUid = PodFacts.uid(mirror);
        } finally {
            lock.unlock();
        }
        reporter.tellAnew(PodFacts.uid(mirror));
    }

    /// The pod is no longer in the API server, or never was.
    void gone() {
        lock.lock();
        try {
            isGone = true;
            cutShort();
            signal();
        } finally {
            lock.unlock();
        }
    }

    /// The node ends the pod: eviction, shutdown, refused admission.
    void end(Verdict why) {
        lock.lock();
        try {
            if (verdict == null) {
                verdict = why;
                cutShort();
            }
            signal();
        } finally {
            lock.unlock();
        }
    }

    /// A probe's answer changed. The worker looks at it in its next round, but while it waits for
    /// the pod's end there is none: Services have to hear who serves on.
    private void answered() {
        wake();
        Pod ending;
        lock.lock();
        try {
            if (stoppingWithin == null) {
                return;
            }
            ending = pod;
        } finally {
            lock.unlock();
        }
        reporter.reportUnlessOver(known -> PodStatuses.of(input(known, null, false)), ending);
    }

    /// Nothing was heard for a while.
    private void resync() {
        reporter.reconcile(spec());
        wake();
    }

    /// The relist found the pod in other states than before; mostly it is this worker who brought
    /// them about.
    ///
    /// @param states as of [RuntimePod#states]
    void relisted(String states) {
        lock.lock();
        try {
            relisted = states;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void wake() {
        lock.lock();
        try {
            signal();
        } finally {
            lock.unlock();
        }
    }

    Pod pod() {
        lock.lock();
        try {
            return reporter.withReported(pod);
        } finally {
            lock.unlock();
        }
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
        lock.lock();
        try {
            return pod;
        } finally {
            lock.unlock();
        }
    }

    RuntimePod actual() {
        return actual;
    }

    /// Interrupts what starts a pod that is to end. Called with the lock held.
    private void cutShort() {
        if (starting != null) {
            isCutShort = true;
            starting.interrupt();
        }
    }

    private void signal() {
        hasNews = true;
        news.signalAll();
    }

    /// Returns when nothing of the pod is left.
    void run() throws InterruptedException {
        while (true) {
            var wait = round();
            if (wait == null) {
                return;
            }
            await(wait);
        }
    }

    private void await(Duration limit) throws InterruptedException {
        try (var _ = tools.timers().schedule(limit, tools.threads(), this::resync)) {
            lock.lockInterruptibly();
            try {
                while (!hasNews && !isChangedInRuntime()) {
                    news.await();
                }
                hasNews = false;
            } finally {
                lock.unlock();
            }
        }
    }

    /// Whether the relist has found other states since the round began: they are known better as
    /// soon as the worker has looked again.
    private boolean takeRelisted() {
        lock.lock();
        try {
            boolean isThere = relisted != null;
            relisted = null;
            return isThere;
        } finally {
            lock.unlock();
        }
    }

    /// What the last round ended with needs no other round when the pod runs as it should. Called
    /// with the lock held.
    private boolean isChangedInRuntime() {
        var states = relisted;
        relisted = null;
        return states != null && !(actual.runsAllOf(pod) && actual.states().equals(states));
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
        retry =
                retry.multipliedBy(2).compareTo(RETRY_LONGEST) > 0
                        ? RETRY_LONGEST
                        : retry.multipliedBy(2);
        return wait;
    }

    private @Nullable Duration sync()
            throws CriException, ConfigException, IOException, InterruptedException {
        Pod current;
        boolean isOrphan;
        Verdict ending;
        lock.lock();
        try {
            hasNews = false;
            relisted = null;
            current = reporter.withReported(pod);
            isOrphan = isGone;
            ending = verdict;
        } finally {
            lock.unlock();
        }
        actual =
                isNew
                        ? RuntimePod.none(uid)
                        : RuntimePods.inspect(tools.runtime(), tools.threads(), uid);
        isNew = false;
        endOldProbes();
        if (isOrphan || PodFacts.isBeingDeleted(current)) {
            finish(current, ending, isOrphan);
            return null;
        }
        if (ending == null) {
            ending = deadlinePassed(current);
        }
        if (ending != null || PodFacts.hasEnded(current)) {
            settle(current, ending);
            return RESYNC;
        }
        return keepRunning(resizer.allocate(current));
    }

    private Duration keepRunning(Pod current)
            throws CriException, ConfigException, IOException, InterruptedException {
        boolean isNewSandbox = actual.sandboxes().isEmpty();
        boolean isSandboxFirst = isNewSandbox && runner.isMountedMeanwhile(current);
        if (isNewSandbox && !isSandboxFirst) {
            tools.volumes().ask(current); // answered while the API server hears of the pod
        }
        runner.beginProbes(current, actual);
        resizer.look(current, actual);
        var status = PodStatuses.of(input(current, null, false));
        if (status.getPhase().equals("Succeeded") || status.getPhase().equals("Failed")) {
            settle(current, null);
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
            boolean hasOldNews = takeRelisted();
            // also what failed is told at once; what broke off may have left more than is known
            actual =
                    isWhole
                            ? runner.lookAgain(actual)
                            : RuntimePods.inspect(tools.runtime(), tools.threads(), uid);
            runner.beginProbes(current, actual);
            resizer.look(current, actual);
            tellUnlessOver(reporter.withReported(current));
            if (hasOldNews && !actual.runsAllOf(current)) {
                wake();
            }
        }
        return min(wait, untilDeadline(current));
    }

    private Duration start(Pod current)
            throws CriException, ConfigException, IOException, InterruptedException {
        setStarting(Thread.currentThread());
        try {
            return runner.run(current, actual, reporter::tell);
        } catch (InterruptedException e) {
            if (isCutShort()) {
                return Duration.ZERO; // the next round ends the pod
            }
            throw e;
        } catch (CriException e) {
            if (isCutShort()) {
                return Duration.ZERO; // the interruption reached a call to the runtime
            }
            throw e;
        } finally {
            setStarting(null);
        }
    }

    private void setStarting(@Nullable Thread thread) {
        lock.lock();
        try {
            starting = thread;
            if (thread == null && isCutShort) {
                isCutShort = false;
                Thread.interrupted(); // it was meant for what has ended now
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isCutShort() {
        lock.lock();
        try {
            return isCutShort;
        } finally {
            lock.unlock();
        }
    }

    /// That a pod is over is only told once everything of it has stopped: the next round sees to
    /// it.
    private void tellUnlessOver(Pod current) {
        var status = PodStatuses.of(input(current, null, false));
        if (status.getPhase().equals("Succeeded") || status.getPhase().equals("Failed")) {
            wake();
        } else {
            reporter.report(current, status);
        }
    }

    /// The pod's work is over, or the node ended it: stop what is left, say so, keep the
    /// containers' remains for their logs until the pod is deleted.
    private void settle(Pod current, @Nullable Verdict ending)
            throws CriException, IOException, InterruptedException {
        stop(current, ending);
        boolean wasNeverHere =
                PodFacts.hasEnded(current)
                        && current.getStatus().getContainerStatuses().isEmpty()
                        && actual.sandboxes().isEmpty();
        if (!wasNeverHere) { // what was turned away has nothing more to say
            reporter.report(
                    current, PodStatuses.of(input(reporter.withReported(current), ending, true)));
        }
        tools.volumes().remove(uid);
        tools.cgroups().remove(SandboxStarter.cgroup(tools, current));
    }

    private void finish(Pod current, @Nullable Verdict ending, boolean isOrphan)
            throws CriException, IOException, InterruptedException {
        stop(current, ending);
        if (!isOrphan) {
            reporter.report(
                    current, PodStatuses.of(input(reporter.withReported(current), ending, true)));
            reporter.flush(); // the last words are heard before the pod goes
        }
        probes.close();
        for (var sandbox : actual.sandboxes()) {
            tools.runtime().removePodSandbox(sandbox.getId());
        }
        tools.volumes().remove(uid);
        tools.cgroups().remove(SandboxStarter.cgroup(tools, current));
        PodRemains.remove(tools, current);
        tools.images().forget(uid);
        tools.crashes().forget(uid + "_");
        var gone = current.getMetadata();
        tools.probeMetrics().forget(gone.getNamespace(), gone.getName(), uid);
        if (!isOrphan) {
            var meta = current.getMetadata();
            tools.api().deletePod(new ObjectKey(meta.getNamespace(), meta.getName()), uid);
        }
    }

    private void stop(Pod current, @Nullable Verdict ending)
            throws CriException, InterruptedException {
        probes.endAllButReadiness();
        var given = ending == null ? null : ending.grace();
        var grace = given == null ? PodStopper.grace(current) : given;
        lock.lock();
        try {
            stoppingWithin = grace;
        } finally {
            lock.unlock();
        }
        if (actual.isAnyContainerRunning()) {
            var ip = actual.sandbox().map(found -> found.getNetwork().getIp()).orElse("");
            stopper.stopAll(current, actual, grace, ip);
        }
        for (var sandbox : actual.sandboxes()) {
            if (sandbox.getState() == io.j8s.cri.v1.PodSandboxState.SANDBOX_READY) {
                tools.runtime().stopPodSandbox(sandbox.getId());
            }
        }
        actual =
                RuntimePods.inspect(tools.runtime(), tools.threads(), uid).keepingAddresses(actual);
        if (actual.isAnyContainerRunning()) {
            throw new CriException(
                    CriException.Kind.OTHER, "Unknown", "containers run on after being stopped");
        }
    }

    private PodStatuses.Input input(Pod current, @Nullable Verdict ending, boolean hasStopped) {
        return new PodStatuses.Input(
                current,
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

    private void endOldProbes() {
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
        return min(RESYNC, Duration.between(tools.timers().now(), end));
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
