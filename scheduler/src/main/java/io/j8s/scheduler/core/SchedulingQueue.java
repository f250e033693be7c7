package io.j8s.scheduler.core;

import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// Pods that wait for a node (upstream: `scheduler/backend/queue`): those to be tried now (active,
/// in the order of the queue-sort plugin), those that failed lately (backoff) and those for which
/// nothing has changed since they were turned down (unschedulable).
///
/// A pod is in at most one part. Changes that happen while a pod is being tried are noted, so that
/// none is missed. It is bounded by the number of pods. Guarded by this object's monitor; one
/// thread takes, any thread adds.
public final class SchedulingQueue {

    private static final Duration BACKOFF_INITIAL =
            Duration.ofSeconds(1); // podInitialBackoffSeconds
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(10); // podMaxBackoffSeconds
    // upstream: DefaultPodMaxInUnschedulablePodsDuration
    private static final Duration UNSCHEDULABLE_MAX = Duration.ofMinutes(5);

    private final Timers timers;
    private final Function<PodInfo, Verdict> preEnqueue;
    private final Function<String, @Nullable Plugin> plugins;
    private final TreeSet<QueuedPod> active;
    private final Map<String, QueuedPod> activeByUid = new HashMap<>();
    private final Map<String, QueuedPod> backoff = new LinkedHashMap<>();
    private final Map<String, QueuedPod> unschedulable = new LinkedHashMap<>();
    private final Map<String, List<ClusterChange>> trying = new HashMap<>();
    private boolean closed;

    /// @param order the queue-sort plugin
    /// @param preEnqueue whether a pod may be tried at all
    /// @param plugins finds a plugin by its name, for its queueing hints
    public SchedulingQueue(
            Timers timers,
            Comparator<QueuedPod> order,
            Function<PodInfo, Verdict> preEnqueue,
            Function<String, @Nullable Plugin> plugins) {
        this.timers = timers;
        this.preEnqueue = preEnqueue;
        this.plugins = plugins;
        active = new TreeSet<>(order.thenComparing(queued -> queued.pod().uid()));
    }

    /// A new pod without a node, or one that came back.
    public synchronized void add(PodInfo pod) {
        long now = timers.nanoTime();
        remove(pod.uid());
        admit(new QueuedPod(pod, 0, now, now, Set.of()));
    }

    /// A waiting pod has changed; what it was rejected for may be over.
    public synchronized void update(PodInfo pod, boolean mayMatter) {
        QueuedPod known = activeByUid.get(pod.uid());
        if (known != null) {
            active.remove(known);
            enterActive(known.with(pod));
            return;
        }
        known = backoff.get(pod.uid());
        if (known != null) {
            backoff.put(pod.uid(), known.with(pod));
            return;
        }
        known = unschedulable.get(pod.uid());
        if (known != null) {
            unschedulable.put(pod.uid(), known.with(pod));
            if (mayMatter) {
                unschedulable.remove(pod.uid());
                admit(known.with(pod));
            }
        } else if (!trying.containsKey(pod.uid())) {
            add(pod);
        }
    }

    public synchronized void remove(String uid) {
        QueuedPod known = activeByUid.remove(uid);
        if (known != null) {
            active.remove(known);
        }
        backoff.remove(uid);
        unschedulable.remove(uid);
    }

    /// The next pod to try, waiting for one; null when the queue was closed. [#done] must follow,
    /// after [#rejected] where the pod was turned down.
    public synchronized @Nullable QueuedPod take() throws InterruptedException {
        while (active.isEmpty() && !closed) {
            wait();
        }
        return poll();
    }

    /// The next pod if there is one now.
    public synchronized @Nullable QueuedPod poll() {
        QueuedPod next = active.pollFirst();
        if (next == null) {
            return null;
        }
        activeByUid.remove(next.pod().uid());
        trying.put(next.pod().uid(), new ArrayList<>());
        return next.trying(timers.nanoTime());
    }

