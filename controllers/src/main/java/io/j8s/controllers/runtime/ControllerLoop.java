package io.j8s.controllers.runtime;

import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// One queue and the reconciler that works it off, in several virtual threads. The only place where
/// a controller's failure is caught: it is logged and the key retried with backoff.
public final class ControllerLoop<K> {

    private static final Logger log = LoggerFactory.getLogger(ControllerLoop.class);

    private final WorkQueue<K> queue;
    private final Reconciler<K> reconciler;
    private final Timers timers;
    private final int workers;
    private final List<Thread> threads = new ArrayList<>();
    private volatile @Nullable Exception lastBug;

    public ControllerLoop(
            WorkQueue<K> queue, Reconciler<K> reconciler, Timers timers, int workers) {
        this.queue = queue;
        this.reconciler = reconciler;
        this.timers = timers;
        this.workers = workers;
    }

    public WorkQueue<K> queue() {
        return queue;
    }

    public synchronized void start() {
        for (int i = 0; i < workers; i++) {
            threads.add(Thread.ofVirtual().name(queue.name() + " " + i).start(this::work));
        }
    }

    public synchronized void stop() {
        queue.close();
        threads.forEach(Thread::interrupt);
        threads.clear();
    }

    /// Works off one key if one waits: how a test drives a controller by hand.
    public boolean runOne() throws InterruptedException {
        var key = queue.poll();
        if (key == null) {
            return false;
        }
        handle(key);
        return true;
    }

    /// The last failure that was neither an answer of the server nor its silence, or null.
    public @Nullable Exception lastBug() {
        return lastBug;
    }

    private void work() {
        try {
            for (var key = queue.take(); key != null; key = queue.take()) {
                handle(key);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("CatchingUnchecked") // an edge: whatever a controller throws is retried
    private void handle(K key) throws InterruptedException {
        long began = timers.nanoTime();
        try {
            switch (reconciler.reconcile(key)) {
                case Outcome.Done _ -> queue.forget(key);
                case Outcome.Again(var after) -> {
                    queue.forget(key);
                    queue.addAfter(key, after);
                }
            }
        } catch (StatusException refused) {
            if (!refused.isConflict()) {
                failed(key, refused.message());
            }
            queue.addLimited(key);
        } catch (UncheckedIOException unreachable) {
            failed(key, String.valueOf(unreachable.getMessage()));
            queue.addLimited(key);
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception bug) {
            lastBug = bug;
            failed(key, bug);
        } catch (StackOverflowError | LinkageError bug) {
            failed(key, bug); // a worker less would be missed much later
        } finally {
            queue.done(key, timers.nanoTime() - began);
        }
    }

    private void failed(K key, Throwable bug) {
        log.atError()
                .setCause(bug)
                .addKeyValue("queue", queue.name())
                .addKeyValue("key", key)
                .log("reconcile failed");
        queue.addLimited(key);
    }

    private void failed(K key, String cause) {
        log.atInfo()
                .addKeyValue("queue", queue.name())
                .addKeyValue("key", key)
                .addKeyValue("cause", cause)
                .log("reconcile failed, will try again");
    }
}
