package io.j8s.storage;

import io.j8s.storage.model.WatchEvent;
import io.j8s.storage.model.WatchListener;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// Keeps everything that a watch delivers and checks that no revision is split or goes back.
public final class WatchRecorder implements WatchListener {

    private static final long SECONDS_MAX = 60;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<WatchEvent> events = new ArrayList<>();
    private long through;
    private @Nullable Reason reason;
    private @Nullable String broken;

    @Override
    public void changed(List<WatchEvent> delivered, long revision) {
        update(() -> {
            for (WatchEvent event : delivered) {
                if (event.record().modRevision() <= through
                        || event.record().modRevision() > revision) {
                    broken =
                            "revision "
                                    + event.record().modRevision()
                                    + " outside of ("
                                    + through
                                    + ", "
                                    + revision
                                    + "]";
                }
            }
            events.addAll(delivered);
            through = revision;
        });
    }

    @Override
    public void progressed(long revision) {
        update(() -> {
            if (revision < through) {
                broken = "progress went back: " + through + " -> " + revision;
            }
            through = revision;
        });
    }

    @Override
    public void ended(Reason why) {
        update(() -> reason = why);
    }

    /// The first `count` events.
    public List<WatchEvent> awaitEvents(int count) throws InterruptedException {
        await(() -> events.size() >= count);
        return List.copyOf(events);
    }

    public void awaitThrough(long revision) throws InterruptedException {
        await(() -> through >= revision);
    }

    public Reason awaitEnd() throws InterruptedException {
        await(() -> reason != null);
        return java.util.Objects.requireNonNull(reason);
    }

    public long through() {
        lock.lock();
        try {
            return through;
        } finally {
            lock.unlock();
        }
    }

    public List<WatchEvent> events() {
        lock.lock();
        try {
            return List.copyOf(events);
        } finally {
            lock.unlock();
        }
    }

    private void update(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void await(BooleanSupplier condition) throws InterruptedException {
        lock.lock();
        try {
            long nanos = TimeUnit.SECONDS.toNanos(SECONDS_MAX);
            while (!condition.getAsBoolean() && broken == null) {
                if (nanos <= 0) {
                    throw new AssertionError(
                            "waited too long: "
                                    + events.size()
                                    + " events through "
                                    + through
                                    + ", ended: "
                                    + reason);
                }
                nanos = changed.awaitNanos(nanos);
            }
            if (broken != null) {
                throw new AssertionError(broken);
            }
        } finally {
            lock.unlock();
        }
    }
}
