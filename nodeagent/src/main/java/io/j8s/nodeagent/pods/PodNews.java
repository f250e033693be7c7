package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodStatuses;
import io.j8s.nodeagent.core.PodStatuses.Verdict;
import io.j8s.nodeagent.core.RuntimePod;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// What one pod's worker has been told from outside and has not seen yet, and its wait for it. Any
/// thread leaves its notes here, the worker alone begins rounds and awaits.
///
/// A round begins with all notes at once, so none is lost: one that comes later ends the next wait
/// before it begins. All state is guarded by one lock. Nothing is called with it held but what the
/// methods say, and that never waits.
final class PodNews {

    private final UnaryOperator<Pod> withReported;

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

    /// @param withReported adds the status that we reported last; called with the lock held
    PodNews(Pod pod, UnaryOperator<Pod> withReported) {
        this.pod = pod;
        this.withReported = withReported;
    }

    /// What a round goes by.
    ///
    /// @param pod with our latest status
    /// @param verdict why the node ends the pod, null when it does not
    /// @param isGone the pod is not in the API server
    record Round(Pod pod, @Nullable Verdict verdict, boolean isGone) {}

    /// The pod changed.
    ///
    /// @param hurry called with the lock held when the pod is being stopped and has less time for
    ///   it from now on
    void update(Pod changed, Consumer<Duration> hurry) {
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
                hurry.accept(PodStopper.grace(changed));
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

    /// The API server shows this static pod by a mirror.
    ///
    /// @return whether it is another mirror than before; no news for a round
    boolean mirrored(Pod mirror) {
        lock.lock();
        try {
            if (PodFacts.uid(mirror).equals(mirrorUid)) {
                return false;
            }
            mirrorUid = PodFacts.uid(mirror);
            return true;
        } finally {
            lock.unlock();
        }
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

    /// The node ends the pod; the first reason stays.
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

    /// The relist found the pod in other states than before; mostly it is the worker who brought
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

    private void signal() {
        hasNews = true;
        news.signalAll();
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

    Pod pod() {
        lock.lock();
        try {
            return withReported.apply(pod);
        } finally {
            lock.unlock();
        }
    }

    /// From now on [#update] tells when there is less time to stop the pod.
    void beginStop(Duration within) {
        lock.lock();
        try {
            stoppingWithin = within;
        } finally {
            lock.unlock();
        }
    }

    /// The pod without our latest status, once it is being stopped.
    Optional<Pod> stopping() {
        lock.lock();
        try {
            return stoppingWithin == null ? Optional.empty() : Optional.of(pod);
        } finally {
            lock.unlock();
        }
    }

    /// Takes every note there is.
    Round begin() {
        lock.lock();
        try {
            hasNews = false;
            relisted = null;
            return new Round(withReported.apply(pod), verdict, isGone);
        } finally {
            lock.unlock();
        }
    }

    /// Returns when there is something to do.
    ///
    /// @param actual what the last round left in the runtime
    void await(RuntimePod actual) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!hasNews && !isChangedInRuntime(actual)) {
                news.await();
            }
            hasNews = false;
        } finally {
            lock.unlock();
        }
    }

    /// What the last round ended with needs no other round when the pod runs as it should. Called
    /// with the lock held.
    private boolean isChangedInRuntime(RuntimePod actual) {
        var states = relisted;
        relisted = null;
        return states != null && !(actual.runsAllOf(pod) && actual.states().equals(states));
    }

    /// Whether the relist has found other states since the round began: they are known better as
    /// soon as the worker has looked again.
    boolean takeRelisted() {
        lock.lock();
        try {
            boolean isThere = relisted != null;
            relisted = null;
            return isThere;
        } finally {
            lock.unlock();
        }
    }

    /// The calling thread starts the pod and is interrupted when the pod is to end; until
    /// [#endStart], which it must call.
    void beginStart() {
        lock.lock();
        try {
            starting = Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    void endStart() {
        lock.lock();
        try {
            starting = null;
            if (isCutShort) {
                isCutShort = false;
                Thread.interrupted(); // it was meant for what has ended now
            }
        } finally {
            lock.unlock();
        }
    }

    /// Whether the start that goes on was interrupted because the pod is to end.
    boolean isCutShort() {
        lock.lock();
        try {
            return isCutShort;
        } finally {
            lock.unlock();
        }
    }

    /// Interrupts what starts a pod that is to end. Called with the lock held.
    private void cutShort() {
        if (starting != null) {
            isCutShort = true;
            starting.interrupt();
        }
    }
}
