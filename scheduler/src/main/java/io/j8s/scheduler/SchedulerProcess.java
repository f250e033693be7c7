package io.j8s.scheduler;

import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.machinery.timers.Timers;
import io.j8s.scheduler.config.ConfigurationException;
import io.j8s.scheduler.config.SchedulerConfiguration;
import io.j8s.scheduler.core.PodResourceMetrics;
import io.j8s.scheduler.core.PodStatusWriter;
import io.j8s.scheduler.core.Profile;
import io.j8s.scheduler.core.Scheduler;
import io.j8s.scheduler.core.SchedulerEvents;
import io.j8s.scheduler.core.SchedulerMetrics;
import io.j8s.scheduler.core.SchedulerState;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.util.ArrayList;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/// Runs the scheduler over one API server. One thread constructs, starts and closes it.
public final class SchedulerProcess implements AutoCloseable {

    private final Threads threads;
    private final Scheduler scheduler;
    private final PrometheusRegistry podResources;

    /// What runs beside the loop.
    public interface Threads extends AutoCloseable {

        /// For bindings and preemptions, which are bounded by who starts them and may block.
        Executor work();

        /// For events; it may drop.
        Executor events();

        @Override
        void close();
    }

    /// @param api acts as `system:kube-scheduler`
    /// @param informers shared with whatever else runs in this process; whoever made them starts
    ///   and closes them
    /// @param host tells schedulers of one name apart in events
    public SchedulerProcess(
            Api api,
            Informers informers,
            Timers timers,
            RandomGenerator random,
            SchedulerConfiguration config,
            String host,
            PrometheusRegistry registry)
            throws ConfigurationException {
        this(api, informers, timers, random, config, host, registry, new SchedulerTasks());
    }

    /// The same with threads of the caller's, which it closes too.
    public SchedulerProcess(
            Api api,
            Informers informers,
            Timers timers,
            RandomGenerator random,
            SchedulerConfiguration config,
            String host,
            PrometheusRegistry registry,
            Threads threads)
            throws ConfigurationException {
        this.threads = threads;
        var state =
                new SchedulerState(
                        informers,
                        timers,
                        new SchedulerState.Settings(
                                config.backoff(),
                                config.nodesToScorePercent(),
                                random,
                                threads.work()),
                        new SchedulerMetrics(registry, timers),
                        new SchedulerEvents(api, timers, threads.events(), host),
                        new PodStatusWriter(api, timers));
        var profiles =
                new Profiles(
                        new PluginRegistry(api, informers, timers, random, state, threads.work()));
        var all = new ArrayList<Profile>();
        for (var each : config.profiles()) {
            all.add(profiles.of(each));
        }
        state.use(all);
        scheduler = new Scheduler(informers, state);
        podResources = PodResourceMetrics.of(informers.of(Kinds.PODS));
    }

    /// Returns at once; pods are scheduled as soon as the informers have synced.
    public void start() {
        scheduler.start();
    }

    /// Listens without a loop of its own: [#step] is what works then.
    public void listen() {
        scheduler.listen();
    }

    /// Whether everything that placements are judged by has been read.
    public boolean hasSynced() {
        return scheduler.synced().isDone();
    }

    /// What `/metrics/resources` tells.
    public PrometheusRegistry podResources() {
        return podResources;
    }

    /// Tries the next pod, if there is one, in the caller's thread.
    ///
    /// @return whether there was one
    public boolean step() throws InterruptedException {
        return scheduler.step();
    }

    @Override
    public void close() {
        scheduler.close();
        threads.close();
    }
}