    /// A pod that was taken does not fit anywhere, or its binding failed: it waits until something
    /// changes that the plugins named care for; no plugins mean an error, which is simply retried.
    public synchronized void rejected(QueuedPod queued, Set<String> byPlugins) {
        var missed = trying.getOrDefault(queued.pod().uid(), List.of());
        var waiting = queued.tried(byPlugins, timers.nanoTime());
        boolean retry =
                byPlugins.isEmpty() || missed.stream().anyMatch(change -> matters(waiting, change));
        if (retry) {
            enterBackoff(waiting);
        } else {
            enterUnschedulable(waiting);
        }
    }

    /// The cycle of a pod that was taken is over.
    public synchronized void done(String uid) {
        trying.remove(uid);
    }

    /// Something changed in the cluster: pods that waited for it are tried again.
    public synchronized void changed(ClusterChange change) {
        trying.values().forEach(changes -> changes.add(change));
        for (QueuedPod waiting : List.copyOf(unschedulable.values())) {
            if (matters(waiting, change)) {
                unschedulable.remove(waiting.pod().uid());
                enterBackoff(waiting);
            }
        }
    }

    /// Tries a pod soon, whatever it waits for (e.g. when room was made for it).
    public synchronized void activate(String uid) {
        QueuedPod waiting = unschedulable.remove(uid);
        if (waiting == null) {
            waiting = backoff.remove(uid);
        }
        if (waiting != null) {
            admit(waiting);
        }
    }

    public synchronized int activeCount() {
        return active.size();
    }

    public synchronized int backoffCount() {
        return backoff.size();
    }

    public synchronized int unschedulableCount() {
        return unschedulable.size();
    }

    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    private void admit(QueuedPod queued) {
        if (preEnqueue.apply(queued.pod()).fits()) {
            enterActive(queued);
        } else {
            unschedulable.put(queued.pod().uid(), queued);
        }
    }

    private void enterActive(QueuedPod queued) {
        activeByUid.put(queued.pod().uid(), queued);
        active.add(queued);
        notify();
    }

    private void enterBackoff(QueuedPod queued) {
        String uid = queued.pod().uid();
        Duration left = backoffOf(queued).minusNanos(timers.nanoTime() - queued.sinceNanos());
        if (!left.isPositive()) {
            admit(queued);
            return;
        }
        backoff.put(uid, queued);
        var _ =
                timers.schedule(
                        left, Runnable::run, () -> leave(backoff, uid, queued.sinceNanos()));
    }

    private void enterUnschedulable(QueuedPod queued) {
        String uid = queued.pod().uid();
        unschedulable.put(uid, queued);
        var _ =
                timers.schedule(
                        UNSCHEDULABLE_MAX,
                        Runnable::run,
                        () -> leave(unschedulable, uid, queued.sinceNanos()));
    }

    private synchronized void leave(Map<String, QueuedPod> part, String uid, long sinceNanos) {
        QueuedPod waiting = part.get(uid);
        if (waiting != null && waiting.sinceNanos() == sinceNanos) {
            part.remove(uid);
            admit(waiting);
        }
    }

    /// 1 s after the first attempt, doubled with each further one, at most 10 s.
    private static Duration backoffOf(QueuedPod queued) {
        Duration delay = BACKOFF_INITIAL;
        for (int i = 1; i < queued.attempts() && delay.compareTo(BACKOFF_MAX) < 0; i++) {
            delay = delay.multipliedBy(2);
        }
        return delay.compareTo(BACKOFF_MAX) > 0 ? BACKOFF_MAX : delay;
    }

    private boolean matters(QueuedPod waiting, ClusterChange change) {
        for (String name : waiting.rejectedBy()) {
            Plugin plugin = plugins.apply(name);
            if (plugin == null) {
                return true;
            }
            for (WakeUp wakeUp : plugin.wakeUps()) {
                if (wakeUp.type() == change.type()
                        && wakeUp.isWorthATry().test(waiting.pod(), change)) {
                    return true;
                }
            }
        }
        return false;
    }
}
