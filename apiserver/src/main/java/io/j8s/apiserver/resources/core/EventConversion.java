package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.registry.Conversion;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TypeSchema;

import java.util.Map;

/// `events.k8s.io/v1` and core `v1` name the same things differently (upstream:
/// `pkg/apis/events/v1/conversion.go`).
final class EventConversion implements Conversion {

    static final Conversion NEW_EVENTS = new EventConversion();

    /// New name to core name.
    private static final Map<String, String> RENAMED =
            Map.of(
                    "regarding", "involvedObject",
                    "note", "message",
                    "reportingController", "reportingComponent",
                    "deprecatedSource", "source",
                    "deprecatedFirstTimestamp", "firstTimestamp",
                    "deprecatedLastTimestamp", "lastTimestamp",
                    "deprecatedCount", "count");

    private EventConversion() {}

    @Override
    public Tree toStored(Tree served, TypeSchema stored) {
        Tree event = Conversion.sameFields(served, stored);
        RENAMED.forEach((name, core) -> move(served, name, event, core));
        return event;
    }

    @Override
    public Tree fromStored(Tree stored, TypeSchema served) {
        Tree event = Conversion.sameFields(stored, served);
        RENAMED.forEach((name, core) -> move(stored, core, event, name));
        return event;
    }

    private static void move(Tree from, String fromName, Tree to, String toName) {
        switch (from.get(fromName)) {
            case null -> {}
            case Tree struct ->
                    to.set(toName, Conversion.sameFields(struct, to.ensure(toName).type()));
            case Object value -> to.set(toName, value);
        }
    }
}
