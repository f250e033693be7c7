package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.registry.MetadataRules;
import io.j8s.apiserver.registry.NameRule;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;
import io.j8s.machinery.quantity.Timestamps;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/// Which events are valid (upstream: `ValidateEventCreate`, `ValidateEventUpdate`): clients of
/// `core/v1` are held to little, those of `events.k8s.io/v1` to all of it. Pure.
final class EventValidation {

    private static final int REPORTING_INSTANCE_MAX = 128; // upstream: ReportingInstanceLengthLimit
    private static final int ACTION_MAX = 128; // upstream: ActionLengthLimit
    private static final int REASON_MAX = 128; // upstream: ReasonLengthLimit
    private static final int NOTE_MAX = 1024; // upstream: NoteLengthLimit
    private static final int SERIES_COUNT_MIN = 2;

    private static final String UNSET = "needs to be unset";

    /// The fields that do not change, in upstream's order (which has the reason twice).
    private static final List<String> BEFORE_TIME =
            List.of(
                    "involvedObject",
                    "reason",
                    "message",
                    "source",
                    "firstTimestamp",
                    "lastTimestamp",
                    "count",
                    "reason",
                    "type");

    private static final List<String> AFTER_TIME =
            List.of("action", "related", "reportingController", "reportingInstance");

    private EventValidation() {}

    /// @param isCore whether the client speaks `core/v1`
    static void create(Tree event, boolean isCore, FieldErrors errors) {
        At root = At.root(event, errors);
        legacy(root, isCore);
        if (isCore) {
            return;
        }
        MetadataRules.validateCreate(event, true, NameRule.DNS_SUBDOMAIN, errors);
        series(root);
        if (!root.has("eventTime")) {
            root.required("eventTime");
        }
        String type = root.string("type");
        if (!type.equals("Normal") && !type.equals("Warning")) {
            root.invalid("type", "", "has invalid value: " + type);
        }
        for (String field : List.of("firstTimestamp", "lastTimestamp")) {
            if (root.has(field)) {
                root.invalid(field, "", UNSET);
            }
        }
        if (root.number("count") != 0) {
            root.invalid("count", "", UNSET);
        }
        if (!root.string("source.component").isEmpty() || !root.string("source.host").isEmpty()) {
            root.invalid("source", "", UNSET);
        }
    }

    static void update(Tree event, Tree old, boolean isCore, FieldErrors errors) {
        At root = At.root(event, errors);
        legacy(root, isCore);
        if (isCore) {
            return;
        }
        MetadataRules.wellKnownFinalizers(event, errors);
        if (!event.semanticallyEquals(old, "series")) {
            series(root);
        }
        BEFORE_TIME.forEach(field -> root.immutable(field, old));
        if (!sameMicrosecond(event.string("eventTime", ""), old.string("eventTime", ""))) {
            root.immutable("eventTime", old);
        }
        for (String field : AFTER_TIME) {
            if (field.equals("reportingController")) {
                controllerImmutable(root, old);
            } else {
                root.immutable(field, old);
            }
        }
    }

    /// The stored name of the field is the old one, the cause names the new one.
    private static void controllerImmutable(At root, Tree old) {
        String now = root.string("reportingComponent");
        if (!now.equals(old.string("reportingComponent", ""))) {
            root.invalid("reportingController", now, At.IMMUTABLE);
        }
    }

    private static boolean sameMicrosecond(String now, String before) {
        if (now.isEmpty() || before.isEmpty()) {
            return now.equals(before);
        }
        return micros(now).equals(micros(before));
    }

    private static Optional<Instant> micros(String time) {
        return Timestamps.parse(time).map(at -> at.truncatedTo(ChronoUnit.MICROS));
    }

    private static void series(At root) {
        At series = root.at("series");
        if (series == null) {
            return;
        }
        if (series.number("count") < SERIES_COUNT_MIN) {
            series.invalid("count", "", "should be at least 2");
        }
        if (!series.has("lastObservedTime")) {
            series.required("lastObservedTime");
        }
    }

    /// What holds for every event (upstream: `legacyValidateEvent`).
    private static void legacy(At root, boolean isCore) {
        String namespace = root.string("metadata.namespace");
        String about = root.string("involvedObject.namespace");
        boolean isNew = root.has("eventTime");
        boolean fits =
                about.isEmpty()
                        ? namespace.equals("default")
                                || (isNew ? namespace.equals("kube-system") : namespace.isEmpty())
                        : isNew || namespace.equals(about);
        if (!fits) {
            root.invalid("involvedObject.namespace", about, "does not match event.namespace");
        }
        if (!isNew) {
            return;
        }
        String controller = root.string("reportingComponent");
        String field = isCore ? "reportingComponent" : "reportingController";
        if (controller.isEmpty()) {
            root.required(field);
        }
        root.all(field, controller, NameRules.qualifiedName(controller));
        requiredUpTo(root, "reportingInstance", REPORTING_INSTANCE_MAX);
        requiredUpTo(root, "action", ACTION_MAX);
        requiredUpTo(root, "reason", REASON_MAX);
        upTo(root, "message", NOTE_MAX);
    }

    private static void requiredUpTo(At root, String field, int most) {
        root.present(field);
        upTo(root, field, most);
    }

    /// In bytes, whatever the text says.
    private static void upTo(At root, String field, int most) {
        if (NameRules.utf8Length(root.string(field)) > most) {
            root.invalid(field, "", "can have at most " + most + " characters");
        }
    }
}
