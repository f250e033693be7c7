package io.j8s.apiserver.registry;

import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.resources.Resources;
import io.j8s.apiserver.schema.DecodeException;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.table.Tables;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.Statuses;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.machinery.timers.Timers;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Asks our strategies what the oracle `judge` asks upstream's, in the same form
/// (`src/test/oracle-rules`): a write without a server, a store or admission.
public final class StrategyJudge {

    private static final JsonMapper JSON = JsonMapper.shared();

    private static final Timers TIMERS = new SystemTimers();

    private final Map<GroupVersionKind, ServedResource> resources = new HashMap<>();
    private final Tables tables;

    private final Instant now;

    public StrategyJudge() {
        this(TIMERS.now());
    }

    /// @param now the time that ages in tables are counted to
    @SuppressWarnings("NullAway") // nothing is read here
    public StrategyJudge(Instant now) {
        this.now = now;
        var schema = Schema.load();
        tables = new Tables(schema);
        var registry =
                new Registry(
                        new Registry.Source(
                                schema,
                                schema.api(),
                                schema.storage(),
                                Resources.all(),
                                _ -> true,
                                _ -> null));
        for (var group : schema.api().groups()) {
            for (var version : group.versions()) {
                for (var row : version.resources()) {
                    var found = registry.find(row.group(), row.version(), row.name());
                    if (found != null) {
                        resources.put(found.gvk(), found);
                    }
                }
            }
        }
    }

    /// @param asked `op`, `object` and, for updates, `old`
    public ObjectNode answer(JsonNode asked) {
        var object = asked.get("object");
        var gvk =
                GroupVersionKind.of(
                        object.path("apiVersion").asString(""), object.path("kind").asString(""));
        var resource = resources.get(gvk);
        if (resource == null) {
            throw new IllegalStateException("no resource: " + gvk);
        }
        try {
            return switch (asked.path("op").asString("")) {
                case "table" -> table(resource, read(resource, object));
                case "default" ->
                        answer(200, resource.fromStored(read(resource, object)), List.of());
                default -> written(resource, asked);
            };
        } catch (DecodeException _) {
            return JSON.createObjectNode().put("code", 400);
        } catch (ApiException refused) {
            var status = Statuses.of(refused.error());
            var verdict = JSON.createObjectNode().put("code", status.code());
            verdict.put("message", status.message());
            if (status.details() != null && !status.details().causes().isEmpty()) {
                var causes = verdict.putArray("causes");
                for (var cause : status.details().causes()) {
                    causes.addObject()
                            .put("reason", cause.reason())
                            .put("field", cause.field())
                            .put("message", cause.message());
                }
            }
            return verdict;
        }
    }

    private ObjectNode written(ServedResource resource, JsonNode asked) {
        String op = asked.path("op").asString("");
        Tree object = read(resource, asked.get("object"));
        String subresource = op.equals("create") || op.equals("update") ? "" : op;
        var context = context(resource, object, op.equals("create") ? "create" : "update");
        if (op.equals("create")) {
            object.set("metadata.uid", "uid"); // as the oracle does
            Preparation.create(resource, context, object);
            Rules.create(resource.stored(), context, object);
            object.remove("metadata.uid");
        } else {
            Tree old = read(resource, asked.get("old"));
            Preparation.update(resource, context, subresource, object, old);
            Rules.update(resource.stored(), context, subresource, object, old);
        }
        resource.stored().applyDefaults(object); // as it comes back from the store
        return answer(200, resource.fromStored(object), context.warnings());
    }

    private static RequestContext context(ServedResource resource, Tree object, String verb) {
        var gvr = resource.gvr();
        var info =
                new RequestInfo(
                        true,
                        "",
                        verb,
                        gvr.group(),
                        gvr.version(),
                        object.string("metadata.namespace", ""),
                        gvr.resource(),
                        "",
                        object.string("metadata.name", ""),
                        "");
        return new RequestContext(
                "", info, UserInfo.component("admin"), "", TIMERS.deadline(Duration.ofDays(1)));
    }

    /// An object as it stands after decoding and defaulting.
    private static Tree read(ServedResource resource, JsonNode object) {
        Tree tree = JsonCodec.read(bytes(object), resource.type()).tree();
        resource.stored().strategy().absorb(tree);
        resource.defaults(tree);
        Tree stored = resource.toStored(tree);
        resource.stored().applyDefaults(stored);
        return stored;
    }

    private static ObjectNode answer(int code, Tree object, List<String> warnings) {
        var verdict = JSON.createObjectNode().put("code", code);
        if (!warnings.isEmpty()) {
            var texts = verdict.putArray("warnings");
            warnings.forEach(texts::add);
        }
        verdict.set("object", parse(JsonCodec.write(object)));
        return verdict;
    }

    private ObjectNode table(ServedResource resource, Tree object) {
        byte[] json =
                tables.table(
                        resource,
                        List.of(object),
                        new ListMeta("", "", null),
                        new TableForm.Options("v1", "None", true, false, now));
        var table = parse(json);
        var verdict = JSON.createObjectNode().put("code", 200);
        var columns = verdict.putArray("columns");
        for (var column : table.path("columnDefinitions")) {
            var shown = columns.addObject();
            shown.put("name", column.path("name").asString(""));
            shown.put("type", column.path("type").asString(""));
            if (!column.path("format").asString("").isEmpty()) {
                shown.put("format", column.path("format").asString(""));
            }
            if (column.path("priority").asInt(0) != 0) {
                shown.put("priority", column.path("priority").asInt(0));
            }
        }
        var rows = verdict.putArray("rows");
        table.path("rows").forEach(row -> rows.add(row.get("cells")));
        return verdict;
    }

    private static byte[] bytes(JsonNode node) {
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode parse(byte[] json) {
        return JSON.readTree(new String(json, StandardCharsets.UTF_8));
    }
}
