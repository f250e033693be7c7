package io.j8s.scheduler.core;

import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Pods that wait for a node (upstream: `scheduler/backend/queue`): those to be tried now (active,
/// in the order of the queue-sort plugin), those that failed lately (backoff) and those for which
/// nothing has changed since they were turned down (unschedulable), among them the gated ones.
///
/// A pod is in at most one part. Changes that happen while a pod is being tried are noted, so that
/// none is missed. When nothing is active, a pod is taken before its back-off is over, unless the
/// last attempt ended in an error. It is bounded by the number of pods. Guarded by this object's
/// monitor; one thread takes, any thread adds.
public final class SchedulingQueue {

    // upstream: flushUnschedulableEntitiesLeftover runs so often
    private static final Duration LEFTOVER_EVERY = Duration.ofSeconds(30);

    /// Hears of every pod that enters a part.
    @FunctionalInterface
    public interface Listener {
        void entered(String part, String event);
    }

    /// What the queue asks of the profiles.
    public interface Rules {

        /// The plugin that keeps a pod from being tried at all; null for none.
        @Nullable String gatedBy(PodInfo pod);

        /// Whether a change is worth a try for a pod that the named plugins turned down.
        boolean isWorthATry(PodInfo pod, Set<String> rejectedBy, ClusterChange change);

        /// Whether a plugin asked to hear of such changes at all.
        boolean isOfInterest(PodInfo pod, String plugin, ClusterChange change);
    }

    private final Timers timers;
    private final BackoffPolicy policy;
    private final Rules rules;
    private final Listener listener;
    private final TreeSet<QueuedPod> active;
    private final TreeSet<QueuedPod> backoff;
    private final TreeSet<QueuedPod> errorBackoff;
    private final Map<String, QueuedPod> activeByUid = new HashMap<>();
    private final Map<String, QueuedPod> backoffByUid = new HashMap<>();
    private final Map<String, QueuedPod> unschedulable = new LinkedHashMap<>();
    private final Map<String, List<ClusterChange>> trying = new HashMap<>();
    private final Set<String> activatedMeanwhile = new HashSet<>();
    private final Set<String> flushed = new HashSet<>();
    private boolean backoffTimerRuns;
    private boolean leftoverTimerRuns;
    private boolean closed;

    /// @param order the queue-sort plugin
    public SchedulingQueue(
            Timers timers,
            BackoffPolicy policy,
            Comparator<QueuedPod> order,
            Rules rules,
            Listener listener) {
        this.timers = timers;
        this.policy = policy;
        this.rules = rules;
        this.listener = listener;
        var byUid = Comparator.<QueuedPod, String>comparing(queued -> queued.pod().uid());
        active = new TreeSet<>(order.thenComparing(byUid));
        var byEnd = Comparator.<QueuedPod>comparingLong(policy::endNanos);
        backoff = new TreeSet<>(byEnd.thenComparing(order).thenComparing(byUid));
        errorBackoff = new TreeSet<>(byEnd.thenComparing(byUid));
    }

    /// A new pod without a node.
    public synchronized void add(PodInfo pod) {
        remove(pod.uid());
        enterActive(QueuedPod.fresh(pod, timers.nanoTime()), "UnscheduledPodAdd");
    }

    /// A waiting pod has changed; what it was rejected for may be over.
    ///
    /// @param change of the pod itself, as `TARGET_POD`
    public synchronized void update(PodInfo pod, ClusterChange change) {
        String uid = pod.uid();
        var inFlight = trying.get(uid);
        if (inFlight != null) {
            inFlight.add(change);
            return;
        }
        QueuedPod known = activeByUid.get(uid);
        if (known != null) {
            active.remove(known);
            putActive(known.with(pod));
            return;
        }
        known = takeBackoff(uid);
        if (known != null) {
            putBackoff(known.with(pod));
            return;
        }
        known = unschedulable.get(uid);
        if (known == null) {
            add(pod);
            return;
        }
        unschedulable.put(uid, known.with(pod));
        if (rules.isWorthATry(pod, known.rejectedBy(), change)) {
            unschedulable.remove(uid);
            requeue(known.with(pod), change.label());
        }
    }

    public synchronized void remove(String uid) {
        QueuedPod known = activeByUid.remove(uid);
        if (known != null) {
            active.remove(known);
        }
        takeBackoff(uid);
        unschedulable.remove(uid);
        flushed.remove(uid);
    }

    /// The next pod to try, waiting for one; null when the queue was closed. [#done] must follow,
    /// after [#rejected] where the pod was turned down.
    public synchronized @Nullable QueuedPod take() throws InterruptedException {
        while (active.isEmpty() && backoff.isEmpty() && !closed) {
            wait();
        }
        return closed ? null : poll();
    }

    /// The next pod if there is one now.
    public synchronized @Nullable QueuedPod poll() {
        QueuedPod next = active.pollFirst();
        if (next == null) {
            // upstream: SchedulerPopFromBackoffQ
            next = backoff.pollFirst();
            if (next == null) {
                return null;
            }
            backoffByUid.remove(next.pod().uid());
            next = next.readySince(timers.nanoTime());
            listener.entered("active", "PopFromBackoffQ");
        } else {
            activeByUid.remove(next.pod().uid());
        }
        trying.put(next.pod().uid(), new ArrayList<>());
        return next.trying();
    }

    /// A pod that was taken does not fit anywhere, or its binding failed: it waits until something
    /// changes that the plugins named care for; no plugins mean an error, which is simply retried.
    public synchronized void rejected(QueuedPod queued, Set<String> byPlugins) {
        String uid = queued.pod().uid();
        if (activeByUid.containsKey(uid)
                || backoffByUid.containsKey(uid)
                || unschedulable.containsKey(uid)) {
            return; // it was deleted and created again meanwhile
        }
        flushed.remove(uid);
        var missed = trying.get(uid);
        var waiting = queued.failed(byPlugins, timers.nanoTime());
        boolean retry =
                byPlugins.isEmpty()
                        || missed == null
                        || activatedMeanwhile.contains(uid)
                        || missed.stream()
                                .anyMatch(change ->
                                        rules.isWorthATry(waiting.pod(), byPlugins, change));
        if (retry) {
            requeue(waiting, "ScheduleAttemptFailure");
        } else {
            enterUnschedulable(waiting, "ScheduleAttemptFailure");
        }
    }

    /// Whether the pod that was taken had waited so long that it was tried without a reason; asked
    /// once.
    synchronized boolean wasFlushed(String uid) {
        return flushed.remove(uid);
    }

    /// The cycle of a pod that was taken is over.
    public synchronized void done(String uid) {
        trying.remove(uid);
        activatedMeanwhile.remove(uid);
    }

    /// Something changed in the cluster: pods that waited for it are tried again.
    public synchronized void changed(ClusterChange change) {
        changed(change, _ -> true);
    }

    /// The same for some pods only.
    public synchronized void changed(ClusterChange change, Predicate<PodInfo> which) {
        trying.values().forEach(changes -> changes.add(change));
        if (unschedulable.isEmpty()) {
            return;
        }
        for (QueuedPod waiting : List.copyOf(unschedulable.values())) {
            boolean matters =
                    which.test(waiting.pod())
                            && (waiting.gatedBy().isEmpty()
                                    || rules.isOfInterest(waiting.pod(), waiting.gatedBy(), change))
                            && (waiting.isRetriedWhenOpen()
                                    || rules.isWorthATry(
                                            waiting.pod(), waiting.rejectedBy(), change));
            if (matters) {
                unschedulable.remove(waiting.pod().uid());
                requeue(waiting, change.label());
            }
        }
    }

    /// Tries a pod soon, whatever it waits for (e.g. when room was made for it).
    public synchronized void activate(PodInfo pod) {
        QueuedPod waiting = unschedulable.remove(pod.uid());
        if (waiting == null) {
            waiting = takeBackoff(pod.uid());
        }
        if (waiting != null) {
            enterActive(waiting, "ForceActivate");
            return;
        }
        if (trying.containsKey(pod.uid())) {
            activatedMeanwhile.add(pod.uid());
        }
    }

    public synchronized int activeCount() {
        return active.size();
    }

    public synchronized int backoffCount() {
        return backoff.size() + errorBackoff.size();
    }

    /// Those turned down, without the gated ones.
    public synchronized int unschedulableCount() {
        return unschedulable.size() - gatedCount();
    }

    public synchronized int gatedCount() {
        return (int) unschedulable.values().stream().filter(q -> !q.gatedBy().isEmpty()).count();
    }

    /// What is kept while pods are being tried, by upstream's labels, for metrics.
    synchronized Map<String, Double> inflight() {
        var events = Collections.<ClusterChange>newSetFromMap(new IdentityHashMap<>());
        trying.values().forEach(events::addAll);
        var counts = new HashMap<String, Double>();
        counts.put("PodPopped", (double) trying.size());
        events.forEach(event -> counts.merge(event.label(), 1.0, Double::sum));
        return counts;
    }

    /// Every pod that waits, for metrics.
    public synchronized List<QueuedPod> waiting() {
        var all = new ArrayList<>(active);
        all.addAll(backoff);
        all.addAll(errorBackoff);
        all.addAll(unschedulable.values());
        return all;
    }

    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    /// Into backoff as long as its wait is not over, else to the active ones.
    private void requeue(QueuedPod queued, String event) {
        if (policy.isOver(queued, timers.nanoTime())) {
            enterActive(queued, event);
            return;
        }
        var gate = rules.gatedBy(queued.pod());
        if (gate != null) {
            enterUnschedulable(queued.gated(gate), event);
            return;
        }
        putBackoff(queued.readySince(timers.nanoTime()));
        listener.entered("backoff", event);
    }

    private void enterActive(QueuedPod queued, String event) {
        var gate = rules.gatedBy(queued.pod());
        if (gate != null) {
            enterUnschedulable(queued.gated(gate), event);
            return;
        }
        putActive(queued.readySince(timers.nanoTime()));
        listener.entered("active", event);
    }

    private void putActive(QueuedPod queued) {
        activeByUid.put(queued.pod().uid(), queued);
        active.add(queued);
        notifyAll();
    }

    private void putBackoff(QueuedPod queued) {
        backoffByUid.put(queued.pod().uid(), queued);
        (queued.rejectedBy().isEmpty() ? errorBackoff : backoff).add(queued);
        notifyAll();
        if (!backoffTimerRuns) {
            backoffTimerRuns = true;
            var _ =
                    timers.schedule(
                            Duration.ofNanos(BackoffPolicy.WINDOW_NANOS),
                            Runnable::run,
                            this::flushBackoff);
        }
    }

    private @Nullable QueuedPod takeBackoff(String uid) {
        QueuedPod known = backoffByUid.remove(uid);
        if (known != null && !backoff.remove(known)) {
            errorBackoff.remove(known);
        }
        return known;
    }

    private void enterUnschedulable(QueuedPod queued, String event) {
        unschedulable.put(queued.pod().uid(), queued);
        // upstream: a gated pod counts as one of them here
        listener.entered("unschedulable", event);
        if (!leftoverTimerRuns) {
            leftoverTimerRuns = true;
            var _ = timers.schedule(LEFTOVER_EVERY, Runnable::run, this::flushLeftover);
        }
    }

    private synchronized void flushBackoff() {
        backoffTimerRuns = false;
        long now = timers.nanoTime();
        for (var part : List.of(backoff, errorBackoff)) {
            while (!part.isEmpty() && policy.isOver(part.first(), now)) {
                QueuedPod ready = part.pollFirst();
                if (ready != null) {
                    backoffByUid.remove(ready.pod().uid());
                    putActive(ready);
                    listener.entered("active", "BackoffComplete");
                }
            }
        }
        if (!backoffByUid.isEmpty() && !closed) {
            backoffTimerRuns = true;
            var _ =
                    timers.schedule(
                            Duration.ofNanos(BackoffPolicy.WINDOW_NANOS),
                            Runnable::run,
                            this::flushBackoff);
        }
    }

    /// A hint may be wrong and a change be missed: nobody waits for ever.
    private synchronized void flushLeftover() {
        leftoverTimerRuns = false;
        long longest = policy.unschedulableMax().toNanos();
        for (QueuedPod waiting : List.copyOf(unschedulable.values())) {
            if (timers.nanoTime() - waiting.sinceNanos() > longest) {
                unschedulable.remove(waiting.pod().uid());
                flushed.add(waiting.pod().uid());
                requeue(waiting, "UnschedulableTimeout");
            }
        }
        if (!unschedulable.isEmpty() && !closed) {
            leftoverTimerRuns = true;
            var _ = timers.schedule(LEFTOVER_EVERY, Runnable::run, this::flushLeftover);
        }
    }
}
