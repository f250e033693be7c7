package io.j8s.apiserver.registry;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/// Gathers the watches that have something to send by the thread that sends it: a change that a
/// thousand watchers see wakes each I/O thread once, not a thousand times. Any thread may add.
final class PumpQueues {

    private static final int THREADS_MAX = 256; // socket threads; others go on their own

    private final Map<Executor, PumpQueue> byThread = new ConcurrentHashMap<>();

    void add(Executor thread, Runnable pump) {
        var queue = byThread.get(thread);
        if (queue == null) {
            if (byThread.size() >= THREADS_MAX) {
                thread.execute(pump);
                return;
            }
            queue = byThread.computeIfAbsent(thread, PumpQueue::new);
        }
        queue.add(pump);
    }

    /// The watches of one thread that are to be served.
    private static final class PumpQueue {

        private final Executor thread;
        private final Queue<Runnable> pumps = new ConcurrentLinkedQueue<>();
        private final AtomicBoolean isScheduled = new AtomicBoolean();

        PumpQueue(Executor thread) {
            this.thread = thread;
        }

        void add(Runnable pump) {
            pumps.add(pump);
            if (isScheduled.compareAndSet(false, true)) {
                thread.execute(this::run);
            }
        }

        private void run() {
            isScheduled.set(false); // first: what is added from here on asks for another run
            for (var pump = pumps.poll(); pump != null; pump = pumps.poll()) {
                pump.run();
            }
        }
    }
}
