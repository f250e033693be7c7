package io.j8s.nodeagent.pods;

import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// When to look at the whole runtime next: each second where it tells nothing by itself, seldom
/// where it does, and a few times shortly after it told that something has ended, because its own
/// lists follow its events after a moment. One thread waits, any thread tells.
final class RelistPace {

    private static final Duration WITHOUT_EVENTS =
            Duration.ofSeconds(1); // upstream: genericPlegRelistPeriod
    private static final Duration BEHIND_EVENTS = Duration.ofSeconds(10);
    private static final List<Duration> AFTER_EVENT =
            List.of(Duration.ofMillis(20), Duration.ofMillis(150), Duration.ofSeconds(1));

    private final Timers timers;
    private final Executor threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // guarded by lock
    private boolean hasEvents;
    private boolean isDue;
    private int looks = AFTER_EVENT.size(); // how many of them have been made

    RelistPace(Timers timers, Executor threads) {
        this.timers = timers;
        this.threads = threads;
    }

    /// Something has ended in the runtime.
    void heard() {
        lock.lock();
        try {
            hasEvents = true;
            if (looks > 0) { // else the next look is near: many events must not put it off
                looks = 0;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// The runtime would tell if something ended.
    void eventsBegun() {
        lock.lock();
        try {
            hasEvents = true;
        } finally {
            lock.unlock();
        }
    }

    void eventsEnded() {
        lock.lock();
        try {
            hasEvents = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Returns when it is time.
    void await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            isDue = false;
            while (!isDue) {
                int before = looks;
                boolean isAfterEvent = before < AFTER_EVENT.size();
                var wait =
                        isAfterEvent
                                ? AFTER_EVENT.get(before)
                                : hasEvents ? BEHIND_EVENTS : WITHOUT_EVENTS;
                try (var _ = timers.schedule(wait, threads, this::due)) {
                    changed.await();
                }
                if (isDue && isAfterEvent && looks == before) {
                    looks++;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void due() {
        lock.lock();
        try {
            isDue = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
