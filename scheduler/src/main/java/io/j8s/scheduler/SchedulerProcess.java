package io.j8s.scheduler;

import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.BoundedTasks;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.machinery.timers.Timers;
import io.j8s.scheduler.core.Scheduler;
import io.j8s.scheduler.plugins.DefaultPreemption;
import io.j8s.scheduler.plugins.Plugins;
import io.j8s.scheduler.plugins.WorkloadSelector;

import java.util.List;
import java.util.random.RandomGenerator;

/// Runs the scheduler over one API server. One thread constructs, starts and closes it.
public final class SchedulerProcess implements AutoCloseable {

    private final BoundedTasks eventTasks = new BoundedTasks("scheduler events");
    private final Scheduler scheduler;

    /// @param api acts as `system:kube-scheduler`
    /// @param informers shared with whatever else runs in this process; whoever made them starts
    ///   and closes them
    public SchedulerProcess(Api api, Informers informers, Timers timers, RandomGenerator random) {
        var events = new EventRecorder("default-scheduler", api, timers, eventTasks);
        var preemption =
                new DefaultPreemption(api, informers.of(Kinds.DISRUPTION_BUDGETS), events, timers);
        var profile = Plugins.defaultProfile(preemption, new WorkloadSelector(informers));
        scheduler = new Scheduler(api, informers, events, timers, random, List.of(profile));
    }

    /// Returns at once; pods are scheduled as soon as the informers have synced.
    public void start() {
        scheduler.start();
    }

    @Override
    public void close() {
        scheduler.close();
        eventTasks.close();
    }
}
