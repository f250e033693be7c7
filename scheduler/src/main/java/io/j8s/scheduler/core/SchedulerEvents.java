package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.EventSource;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.timers.Timers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/// Events as upstream's scheduler writes them, which differ from the controllers': they name an
/// action and a reporting controller, their time is `eventTime`, and what repeats becomes a series
/// on the first event (upstream: `client-go/tools/events`). Sending is best effort, on an executor
/// that may drop. Safe for use by many threads.
public final class SchedulerEvents {

    private static final Logger log = LoggerFactory.getLogger(SchedulerEvents.class);
    private static final int NOTE_MAX = 1024; // upstream: validation.NoteLengthLimit
    private static final int SERIES_MAX = 4096;
    private static final Duration SERIES_GAP_MAX = Duration.ofMinutes(6); // finishTime
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    /// What makes two events the same one again.
    private record Key(ObjectReference about, String controller, String reason, String action) {}

    private record Series(Event first, Instant last, int count) {}

    private final Api api;
    private final Timers timers;
    private final Executor executor;
    private final String host;
    private final Map<Key, Series> series =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, Series> eldest) {
                    return size() > SERIES_MAX;
                }
            };

    /// @param host tells schedulers of one name apart
    public SchedulerEvents(Api api, Timers timers, Executor executor, String host) {
        this.api = api;
        this.timers = timers;
        this.executor = executor;
        this.host = host;
    }

    void scheduled(Pod pod, String node) {
        record(
                pod,
                pod.getSpec().getSchedulerName(),
                "Normal",
                "Scheduled",
                "Binding",
                "Successfully assigned %s/%s to %s"
                        .formatted(Meta.namespace(pod), Meta.name(pod), node));
    }

    void failed(Pod pod, String message) {
        record(
                pod,
                pod.getSpec().getSchedulerName(),
                "Warning",
                "FailedScheduling",
                "Scheduling",
                message);
    }

    /// A pod was removed to make room for another one, which the event does not relate to: upstream
    /// hands its recorder a wrapper of the preemptor that nobody can refer to.
    public void preempted(Pod victim, String schedulerName, String message) {
        record(victim, schedulerName, "Normal", "Preempted", "Preempting", message);
    }

    private void record(
            Pod about, String controller, String type, String reason, String action, String note) {
        Instant now = timers.now();
        long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        var event =
                new EventBuilder()
                        .withNewMetadata()
                        .withName(Meta.name(about) + "." + Long.toHexString(nanos))
                        .withNamespace(Meta.namespace(about))
                        .endMetadata()
                        .withInvolvedObject(reference(about))
                        .withReason(reason)
                        .withMessage(truncated(note))
                        .withEventTime(new MicroTime(MICROS.format(now)))
                        .withType(type)
                        .withAction(action)
                        .withSource(new EventSource())
                        .withReportingComponent(controller)
                        .withReportingInstance(controller + "-" + host)
                        .build();
        executor.execute(() -> send(event, now));
    }

    private static ObjectReference reference(Pod pod) {
        var reference = EventRecorder.reference(pod);
        reference.setApiVersion("v1");
        reference.setKind("Pod");
        return reference;
    }

    private static String truncated(String note) {
        return note.length() <= NOTE_MAX ? note : note.substring(0, NOTE_MAX - 4) + " ...";
    }

    private void send(Event event, Instant now) {
        var key =
                new Key(
                        event.getInvolvedObject(),
                        event.getReportingComponent(),
                        event.getReason(),
                        event.getAction());
        Series known;
        synchronized (series) {
            known = series.get(key);
            if (known != null && known.last().plus(SERIES_GAP_MAX).isBefore(now)) {
                known = null;
            }
            series.put(
                    key,
                    known == null
                            ? new Series(event, now, 1)
                            : new Series(known.first(), now, known.count() + 1));
        }
        try {
            if (known == null) {
                api.send(Kinds.EVENTS, event);
            } else if (known.count() == 1) {
                api.patch(
                        Kinds.EVENTS,
                        Meta.key(known.first()),
                        Api.Patch.strategic(
                                "{\"series\":{\"count\":2,\"lastObservedTime\":\"%s\"}}"
                                        .formatted(MICROS.format(now))));
            }
        } catch (StatusException | UncheckedIOException failed) {
            log.atDebug()
                    .addKeyValue("reason", event.getReason())
                    .addKeyValue("cause", failed.getMessage())
                    .log("event was not stored");
        }
    }
}
