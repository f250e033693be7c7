package io.j8s.nodeagent.api;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;

/// Tells users what happens to their pods and to the node. Equal events are counted in one object,
/// similar ones are combined after ten, and a noisy object is silenced for a while, as client-go's
/// recorder does.
///
/// [#record] may be called from every thread and never waits: when the queue is full the event is
/// dropped. One thread sends and alone owns the memory of what was sent.
public final class EventRecorder implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EventRecorder.class);
    private static final int QUEUE_MAX = 1000;
    private static final int REMEMBERED_MAX = 4096; // upstream: maxLruCacheEntries
    private static final int SIMILAR_MAX = 10; // upstream: defaultAggregateMaxEvents
    private static final Duration SIMILAR_INTERVAL = Duration.ofMinutes(10);
    private static final int BURST = 25; // upstream: defaultSpamBurst
    private static final Duration REFILL = Duration.ofMinutes(5); // upstream: defaultSpamQPS
    private static final int ATTEMPTS_MAX = 12; // upstream: maxTriesPerEvent
    private static final Duration ATTEMPT_DELAY = Duration.ofSeconds(10);

    /// What happened, before it is made an object.
    private record Occurrence(
            ObjectReference about, String type, String reason, String message, Instant at) {}

    private record Similar(int count, Instant since) {}

    private record Budget(double tokens, Instant at) {}

    private record Sent(String name, String namespace, int count, Instant first) {}

    private final ClusterApi api;
    private final Timers timers;
    private final String component;
    private final String host;
    private final BlockingQueue<Occurrence> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Map<List<String>, Sent> sent = bounded();
    private final Map<List<String>, Similar> similar = bounded();
    private final Map<List<String>, Budget> budgets = bounded();
    private volatile boolean closed;

    public EventRecorder(ClusterApi api, Timers timers, String component, String host) {
        this.api = api;
        this.timers = timers;
        this.component = component;
        this.host = host;
    }

    public void start(Executor sender) {
        sender.execute(this::send);
    }

    public void normal(ObjectReference about, String reason, String message) {
        record(about, "Normal", reason, message);
    }

    public void warning(ObjectReference about, String reason, String message) {
        record(about, "Warning", reason, message);
    }

    private void record(ObjectReference about, String type, String reason, String message) {
        if (!queue.offer(new Occurrence(about, type, reason, message, timers.now()))) {
            log.atWarn().addKeyValue("reason", reason).log("dropped an event: queue is full");
        }
    }

    /// Stops after the event being sent; the others are lost, as at any crash.
    @Override
    public void close() {
        closed = true;
        queue.clear();
        queue.offer(
                new Occurrence(
                        new ObjectReference(), "", "", "", timers.now())); // wakes the sender
    }

    private void send() {
        try {
            while (true) {
                var occurrence = queue.take();
                if (closed) {
                    return;
                }
                for (int attempt = 1; !deliver(occurrence) && !closed; attempt++) {
                    if (attempt == ATTEMPTS_MAX) {
                        break;
                    }
                    timers.sleep(ATTEMPT_DELAY);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @return false when it should be tried again
    private boolean deliver(Occurrence occurrence) {
        try {
            var combined = combined(occurrence);
            if (isAllowed(combined)) {
                write(combined);
            }
            return true;
        } catch (KubernetesClientException e) {
            boolean isRefused = e.getCode() >= 400 && e.getCode() < 500 && e.getCode() != 429;
            if (isRefused) {
                log.atDebug()
                        .addKeyValue("reason", occurrence.reason())
                        .addKeyValue("answer", e.getMessage())
                        .log("event was refused");
            }
            return isRefused;
        } catch (RuntimeException e) {
            log.atDebug().setCause(e).log("event could not be sent");
            return false;
        }
    }

    /// More than ten different messages of one kind become one object.
    private Occurrence combined(Occurrence occurrence) {
        var key = keyOf(occurrence, false);
        var before = similar.get(key);
        boolean isRecent =
                before != null && before.since().plus(SIMILAR_INTERVAL).isAfter(occurrence.at());
        if (sent.containsKey(keyOf(occurrence, true))) {
            return occurrence; // a repetition is counted, not combined
        }
        int count = before != null && isRecent ? before.count() + 1 : 1;
        similar.put(
                key,
                new Similar(count, before != null && isRecent ? before.since() : occurrence.at()));
        return count < SIMILAR_MAX
                ? occurrence
                : new Occurrence(
                        occurrence.about(),
                        occurrence.type(),
                        occurrence.reason(),
                        "(combined from similar events): " + occurrence.message(),
                        occurrence.at());
    }

    /// A token bucket for each object: 25 events at once, then one in five minutes.
    private boolean isAllowed(Occurrence occurrence) {
        var about = occurrence.about();
        var key =
                List.of(
                        String.valueOf(about.getKind()),
                        String.valueOf(about.getNamespace()),
                        String.valueOf(about.getName()),
                        String.valueOf(about.getUid()));
        var budget = budgets.getOrDefault(key, new Budget(BURST, occurrence.at()));
        var passed = Duration.between(budget.at(), occurrence.at()).toMillis();
        double tokens = Math.min(BURST, budget.tokens() + passed / (double) REFILL.toMillis());
        budgets.put(key, new Budget(tokens >= 1 ? tokens - 1 : tokens, occurrence.at()));
        return tokens >= 1;
    }

    private void write(Occurrence occurrence) {
        boolean isCombined = occurrence.message().startsWith("(combined from similar events)");
        var key = keyOf(occurrence, !isCombined);
        var before = sent.get(key);
        if (before != null) {
            try {
                int count = before.count() + 1;
                var patch = new LinkedHashMap<String, Object>();
                patch.put("count", count);
                patch.put("lastTimestamp", seconds(occurrence.at()));
                patch.put("message", occurrence.message());
                api.patchEvent(new ObjectKey(before.namespace(), before.name()), patch);
                sent.put(key, new Sent(before.name(), before.namespace(), count, before.first()));
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != 404) {
                    throw e;
                }
                // it has expired: begin a new one that keeps the count
            }
        }
        var event = event(occurrence, before == null ? 1 : before.count() + 1);
        api.createEvent(event);
        sent.put(
                key,
                new Sent(
                        event.getMetadata().getName(),
                        event.getMetadata().getNamespace(),
                        event.getCount(),
                        occurrence.at()));
    }

    private Event event(Occurrence occurrence, int count) {
        var about = occurrence.about();
        var namespace = about.getNamespace() == null ? "default" : about.getNamespace();
        long nanos = ChronoUnit.NANOS.between(Instant.EPOCH, occurrence.at());
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(about.getName() + "." + Long.toHexString(nanos))
                .endMetadata()
                .withInvolvedObject(about)
                .withType(occurrence.type())
                .withReason(occurrence.reason())
                .withMessage(occurrence.message())
                .withFirstTimestamp(seconds(occurrence.at()))
                .withLastTimestamp(seconds(occurrence.at()))
                .withCount(count)
                .withNewSource(component, host)
                .withReportingComponent(component)
                .withReportingInstance(host)
                .build();
    }

    private static List<String> keyOf(Occurrence occurrence, boolean isWithMessage) {
        var about = occurrence.about();
        return List.of(
                String.valueOf(about.getKind()),
                String.valueOf(about.getNamespace()),
                String.valueOf(about.getName()),
                String.valueOf(about.getUid()),
                String.valueOf(about.getFieldPath()),
                occurrence.type(),
                occurrence.reason(),
                isWithMessage ? occurrence.message() : "");
    }

    private static String seconds(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static <V> Map<List<String>, V> bounded() {
        return new LinkedHashMap<>(64, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<List<String>, V> eldest) {
                return size() > REMEMBERED_MAX;
            }
        };
    }
}
