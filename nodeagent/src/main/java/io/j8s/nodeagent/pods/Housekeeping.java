package io.j8s.nodeagent.pods;

import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.cri.CriException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;

/// What is done from time to time and for no pod in particular; one thread.
public final class Housekeeping implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
    private static final Duration LOGS =
            Duration.ofSeconds(10); // upstream: containerLogMonitorInterval
    private static final int GARBAGE_EVERY = 6; // upstream: ContainerGCPeriod, one minute

    private final Timers timers;
    private final ContainerGarbage garbage;
    private final LogRotation logs;
    private volatile boolean closed;

    public Housekeeping(PodTools tools, PodWorkers pods) {
        this.timers = tools.timers();
        this.garbage = new ContainerGarbage(tools, pods::isKnown);
        this.logs = new LogRotation(tools);
        tools.threads().execute(this::run);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void run() {
        try {
            for (int round = 1; !closed; round++) {
                timers.sleep(LOGS);
                try {
                    logs.rotate();
                    if (round % GARBAGE_EVERY == 0) {
                        garbage.collect();
                    }
                } catch (CriException | IOException e) {
                    log.atInfo()
                            .addKeyValue("cause", e.getMessage())
                            .log("housekeeping stopped short");
                } catch (RuntimeException e) {
                    log.atError().setCause(e).log("housekeeping failed");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
