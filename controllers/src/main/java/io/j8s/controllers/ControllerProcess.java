package io.j8s.controllers;

import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.BoundedTasks;
import io.j8s.controllers.runtime.Clients;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerConfig;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Fanout;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.QueueMetrics;
import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/// Runs controllers over one API server: builds each with its own identity and the shared
/// informers, and starts each as soon as the informers it reads have synced. One thread constructs,
/// starts and closes it.
public final class ControllerProcess implements AutoCloseable {

    private static final int CALLS_MAX = 64;

    private final Informers informers;
    private final BoundedTasks eventTasks = new BoundedTasks("controller events");
    private final List<Running> running = new ArrayList<>();
    private final CompletableFuture<Void> ready;

    private record Running(Controller controller, List<Informer<?>> needs) {}

    public ControllerProcess(
            Clients clients,
            List<Controllers.Entry> entries,
            ControllerConfig config,
            Timers timers,
            RandomGenerator random,
            PrometheusRegistry registry) {
        this.informers = new Informers(clients.forServiceAccount(""), timers, random);
        var metrics = new QueueMetrics(registry);
        var fanout = Fanout.virtualThreads(CALLS_MAX);
        for (var entry : entries) {
            Api api = clients.forServiceAccount(entry.serviceAccount());
            var context =
                    new ControllerContext(
                            entry.name(),
                            api,
                            informers,
                            timers,
                            random,
                            new EventRecorder(
                                    EventSources.of(entry.name()), api, timers, eventTasks),
                            metrics,
                            config,
                            fanout);
            var controller = entry.build().apply(context);
            running.add(new Running(controller, context.asked()));
        }
        this.ready = new CompletableFuture<>();
    }

    /// Returns at once; each controller begins when its informers have synced.
    public void start() {
        informers.start();
        var all = new ArrayList<CompletableFuture<Void>>();
        for (var each : running) {
            var synced =
                    CompletableFuture.allOf(
                            each.needs.stream()
                                    .map(Informer::synced)
                                    .toArray(CompletableFuture[]::new));
            all.add(
                    synced.thenRunAsync(
                            () -> {
                                each.controller.started();
                                each.controller.loops().forEach(ControllerLoop::start);
                            },
                            task -> Thread.ofVirtual().name("controller start").start(task)));
        }
        var _ =
                CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                        .whenComplete((_, failure) -> {
                            if (failure == null) {
                                ready.complete(null);
                            } else {
                                ready.completeExceptionally(failure);
                            }
                        });
    }

    /// The informers of this process, for others in it that read the same kinds.
    public Informers informers() {
        return informers;
    }

    /// Completes when every controller works.
    public CompletableFuture<Void> ready() {
        return ready;
    }

    @Override
    public void close() {
        running.forEach(each -> each.controller.loops().forEach(ControllerLoop::stop));
        informers.close();
        eventTasks.close();
    }
}
