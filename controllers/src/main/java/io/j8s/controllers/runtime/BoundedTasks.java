package io.j8s.controllers.runtime;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;

/// Runs tasks one after the other in a virtual thread; what comes when [#CAPACITY] tasks wait is
/// dropped. For work that is best effort, such as sending events.
public final class BoundedTasks implements Executor, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(BoundedTasks.class);
    private static final int CAPACITY = 1000; // upstream: the event broadcaster's queue length

    private final BlockingQueue<Runnable> waiting = new ArrayBlockingQueue<>(CAPACITY);
    private final Thread worker;

    public BoundedTasks(String name) {
        worker = Thread.ofVirtual().name(name).start(this::work);
    }

    @Override
    public void execute(Runnable task) {
        if (!waiting.offer(task)) {
            log.debug("dropped a task: too many wait");
        }
    }

    @Override
    public void close() {
        worker.interrupt();
    }

    private void work() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                waiting.take().run();
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException | StackOverflowError | LinkageError bug) {
                log.error("task failed", bug);
            }
        }
    }
}
