package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.controllers.runtime.ObjectJson;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.core.PodStatuses;
import io.j8s.nodeagent.core.StatusPatch;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// Keeps the API server's copy of one pod's status equal to ours. Only that pod's worker says what
/// the status is; saying it never waits. One thread at a time tells the API server, always the
/// latest, so that what changes while a call is under way goes out in one.
final class StatusReporter {

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final PodTools tools;
    private final ObjectKey key;
    private final String uid;
    private final boolean isStatic;
    private final Runnable onGone;
    private volatile @Nullable PodStatus reported; // never changed once it is here
    private volatile @Nullable Merged merged;
    private volatile @Nullable String mirrorUid;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition settled = lock.newCondition();
    // guarded by lock
    private @Nullable PodStatus told; // what the API server has of us; null before the first time
    private @Nullable PodStatus base; // what it had before
    private @Nullable PodStatus corrected;
    private boolean isOver;
    private boolean isSending;
    private boolean isGone;
    private @Nullable KubernetesClientException failure; // of the last attempt

    /// @param isStatic the pod itself is not in the API server, its mirror is
    /// @param onGone called when the API server has no such pod any more
    StatusReporter(PodTools tools, ObjectKey key, String uid, boolean isStatic, Runnable onGone) {
        this.tools = tools;
        this.key = key;
        this.uid = uid;
        this.isStatic = isStatic;
        this.onGone = onGone;
    }

    /// What [#withReported] last made, and of what.
    private record Merged(Pod of, PodStatus with, Pod result) {}

    /// The pod with the status that we reported last, and with what others have said since: our own
    /// words come back late through the watch. Safe for use by many threads; what it returns is
    /// shared and must not be changed.
    @SuppressWarnings("ReferenceEquality") // the same objects need no second merge; equal ones may
    Pod withReported(Pod pod) {
        var ours = reported;
        if (ours == null) {
            return pod;
        }
        var last = merged;
        if (last != null && last.of() == pod && last.with() == ours) {
            return last.result();
        }
        // all else is the very same: a builder would copy the whole spec for nothing
        var result =
                new Pod(
                        pod.getApiVersion(),
                        pod.getKind(),
                        pod.getMetadata(),
                        pod.getSpec(),
                        withOthers(ours, pod));
        result.setAdditionalProperties(pod.getAdditionalProperties());
        merged = new Merged(pod, ours, result);
        return result;
    }

    private PodStatus withOthers(PodStatus ours, Pod pod) {
        var conditions = new LinkedHashMap<String, PodCondition>();
        ours.getConditions().forEach(known -> conditions.put(known.getType(), known));
        if (pod.getStatus() != null) {
            for (var condition : pod.getStatus().getConditions()) {
                if (!PodStatuses.isOwned(condition.getType())) {
                    conditions.put(condition.getType(), condition);
                }
            }
        }
        var status = copy(ours);
        status.setConditions(new ArrayList<>(conditions.values()));
        return status;
    }

    /// From now on this is the pod's status; the API server is told behind our back.
    void report(Pod pod, PodStatus wanted) {
        note(pod, wanted);
        tell();
    }

    /// The API server is told what was noted, behind our back.
    void tell() {
        lock.lock();
        try {
            send();
        } finally {
            lock.unlock();
        }
    }

    /// From now on this is the pod's status; the API server need not hear of it yet.
    void note(Pod pod, PodStatus wanted) {
        lock.lock();
        try {
            if (reported == null) {
                base = pod.getStatus();
            }
            reported = copy(wanted);
            isOver = wanted.getPhase().equals("Succeeded") || wanted.getPhase().equals("Failed");
        } finally {
            lock.unlock();
        }
    }

    /// As [#report], unless the pod's last status has been said: what comes from beside the worker
    /// may come too late.
    void reportUnlessOver(Function<Pod, PodStatus> status, Pod pod) {
        lock.lock();
        try {
            var last = reported;
            if (last == null || isOver) {
                return;
            }
            var next = status.apply(withReported(pod));
            if (next.getPhase().equals(last.getPhase())) {
                reported = copy(next);
                send();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the API server has the latest status.
    ///
    /// @throws KubernetesClientException when it could not be told; try again later
    void flush() throws InterruptedException {
        lock.lock();
        try {
            send();
            while (isSending && failure == null) {
                settled.await();
            }
            var refused = failure;
            if (refused != null) {
                failure = null;
                throw refused;
            }
        } finally {
            lock.unlock();
        }
    }

    /// Somebody else changed what we said: it is said again. Called now and then, when what the API
    /// server last had of us has long come back through the watch.
    void reconcile(Pod pod) {
        lock.lock();
        try {
            var last = told;
            if (last == null
                    || isSending
                    || isStatic
                    || pod.getStatus() == null
                    || pod.getStatus().equals(corrected)) { // it did not help: no use in repeating
                return;
            }
            corrected = pod.getStatus();
            if (StatusPatch.between(asMap(pod.getStatus()), asMap(withOthers(last, pod)))
                    .isPresent()) {
                base = pod.getStatus();
                told = null;
                reported = withOthers(last, pod);
                send();
            }
        } finally {
            lock.unlock();
        }
    }

    /// A mirror has come up, or was replaced, and knows nothing yet. Called from any thread.
    void tellAnew(String uidOfMirror) {
        lock.lock();
        try {
            mirrorUid = uidOfMirror;
            told = null;
            base = null;
            if (reported != null) {
                send();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Called with the lock held.
    @SuppressWarnings("ReferenceEquality") // what was told is the very object
    private void send() {
        if (!isSending && !isGone && reported != told) {
            isSending = true;
            failure = null;
            tools.threads().execute(this::sendAll);
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private void sendAll() {
        try {
            while (true) {
                PodStatus latest;
                PodStatus before;
                lock.lock();
                try {
                    latest = reported;
                    before = told == null ? base : told;
                    if (latest == null || latest == told || isGone) {
                        isSending = false;
                        settled.signalAll();
                        return;
                    }
                } finally {
                    lock.unlock();
                }
                tell(before, latest);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(@Nullable PodStatus before, PodStatus latest) throws InterruptedException {
        try {
            boolean isThere = patch(before, latest);
            lock.lock();
            try {
                told = latest;
                isGone = !isThere;
            } finally {
                lock.unlock();
            }
            if (!isThere) {
                onGone.run();
            }
        } catch (KubernetesClientException e) {
            lock.lock();
            try {
                failure = e;
                settled.signalAll();
            } finally {
                lock.unlock();
            }
            tools.timers().sleep(RETRY);
        }
    }

    /// @return false when the pod is gone
    private boolean patch(@Nullable PodStatus before, PodStatus wanted) {
        var old = before == null ? Map.<String, Object>of() : asMap(before);
        var changes = StatusPatch.between(old, asMap(wanted));
        if (changes.isEmpty()) {
            return true;
        }
        var target = uid;
        if (isStatic) {
            var mirror = mirrorUid;
            if (mirror == null) {
                return true; // told when there is one
            }
            target = mirror;
        }
        var patch = new LinkedHashMap<String, Object>();
        patch.put("metadata", Map.of("uid", target));
        patch.put("status", changes.get());
        return tools.api().patchPodStatus(key, patch) || isStatic;
    }

    private static Map<String, Object> asMap(PodStatus status) {
        return ObjectJson.map(status);
    }

    private static PodStatus copy(PodStatus status) {
        return ObjectJson.copy(status);
    }
}
