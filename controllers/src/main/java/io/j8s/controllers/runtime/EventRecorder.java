package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.concurrent.Executor;

/// Writes events for users, one recorder for each component. What repeats becomes a count on the
/// first event, see [EventCorrelator]. Sending happens on the given executor, which may drop events
/// when it is full: events are best effort, as upstream. Safe for use by many threads.
public final class EventRecorder {

    private static final Logger log = LoggerFactory.getLogger(EventRecorder.class);

    private final String component;
    private final Api api;
    private final Timers timers;
    private final Executor executor;
    private final EventCorrelator correlator;

    public EventRecorder(String component, Api api, Timers timers, Executor executor) {
        this.component = component;
        this.api = api;
        this.timers = timers;
        this.executor = executor;
        this.correlator = new EventCorrelator(timers);
    }

    public void normal(HasMetadata about, String reason, String message) {
        record(reference(about), "Normal", reason, message);
    }

    public void warning(HasMetadata about, String reason, String message) {
        record(reference(about), "Warning", reason, message);
    }

    public void record(ObjectReference about, String type, String reason, String message) {
        var event = event(about, type, reason, message, timers.now());
        executor.execute(() -> send(event));
    }

    private void send(Event event) {
        switch (correlator.correlate(event)) {
            case EventCorrelator.Verdict.Drop _ -> {}
            case EventCorrelator.Verdict.Create(var fresh) -> create(fresh);
            case EventCorrelator.Verdict.Repeat(var repeated) -> repeat(repeated);
        }
    }

    private void create(Event event) {
        try {
            api.send(Kinds.EVENTS, event);
        } catch (StatusException | UncheckedIOException failed) {
            log.atDebug()
                    .addKeyValue("reason", event.getReason())
                    .addKeyValue("cause", failed.getMessage())
                    .log("event was not stored");
        }
    }

    private void repeat(Event event) {
        var body =
                "{\"count\":%d,\"lastTimestamp\":\"%s\",\"message\":%s}"
                        .formatted(
                                event.getCount(),
                                event.getLastTimestamp(),
                                FieldErrors.quote(event.getMessage()));
        try {
            api.patch(Kinds.EVENTS, Meta.key(event), Api.Patch.strategic(body));
        } catch (StatusException refused) {
            if (refused.isNotFound()) {
                create(event); // the first event expired meanwhile
            }
        } catch (UncheckedIOException unreachable) {
            log.debug("event was not stored", unreachable);
        }
    }

    private Event event(
            ObjectReference about, String type, String reason, String message, Instant now) {
        var namespace = Meta.orEmpty(about.getNamespace());
        long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        var stamp = Meta.timestamp(now);
        return new EventBuilder()
                .withNewMetadata()
                .withName(about.getName() + "." + Long.toHexString(nanos))
                .withNamespace(namespace.isEmpty() ? "default" : namespace)
                .endMetadata()
                .withInvolvedObject(about)
                .withReason(reason)
                .withMessage(message)
                .withFirstTimestamp(stamp)
                .withLastTimestamp(stamp)
                .withCount(1)
                .withType(type)
                .withNewSource()
                .withComponent(component)
                .endSource()
                .withReportingComponent(component)
                .withReportingInstance("")
                .build();
    }

    public static ObjectReference reference(HasMetadata about) {
        return new ObjectReferenceBuilder()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withName(Meta.name(about))
                .withNamespace(about.getMetadata().getNamespace())
                .withUid(about.getMetadata().getUid())
                .withResourceVersion(about.getMetadata().getResourceVersion())
                .build();
    }

    /// A reference for what has no object at hand.
    public static ObjectReference reference(Kind<?> kind, ObjectKey key, String uid) {
        return new ObjectReferenceBuilder()
                .withApiVersion(kind.apiVersion())
                .withKind(kind.kind())
                .withName(key.name())
                .withNamespace(key.namespace().isEmpty() ? null : key.namespace())
                .withUid(uid)
                .build();
    }
}
