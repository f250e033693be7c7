package io.j8s.testkit.simulation;

import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.scheduler.SchedulerProcess;
import io.j8s.scheduler.config.ConfigurationException;
import io.j8s.scheduler.config.SchedulerConfiguration;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Executor;

/// A scheduler whose bindings run when the dice say so.
final class SchedulerWorker implements Simulation.Worker, SchedulerProcess.Threads {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Random random;
    private final SchedulerProcess process;

    SchedulerWorker(ControllerContext context, Random random) {
        this(context, random, new PrometheusRegistry());
    }

    SchedulerWorker(ControllerContext context, Random random, PrometheusRegistry registry) {
        this.random = random;
        try {
            process =
                    new SchedulerProcess(
                            context.api(),
                            context.informers(),
                            context.timers(),
                            random,
                            SchedulerConfiguration.STANDARD,
                            "simulated",
                            registry,
                            this);
        } catch (ConfigurationException impossible) {
            throw new IllegalStateException(impossible);
        }
        process.listen();
    }

    PrometheusRegistry podResources() {
        return process.podResources();
    }

    @Override
    public boolean step() throws InterruptedException {
        if (!tasks.isEmpty() && random.nextInt(3) > 0) {
            tasks.remove().run();
            return true;
        }
        return process.step() || !tasks.isEmpty();
    }

    @Override
    public Executor work() {
        return tasks::add;
    }

    @Override
    public Executor events() {
        return Runnable::run;
    }

    @Override
    public void close() {
        tasks.clear(); // a process that dies binds no more
    }
}
