package io.j8s.nodeagent.probes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Probe;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.api.EventRecorder;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.ProbeState;
import io.j8s.nodeagent.cri.ContainerRuntime;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;

/// The probes of one pod. Each probe of each container run has a thread of its own; the worker
/// begins and ends them and is woken when a result changes.
public final class PodProbes implements ProbeState, AutoCloseable {

    private static final int ATTEMPTS_MAX = 3; // upstream: maxProbeRetries
    private static final Duration ADOPTED_BEFORE =
            Duration.ofSeconds(10); // upstream: kubeletRestartGracePeriod

    private record Key(String containerId, Kind kind) {}

    private enum Kind {
        STARTUP("Startup"),
        LIVENESS("Liveness"),
        READINESS("Readiness");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    private final ContainerRuntime runtime;
    private final EventRecorder events;
    private final ProbeMetrics metrics;
    private final Timers timers;
    private final ExecutorService threads;
    private final Runnable wake;
    private final Map<Key, Result> results = new ConcurrentHashMap<>();
    private final Map<Key, Boolean> running = new ConcurrentHashMap<>();
    private volatile boolean endsOnlyReadiness;
    private final Instant begun; // when the agent began with this pod

    /// @param wake called when a result changed
    public PodProbes(
            ContainerRuntime runtime,
            EventRecorder events,
            ProbeMetrics metrics,
            Timers timers,
            ExecutorService threads,
            Runnable wake) {
        this.runtime = runtime;
        this.events = events;
        this.metrics = metrics;
        this.timers = timers;
        this.threads = threads;
        this.wake = wake;
        this.begun = timers.now();
    }

    /// Idempotent: a container's probes begin once.
    ///
    /// @param startedAt of this run
    public void begin(
            Pod pod, Container container, String containerId, String podIp, Instant startedAt) {
        begin(
                pod,
                container,
                container.getStartupProbe(),
                Kind.STARTUP,
                containerId,
                podIp,
                startedAt);
        begin(
                pod,
                container,
                container.getLivenessProbe(),
                Kind.LIVENESS,
                containerId,
                podIp,
                startedAt);
        begin(
                pod,
                container,
                container.getReadinessProbe(),
                Kind.READINESS,
                containerId,
                podIp,
                startedAt);
    }

    private void begin(
            Pod pod,
            Container container,
            @org.jspecify.annotations.Nullable Probe probe,
            Kind kind,
            String id,
            String podIp,
            Instant startedAt) {
        var key = new Key(id, kind);
        if (probe == null || running.putIfAbsent(key, true) != null) {
            return;
        }
        threads.execute(() -> run(pod, container, probe, key, podIp, startedAt));
    }

    /// Ends the probes of a container run that is over.
    public void end(String containerId) {
        for (var kind : Kind.values()) {
            running.remove(new Key(containerId, kind));
            results.remove(new Key(containerId, kind));
        }
    }

    public java.util.Set<String> containerIds() {
        return running.keySet().stream()
                .map(Key::containerId)
                .collect(java.util.stream.Collectors.toSet());
    }

    /// A pod that ends is still asked whether it is ready, and no longer whether it lives.
    public void endAllButReadiness() {
        endsOnlyReadiness = true;
        running.keySet().removeIf(key -> key.kind() != Kind.READINESS);
    }

    @Override
    public void close() {
        running.clear();
        results.clear();
    }

    @Override
    public Result liveness(String containerId) {
        return endsOnlyReadiness ? Result.UNKNOWN : resultOf(containerId, Kind.LIVENESS);
    }

    @Override
    public Result startup(String containerId) {
        return resultOf(containerId, Kind.STARTUP);
    }

    @Override
    public Result readiness(String containerId) {
        return resultOf(containerId, Kind.READINESS);
    }

    private Result resultOf(String containerId, Kind kind) {
        return results.getOrDefault(new Key(containerId, kind), Result.UNKNOWN);
    }

