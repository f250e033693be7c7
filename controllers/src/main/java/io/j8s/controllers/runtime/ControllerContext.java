package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Everything a controller may touch, handed to its constructor: its own identity's API, the shared
/// informers, time, chance, events and settings.
public final class ControllerContext {

    private final String name;
    private final Api api;
    private final Informers informers;
    private final Timers timers;
    private final RandomGenerator random;
    private final EventRecorder events;
    private final QueueMetrics metrics;
    private final ControllerConfig config;
    private final Fanout fanout;
    private final List<Informer<?>> asked = new ArrayList<>();

    public ControllerContext(
            String name,
            Api api,
            Informers informers,
            Timers timers,
            RandomGenerator random,
            EventRecorder events,
            QueueMetrics metrics,
            ControllerConfig config,
            Fanout fanout) {
        this.name = name;
        this.api = api;
        this.informers = informers;
        this.timers = timers;
        this.random = random;
        this.events = events;
        this.metrics = metrics;
        this.config = config;
        this.fanout = fanout;
    }

    public String name() {
        return name;
    }

    public Api api() {
        return api;
    }

    public Timers timers() {
        return timers;
    }

    public RandomGenerator random() {
        return random;
    }

    public EventRecorder events() {
        return events;
    }

    public ControllerConfig config() {
        return config;
    }

    /// Where the controller's own metrics are made.
    public Measures measures() {
        return metrics.measures();
    }

    public Fanout fanout() {
        return fanout;
    }

    public Informers informers() {
        return informers;
    }

    public <T extends HasMetadata> Informer<T> informer(Kind<T> kind) {
        var informer = informers.of(kind);
        asked.add(informer);
        return informer;
    }

    /// An informer of a part of a kind, see [Informers].
    public <T extends HasMetadata> Informer<T> informer(
            Kind<T> kind, String namespace, String fieldSelector) {
        var informer = informers.of(kind, namespace, fieldSelector);
        asked.add(informer);
        return informer;
    }

    /// The informers that must have synced before this controller may work.
    public List<Informer<?>> asked() {
        return List.copyOf(asked);
    }

    public WorkQueue<ObjectKey> queue(String queueName) {
        return keyedQueue(queueName);
    }

    public <K> WorkQueue<K> keyedQueue(String queueName) {
        return keyedQueue(queueName, Backoff.standard(timers));
    }

    public <K> WorkQueue<K> keyedQueue(String queueName, Backoff<K> backoff) {
        return new WorkQueue<>(queueName, timers, backoff, metrics);
    }

    public <K> ControllerLoop<K> loop(WorkQueue<K> queue, Reconciler<K> reconciler, int workers) {
        return new ControllerLoop<>(queue, reconciler, timers, workers);
    }
}
