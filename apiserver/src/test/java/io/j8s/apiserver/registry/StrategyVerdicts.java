package io.j8s.apiserver.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.apiserver.access.StandingTimers;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.resources.Resources;
import io.j8s.apiserver.schema.ApiTable;
import io.j8s.apiserver.schema.DecodeException;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.StorageTable;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionKind;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What our own strategies make of the cases of `src/test/oracle-rules`, in the form in which
/// upstream's answer there: a case a line in, a verdict a line out. The registry's own steps around
/// a strategy are repeated here without store, admission and clock.
public final class StrategyVerdicts {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final StandingTimers TIMERS = new StandingTimers();
    private final Instant now;

    private final Schema schema = Schema.load();
    private final StorageTable storage = schema.storage();
    private final Map<String, ResourceStrategy<?>> strategies = new HashMap<>();
    private final Map<String, ApiTable.Resource> rows = new HashMap<>();
    private final Map<String, Boolean> statuses = new HashMap<>();

    /// @param now the time that ages are counted to
    public StrategyVerdicts(Instant now) {
        this.now = now;
        for (var strategy : Resources.all()) {
            var names = strategy.names();
            int slash = names.apiVersion().indexOf('/');
            String group = slash < 0 ? "" : names.apiVersion().substring(0, slash);
            strategies.put(group + "/" + names.kind(), strategy);
        }
        for (var group : schema.api().groups()) {
            for (var version : group.versions()) {
                for (var row : version.resources()) {
                    String gv = row.group() + "/" + row.version() + "/";
                    if (!row.isSubresource()) {
                        rows.putIfAbsent(gv + row.kind(), row);
                    } else if (row.name().endsWith("/status")) {
                        statuses.put(gv + row.name().substring(0, row.name().indexOf('/')), true);
                    }
                }
            }
        }
    }

    public static void main(String[] args) throws IOException {
        var verdicts = new StrategyVerdicts(new io.j8s.machinery.timers.SystemTimers().now());
        var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        var out =
                new PrintStream(
                        new java.io.FileOutputStream(java.io.FileDescriptor.out), false, UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (!line.isBlank()) {
                out.println(verdicts.of(JSON.readTree(line)));
            }
        }
        out.flush();
    }

    /// One case's verdict; causes in our order.
    public ObjectNode of(JsonNode each) {
        ObjectNode verdict = JSON.createObjectNode();
        if (each.has("id")) {
            verdict.put("id", each.get("id").asString());
        }
        try {
            judge(each, verdict);
        } catch (DecodeException wrong) {
            verdict.put("code", 400).put("message", String.valueOf(wrong.getMessage()));
        } catch (RuntimeException bug) {
            verdict.put("code", 500).put("message", bug.toString());
            if (bug.getStackTrace().length > 0) {
                verdict.put("at", bug.getStackTrace()[0].toString());
            }
        }
        return verdict;
    }

    private void judge(JsonNode each, ObjectNode verdict) {
        String op = each.get("op").asString();
        JsonNode body = each.get("object");
        var gvk = gvk(body);
        String gv = gvk.group() + "/" + gvk.version() + "/";
        var row = rows.get(gv + gvk.kind());
        if (row == null) {
            throw new IllegalStateException("not served: " + gvk);
        }
        var strategy = strategies.get(gvk.group() + "/" + gvk.kind());
        if (strategy == null) {
            strategy = new GenericStrategy(new Names(gvk.apiVersion(), row.kind(), row.name()));
        }
        var type = schema.find(gvk);
        if (type == null) {
            type = schema.type(row.type());
        }
        var entry = storage.find(new GroupResource(row.group(), row.name()));
        if (entry == null) {
            throw new IllegalStateException("not stored: " + gvk);
        }
        var kind = new StoredKind(entry, type, gvk, strategy);
        boolean hasStatus = statuses.containsKey(gv + row.name());
        Tree object = decode(kind, body);
        switch (op) {
            case "default" -> {
                verdict.put("code", 200).set("object", JSON.readTree(JsonCodec.write(object)));
            }
            case "table" -> table(kind, strategy, object, verdict);
            case "create" -> create(kind, strategy, hasStatus, object, verdict);
            default -> {
                Tree old = decode(kind, each.get("old"));
                update(kind, strategy, new Change(op, hasStatus, object, old), verdict);
            }
        }
    }

    private record Change(String op, boolean hasStatus, Tree updated, Tree old) {}

    private static GroupVersionKind gvk(JsonNode body) {
        return GroupVersionKind.of(body.get("apiVersion").asString(), body.get("kind").asString());
    }

    private static Tree decode(StoredKind kind, JsonNode body) {
        Tree tree = JsonCodec.read(JSON.writeValueAsBytes(body), kind.type()).tree();
        kind.applyDefaults(tree);
        return tree;
    }

    private static RequestContext context(StoredKind kind, Tree object, String verb, String sub) {
        var info =
                new RequestInfo(
                        true,
                        "/",
                        verb,
                        kind.gvk().group(),
                        kind.gvk().version(),
                        object.string("metadata.namespace", ""),
                        kind.strategy().names().plural(),
                        sub,
                        object.string("metadata.name", ""),
                        "");
        return new RequestContext(
                "audit",
                info,
                UserInfo.component("judge"),
                "",
                TIMERS.deadline(Duration.ofDays(1)));
    }

