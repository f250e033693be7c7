package io.j8s.nodeagent.pods;

import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.cgroups.CgroupLimits;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodQos;
import io.j8s.nodeagent.core.PodResources;
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

    private static final long CPU_PERIOD_US = 100_000;

    private final PodTools tools;
    private final PodWorkers pods;
    private final Timers timers;
    private final ContainerGarbage garbage;
    private final LogRotation logs;
    private volatile boolean closed;

    public Housekeeping(PodTools tools, PodWorkers pods) {
        this.tools = tools;
        this.pods = pods;
        this.timers = tools.timers();
        this.garbage = new ContainerGarbage(tools, pods::isKnown);
        this.logs = new LogRotation(tools);
        tools.threads().execute(this::run);
    }

    @Override
    public void close() {
        closed = true;
    }

    /// The class's weight is the sum of what its pods ask for. upstream: setCPUCgroupConfig.
    private void weighBurstable() throws IOException {
        long milliCpu =
                pods.pods().stream()
                        .filter(pod -> !PodFacts.hasEnded(pod))
                        .filter(pod -> PodQos.of(pod) == PodQos.BURSTABLE)
                        .mapToLong(PodResources::requestedMilliCpu)
                        .sum();
        tools.cgroups()
                .create(
                        tools.paths().cgroupParent() + "/kubepods/burstable",
                        new CgroupLimits(PodResources.shares(milliCpu), -1, CPU_PERIOD_US, -1));
    }

    private void run() {
        try {
            for (int round = 1; !closed; round++) {
                timers.sleep(LOGS);
                try {
                    weighBurstable();
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
