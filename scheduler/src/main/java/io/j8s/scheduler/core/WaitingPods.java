package io.j8s.scheduler.core;

import io.j8s.machinery.quantity.GoDuration;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/// Reserved pods that permit plugins hold back until somebody allows them (upstream:
/// `waitingPodsMap`). Safe for use by many threads; bounded by the bindings under way.
public final class WaitingPods {

    private static final Duration WAIT_MAX = Duration.ofMinutes(15); // upstream: maxTimeout

    /// How the wait ended.
    ///
    /// @param plugin that refused; empty when none did
    record End(boolean isAllowed, String plugin, String reason) {
        static final End ALLOWED = new End(true, "", "");
    }

    private static final class Waiting {
        private final Map<String, Timers.Scheduled> pending = new HashMap<>();
        private final CompletableFuture<End> end = new CompletableFuture<>();

        synchronized void allow(String plugin) {
            var timer = pending.remove(plugin);
            if (timer != null) {
                timer.close();
            }
            if (pending.isEmpty()) {
                end.complete(End.ALLOWED);
            }
        }

        synchronized void refuse(String plugin, String reason) {
            pending.values().forEach(Timers.Scheduled::close);
            end.complete(new End(false, plugin, reason));
        }
    }

    private final Timers timers;
    private final Map<String, Waiting> byUid = new ConcurrentHashMap<>();

    WaitingPods(Timers timers) {
        this.timers = timers;
    }

    void add(PodInfo pod, Map<String, Duration> waitFor) {
        var waiting = new Waiting();
        synchronized (waiting) {
            waitFor.forEach((plugin, time) -> {
                var atMost = time.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : time;
                waiting.pending.put(
                        plugin,
                        timers.schedule(
                                atMost,
                                Runnable::run,
                                () ->
                                        waiting.refuse(
                                                plugin,
                                                "rejected due to timeout after waiting %s at plugin %s"
                                                        .formatted(goDuration(atMost), plugin))));
            });
        }
        byUid.put(pod.uid(), waiting);
    }

    private static String goDuration(Duration time) {
        return GoDuration.print(time);
    }

    /// Waits for the end; at once when nobody holds the pod back.
    End await(String uid) throws InterruptedException {
        var waiting = byUid.get(uid);
        if (waiting == null) {
            return End.ALLOWED;
        }
        try {
            return waiting.end.get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            byUid.remove(uid);
        }
    }

    boolean isWaiting(String uid) {
        return byUid.containsKey(uid);
    }

    /// A plugin that held a pod back lets it go.
    public void allow(String uid, String plugin) {
        @Nullable Waiting waiting = byUid.get(uid);
        if (waiting != null) {
            waiting.allow(plugin);
        }
    }

    /// Ends the wait of a pod that must not be bound any more.
    ///
    /// @return whether it waited
    public boolean refuse(String uid, String plugin, String reason) {
        @Nullable Waiting waiting = byUid.get(uid);
        if (waiting == null) {
            return false;
        }
        waiting.refuse(plugin, reason);
        return true;
    }
}
