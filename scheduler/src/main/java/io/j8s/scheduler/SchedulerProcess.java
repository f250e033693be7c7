package io.j8s.scheduler;

import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.machinery.timers.Timers;
import io.j8s.scheduler.config.ConfigurationException;
import io.j8s.scheduler.config.SchedulerConfiguration;
import io.j8s.scheduler.core.PodStatusWriter;
import io.j8s.scheduler.core.Profile;
import io.j8s.scheduler.core.Scheduler;
import io.j8s.scheduler.core.SchedulerEvents;
import io.j8s.scheduler.core.SchedulerMetrics;
import io.j8s.scheduler.core.SchedulerState;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.util.ArrayList;
import java.util.random.RandomGenerator;

/// Runs the scheduler over one API server. One thread constructs, starts and closes it.
public final class SchedulerProcess implements AutoCloseable {

    private final SchedulerTasks tasks = new SchedulerTasks();
    private final Informers informers;
    private final Scheduler scheduler;

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
        this.informers = informers;
        var state =
                new SchedulerState(
                        informers,
                        timers,
                        new SchedulerState.Settings(
                                config.backoff(),
                                config.nodesToScorePercent(),
                                random,
                                tasks.unbounded()),
                        new SchedulerMetrics(registry, timers),
                        new SchedulerEvents(api, timers, tasks.events(), host),
                        new PodStatusWriter(api, timers));
        var profiles =
                new Profiles(
                        new PluginRegistry(
                                api, informers, timers, random, state, tasks.unbounded()));
        var all = new ArrayList<Profile>();
        for (var each : config.profiles()) {
            all.add(profiles.of(each));
        }
        state.use(all);
        scheduler = new Scheduler(informers, state);
    }

    /// Returns at once; pods are scheduled as soon as the informers have synced.
    public void start() {
        scheduler.start();
    }

    /// Whether everything that placements are judged by has been read (upstream:
    /// `sched-handler-sync`).
    public boolean isSynced() {
        return scheduler.synced().isDone() && informers.of(Kinds.PODS).hasSynced();
    }

    @Override
    public void close() {
        scheduler.close();
        tasks.close();
    }
}
