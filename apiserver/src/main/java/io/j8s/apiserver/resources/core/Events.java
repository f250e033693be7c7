package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Event;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Conversion;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupVersionKind;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Everything the API server knows about `v1 Event`.
public final class Events implements ResourceStrategy<Event> {

    @Override
    public Names names() {
        return new Names("v1", "Event", "events");
    }

    @Override
    public Class<Event> view() {
        return Event.class;
    }

    @Override
    public boolean asksOfMetadata(RequestContext context) {
        return false;
    }

    @Override
    public void validate(RequestContext context, Tree tree, FieldErrors errors) {
        EventValidation.create(tree, isCore(context), errors);
    }

    @Override
    public void validateUpdate(
            RequestContext context, Tree tree, Tree oldTree, FieldErrors errors) {
        EventValidation.update(tree, oldTree, isCore(context), errors);
    }

    /// What a client speaks decides what is asked of it.
    private static boolean isCore(RequestContext context) {
        return context.info().group().isEmpty();
    }

    @Override
    public List<SelectableField> selectableFields() {
        return List.of(
                SelectableField.at("involvedObject.kind"),
                SelectableField.at("involvedObject.namespace"),
                SelectableField.at("involvedObject.name"),
                SelectableField.at("involvedObject.uid"),
                SelectableField.at("involvedObject.apiVersion"),
                SelectableField.at("involvedObject.resourceVersion"),
                SelectableField.at("involvedObject.fieldPath"),
                SelectableField.at("reason"),
                SelectableField.at("reportingComponent"),
                new SelectableField("source", Events::source),
                SelectableField.at("type"));
    }

    /// The new kind knows fewer, by its own names (upstream: `pkg/apis/events/v1/conversion.go`).
    @Override
    public Map<String, String> fieldLabels(GroupVersionKind served) {
        if (served.group().isEmpty()) {
            return ResourceStrategy.super.fieldLabels(served);
        }
        var labels = new HashMap<String, String>();
        for (var field : selectableFields()) {
            String path = field.path();
            if (path.startsWith("involvedObject.")) {
                labels.put(path.replace("involvedObject.", "regarding."), path);
            }
        }
        labels.put("reason", "reason");
        labels.put("reportingController", "reportingComponent");
        labels.put("type", "type");
        return labels;
    }

    /// The old field of the component, else the new one, as upstream selects.
    private static String source(Tree event) {
        String old = event.string("source.component", "");
        return old.isEmpty() ? event.string("reportingComponent", "") : old;
    }

    @Override
    public Duration timeToLive(Tree event) {
        return Duration.ofHours(1); // upstream: --event-ttl
    }

    @Override
    public boolean isUncached() {
        return true;
    }

    @Override
    public Conversion conversion(GroupVersionKind served) {
        return EventConversion.NEW_EVENTS;
    }

    @Override
    public boolean createsOnUpdate() {
        return true;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public List<Column<Event>> columns() {
        return List.of(
                new Column<>(
                        "Last Seen", "string", "", "When it was last seen", 0, Events::lastSeen),
                Column.text("Type", "Normal or Warning", event -> text(event.getType())),
                Column.text(
                        "Reason", "Short reason for machines", event -> text(event.getReason())),
                Column.text("Object", "What it is about", Events::object),
                Column.wide(
                        "Subobject",
                        "Part of the object",
                        event -> text(event.getInvolvedObject().getFieldPath())),
                Column.wide("Source", "Who reported it", Events::reporter),
                Column.text("Message", "What happened", event -> text(event.getMessage()).strip()),
                new Column<>(
                        "First Seen", "string", "", "When it was first seen", 1, Events::firstSeen),
                Column.wide("Count", "How often it was seen", Events::count),
                new Column<>(
                        "Name",
                        "string",
                        "name",
                        "Name of the event",
                        1,
                        (event, _) -> event.getMetadata().getName()));
    }

    /// The event table is the one that does not begin with the name.
    @Override
    public boolean tableBeginsWithName() {
        return false;
    }

    private static String lastSeen(Event event, Instant now) {
        String last = text(event.getLastTimestamp());
        if (event.getSeries() != null && event.getSeries().getLastObservedTime() != null) {
            last = text(event.getSeries().getLastObservedTime().getTime());
        }
        return last.isEmpty() ? firstSeen(event, now) : Column.since(last, now);
    }

    private static String firstSeen(Event event, Instant now) {
        String first = text(event.getFirstTimestamp());
        boolean old = !first.isEmpty() || event.getEventTime() == null;
        return Column.since(old ? first : event.getEventTime().getTime(), now);
    }

    private static String object(Event event) {
        var about = event.getInvolvedObject();
        String kind = text(about.getKind()).toLowerCase(Locale.ROOT);
        String name = text(about.getName());
        return name.isEmpty() ? kind : kind + "/" + name;
    }

    private static String reporter(Event event) {
        String component = "";
        String host = "";
        if (event.getSource() != null) {
            component = text(event.getSource().getComponent());
            host = text(event.getSource().getHost());
        }
        if (component.isEmpty()) {
            component = text(event.getReportingComponent());
        }
        return host.isEmpty() ? component : component + ", " + host;
    }

    /// A number, although the column is one of text.
    private static Long count(Event event) {
        if (event.getSeries() != null) {
            Integer count = event.getSeries().getCount();
            return count == null ? 0L : count.longValue();
        }
        int count = event.getCount() == null ? 0 : event.getCount();
        return count == 0 ? 1L : count;
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
