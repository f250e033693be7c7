package io.j8s.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Turns SIGINT and SIGTERM into an orderly stop with exit code 0. The JVM would end with 130 or
/// 143 and run its hooks beside the main thread; here the hook only wakes the main thread, waits
/// until that has closed everything, and ends the process.
final class Shutdown implements AutoCloseable {

    private static final long CLOSE_SECONDS_MAX = 20;

    private final Thread main = Thread.currentThread();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean isStarting = true;

    private Shutdown() {}

    /// Installs the handler. Called once, by the main thread, before it starts anything; closed by
    /// it after everything else is.
    static Shutdown onSignal() {
        var shutdown = new Shutdown();
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform().name("shutdown").unstarted(shutdown::stopInOrder));
        return shutdown;
    }

    /// Blocks until the process is asked to stop. A signal before this call interrupts the start.
    void await() throws InterruptedException {
        isStarting = false;
        asked.await();
    }

    /// Asks the process to stop, as a signal would.
    void ask() {
        asked.countDown();
    }

    /// Everything is closed; the process may end.
    @Override
    public void close() {
        closed.countDown();
    }

    private void stopInOrder() {
        if (closed.getCount() == 0) {
            return; // the main thread ended by itself and knows its exit code
        }
        asked.countDown();
        if (isStarting) {
            main.interrupt();
        }
        try {
            boolean inTime = closed.await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
            Runtime.getRuntime().halt(inTime ? 0 : 1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