    private void run(
            Pod pod, Container container, Probe probe, Key key, String podIp, Instant startedAt) {
        var times = ProbeTimes.of(probe);
        // upstream: liveness begins as good, readiness as bad, startup as undecided
        var initial =
                switch (key.kind()) {
                    case LIVENESS -> Result.SUCCESS;
                    case READINESS -> Result.FAILURE;
                    case STARTUP -> Result.UNKNOWN;
                };
        var tally = new ProbeTally(times, initial);
        // upstream: what ran before this agent began keeps the answer that it had
        boolean isAdopted = startedAt.isBefore(begun.minus(ADOPTED_BEFORE));
        if (isAdopted && key.kind() == Kind.STARTUP && wasStarted(pod, container)) {
            results.put(key, Result.SUCCESS);
            return;
        }
        if (!isAdopted) {
            results.put(key, initial);
        }
        try {
            waitForStart(container, key, times, startedAt);
            while (running.containsKey(key)) {
                var answer = ask(pod, container, probe, key, podIp, times);
                if (answer != null && running.containsKey(key)) {
                    publish(key, tally.add(answer));
                }
                var result = resultOf(key.containerId(), key.kind());
                boolean isAnswered =
                        switch (key.kind()) {
                            case STARTUP -> result != Result.UNKNOWN;
                            case LIVENESS -> result == Result.FAILURE;
                            case READINESS -> false;
                        };
                if (isAnswered) {
                    return; // for good: a new run of the container has probes of its own
                }
                timers.sleep(times.period());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean wasStarted(Pod pod, Container container) {
        var status = pod.getStatus();
        return status != null
                && java.util.stream.Stream.concat(
                                status.getContainerStatuses().stream(),
                                status.getInitContainerStatuses().stream())
                        .anyMatch(known ->
                                known.getName().equals(container.getName())
                                        && Boolean.TRUE.equals(known.getStarted()));
    }

    /// The others wait until the startup probe has said yes, all wait for their initial delay.
    private void waitForStart(Container container, Key key, ProbeTimes times, Instant startedAt)
            throws InterruptedException {
        var due = startedAt.plus(times.initialDelay());
        timers.sleep(Duration.between(timers.now(), due));
        if (key.kind() == Kind.STARTUP || container.getStartupProbe() == null) {
            return;
        }
        while (running.containsKey(key)
                && resultOf(key.containerId(), Kind.STARTUP) != Result.SUCCESS) {
            timers.sleep(Duration.ofMillis(200 + ThreadLocalRandom.current().nextInt(100)));
        }
    }

    /// @return null when the question could not be asked
    private @org.jspecify.annotations.Nullable Boolean ask(
            Pod pod, Container container, Probe probe, Key key, String podIp, ProbeTimes times)
            throws InterruptedException {
        var about = PodFacts.containerReference(pod, container.getName());
        var meta = pod.getMetadata();
        var of =
                new ProbeMetrics.Of(
                        meta.getNamespace(), meta.getName(), meta.getUid(), container.getName());
        long begun = timers.nanoTime();
        try {
            var handler = ProbeHandlers.of(runtime, container, probe, key.containerId(), podIp);
            var answer = ask(handler, times);
            metrics.count(
                    of,
                    key.kind().text,
                    answer.isSuccess() ? "successful" : "failed",
                    Duration.ofNanos(timers.nanoTime() - begun));
            if (!answer.isSuccess() && running.containsKey(key)) {
                events.warning(
                        about,
                        "Unhealthy",
                        "%s probe failed: %s".formatted(key.kind().text, answer.output()));
            } else if (!answer.output().isEmpty() && running.containsKey(key)) {
                events.warning(
                        about,
                        "ProbeWarning",
                        "%s probe warning: %s".formatted(key.kind().text, answer.output()));
            }
            return answer.isSuccess();
        } catch (IOException e) {
            metrics.count(of, key.kind().text, "unknown", Duration.ZERO);
            if (running.containsKey(key)) {
                events.warning(
                        about,
                        "Unhealthy",
                        "%s probe errored and resulted in unknown state: %s"
                                .formatted(key.kind().text, e.getMessage()));
            }
            return null;
        }
    }

    /// Tried again when it could not be asked; upstream: runProbeWithRetries
    private ProbeHandler.Answer ask(ProbeHandler handler, ProbeTimes times)
            throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return handler.ask(timers.deadline(times.timeout()));
            } catch (IOException e) {
                if (attempt == ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
    }

    private void publish(Key key, Result result) {
        if (results.put(key, result) != result) {
            wake.run();
        }
    }
}