    private static <T extends HasMetadata> void create(
            StoredKind kind,
            ResourceStrategy<T> strategy,
            boolean hasStatus,
            Tree object,
            ObjectNode verdict) {
        if (!kind.namespaced()) {
            object.remove("metadata.namespace");
        }
        if (hasStatus && kind.hasStatus() && !strategy.acceptsStatusOnCreate()) {
            object.remove("status").ensure("status");
        }
        object.remove("metadata.generation");
        if (kind.hasSpec() && strategy.countsGenerations()) {
            object.set("metadata.generation", 1L);
        }
        object.set("metadata.uid", "uid");
        strategy.prepareForCreate(context(kind, object, "create", ""), object);
        var errors = new FieldErrors();
        MetadataRules.validateCreate(object, kind.namespaced(), strategy.nameRule(), errors);
        List<String> warnings = List.of();
        if (strategy.hasTypedRules()) {
            T view = kind.view(object, strategy.view());
            strategy.validate(view, object, errors);
            warnings = errors.isEmpty() ? strategy.warnings(view, null) : warnings;
        }
        object.remove("metadata.uid");
        answer(object, errors, warnings, verdict);
    }

    private static <T extends HasMetadata> void update(
            StoredKind kind, ResourceStrategy<T> strategy, Change change, ObjectNode verdict) {
        Tree updated = change.updated();
        Tree old = change.old();
        var context =
                context(kind, updated, "update", change.op().equals("update") ? "" : change.op());
        for (String field :
                List.of("uid", "generation", "creationTimestamp", "deletionTimestamp")) {
            updated.keep("metadata." + field, old);
        }
        switch (change.op()) {
            case "update" -> {
                if (change.hasStatus() && kind.hasStatus()) {
                    updated.keep("status", old);
                }
                strategy.prepareForUpdate(context, old, updated);
                if (kind.hasSpec()
                        && strategy.countsGenerations()
                        && !updated.semanticallyEquals(old, "spec")) {
                    updated.set("metadata.generation", old.longValue("metadata.generation", 0) + 1);
                }
            }
            case "status" -> {
                for (var field : updated.type().fields()) {
                    if (!field.name().equals("status") && !field.name().equals("metadata")) {
                        updated.keep(field.name(), old);
                    }
                }
                strategy.prepareForStatusUpdate(context, old, updated);
            }
            default -> strategy.prepareForSubresourceUpdate(context, change.op(), old, updated);
        }
        kind.complete(updated);
        var errors = new FieldErrors();
        MetadataRules.validateUpdate(updated, old, errors);
        List<String> warnings = List.of();
        if (strategy.hasTypedRules()) {
            T view = kind.view(updated, strategy.view());
            T oldView = kind.view(old, strategy.view());
            switch (change.op()) {
                case "status" -> strategy.validateStatusUpdate(view, oldView, updated, old, errors);
                case "update" -> strategy.validateUpdate(view, oldView, updated, old, errors);
                default ->
                        strategy.validateSubresourceUpdate(
                                change.op(), view, oldView, updated, old, errors);
            }
            if (errors.isEmpty() && change.op().equals("update")) {
                warnings = strategy.warnings(view, oldView);
            }
        }
        answer(updated, errors, warnings, verdict);
    }

    private static void answer(
            Tree object, FieldErrors errors, List<String> warnings, ObjectNode verdict) {
        if (!errors.isEmpty()) {
            verdict.put("code", 422);
            ArrayNode causes = verdict.putArray("causes");
            for (var cause : errors.list()) {
                causes.addObject()
                        .put("reason", cause.type().reason())
                        .put("field", cause.field())
                        .put("message", cause.message());
            }
            return;
        }
        verdict.put("code", 200);
        if (!warnings.isEmpty()) {
            warnings.forEach(verdict.putArray("warnings")::add);
        }
        object.remove("metadata.resourceVersion");
        verdict.set("object", JSON.readTree(JsonCodec.write(object)));
    }

    private <T extends HasMetadata> void table(
            StoredKind kind, ResourceStrategy<T> strategy, Tree object, ObjectNode verdict) {
        verdict.put("code", 200);
        ArrayNode columns = verdict.putArray("columns");
        ArrayNode cells = verdict.putArray("rows").addArray();
        if (strategy.tableBeginsWithName()) {
            columns.addObject().put("name", "Name").put("type", "string").put("format", "name");
            cells.add(object.string("metadata.name", ""));
        }
        T view = kind.view(object, strategy.view());
        for (var column : strategy.columns()) {
            var shown = columns.addObject().put("name", column.name()).put("type", column.type());
            if (!column.format().isEmpty()) {
                shown.put("format", column.format());
            }
            if (column.priority() != 0) {
                shown.put("priority", column.priority());
            }
            cells.addPOJO(column.value().of(view, now));
        }
    }
}
