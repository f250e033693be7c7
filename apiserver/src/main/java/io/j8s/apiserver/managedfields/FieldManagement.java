package io.j8s.apiserver.managedfields;

import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldError;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.quantity.Timestamps;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Keeps `metadata.managedFields` on every write and does server-side apply (upstream:
/// `managedfields.FieldManager` with its chain of managers). All functions are pure but for the
/// trees they are told to change; they run after decoding and defaulting and before admission.
public final class FieldManagement {

    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
    private static final String KUBECTL = "kubectl"; // upstream upgrades only its ownership
    private static final String BEFORE_FIRST_APPLY = "before-first-apply";

    /// Never owned by anyone: upstream's `stripMetaManager`.
    private static final FieldSet STRIPPED =
            FieldSet.of(
                    "apiVersion",
                    "kind",
                    "metadata",
                    "metadata.name",
                    "metadata.namespace",
                    "metadata.creationTimestamp",
                    "metadata.selfLink",
                    "metadata.uid",
                    "metadata.clusterName",
                    "metadata.generation",
                    "metadata.managedFields",
                    "metadata.resourceVersion");

    private FieldManagement() {}

    /// A created object: its sender owns every field that it set and that was defaulted.
    public static void onCreate(Tree created, FieldWriter writer) {
        onUpdate(new Tree(created.type()), created, writer);
    }

    /// An update or patch: changed fields become the sender's. `updated` gets the new entries; the
    /// sender's own `managedFields` count only on the main resource, as in upstream.
    ///
    /// @param live the object as it is, in the request's version; on create an empty tree
    public static void onUpdate(Tree live, Tree updated, FieldWriter writer) {
        var managers = liveOrSent(live, updated, writer);
        updated.remove(Managers.PATH);
        boolean created = live.string("metadata.uid", "").isEmpty();
        if (managers.isEmpty() && !created) {
            return; // upstream: ownership once given up is not tracked again before an apply
        }
        try {
            Managers.encode(updated, update(live, updated, managers, writer, writer.manager()));
        } catch (WalkException _) {
            // upstream: an object that can't be tracked keeps the owners it has
            if (live.has(Managers.PATH)) {
                updated.keep(Managers.PATH, live);
            }
        }
    }

    /// Server-side apply.
    ///
    /// @param live the object as it is, in the request's version; an empty tree when it is new
    /// @param config the applied configuration as [JsonCodec#readDynamic] or YAML gave it
    /// @param force takes conflicting fields instead of refusing
    /// @return the new object, not yet defaulted, with its managedFields
    /// @throws ApiException with a 409 that names all conflicts, or with upstream's error for a
    ///   configuration that does not fit
    public static Tree onApply(Tree live, TreeMap config, boolean force, FieldWriter writer) {
        check(config, writer.type(), writer.apiVersion(), writer.kind());
        var decoded = Managers.decode(live);
        if (decoded.isEmpty()) {
            throw internal(
                    "failed to decode managed fields: metadata.managedFields of the live object is"
                            + " invalid");
        }
        Tree bare = live.copy();
        bare.remove(Managers.PATH);
        Map<ManagerKey, OwnedFields> managers = decoded.get();
        try {
            if (managers.isEmpty()) {
                managers =
                        update(new Tree(live.type()), bare, managers, writer, BEFORE_FIRST_APPLY);
            }
            return finish(
                    live, bare, config, applied(bare, config, managers, force, writer), writer);
        } catch (Ownership.ConflictException e) {
            throw new ApiException(new ApiError.ApplyConflict(causes(e.conflicts())));
        } catch (WalkException e) {
            throw internal("failed to merge config: " + e.text());
        }
    }

    /// Whether a configuration is one of this kind and fits its type; [#onApply] asks it itself.
    ///
    /// @throws ApiException with upstream's text when it is not
    public static void check(TreeMap config, TypeSchema type, String apiVersion, String kind) {
        String version = config.string("apiVersion", "");
        String ownKind = config.string("kind", "");
        if (!version.equals(apiVersion) || !ownKind.equals(kind)) {
            throw new ApiException(
                    new ApiError.BadRequest("invalid object type: " + goKind(version, ownKind)));
        }
        if (config.map("metadata") instanceof TreeMap metadata
                && metadata.value("managedFields") != null
                && metadata.value("managedFields") != Tree.NULL) {
            throw new ApiException(new ApiError.BadRequest("metadata.managedFields must be nil"));
        }
        try {
            SchemaCheck.check(config, type);
        } catch (WalkException e) {
            throw internal(
                    "failed to create typed patch object (" + named(config) + "): " + e.text());
        }
    }

    private static Map<ManagerKey, OwnedFields> update(
            Tree live,
            Tree updated,
            Map<ManagerKey, OwnedFields> managers,
            FieldWriter writer,
            String manager) {
        var self = new ManagerKey("current-operation", false, "", "");
        Tree bare = live.has(Managers.PATH) ? withoutManagers(live) : live;
        var after = ownership(writer).update(bare, updated, managers, self);
        var taken = after.remove(self);
        if (taken != null) {
            var fields = taken.fields().difference(STRIPPED);
            if (!fields.isEmpty()) {
                var key = ManagerKey.updater(manager, writer.apiVersion(), writer.subresource());
                var previous = after.get(key);
                after.put(
                        key,
                        new OwnedFields(
                                previous == null ? fields : fields.union(previous.fields()),
                                writer.apiVersion(),
                                Timestamps.print(writer.now())));
            }
        }
        Managers.cap(after);
        return after;
    }

    private static Tree withoutManagers(Tree live) {
        // a shallow copy: only metadata is exchanged
        var out = new Tree(live.type());
        var fields = live.type().fields();
        for (int i = 0; i < fields.size(); i++) {
            Object value = live.value(i);
            if (fields.get(i).name().equals("metadata") && value instanceof Tree metadata) {
                var bare = new Tree(metadata.type());
                var names = metadata.type().fields();
                for (int j = 0; j < names.size(); j++) {
                    if (!names.get(j).name().equals("managedFields")) {
                        bare.setValue(j, metadata.value(j));
                    }
                }
                value = bare;
            }
            out.setValue(i, value);
        }
        var extras = live.extras();
        if (extras != null) {
            extras.forEach((name, value) -> out.extrasForUpdate().putValue(name, value));
        }
        return out;
    }

    private static Map<ManagerKey, OwnedFields> liveOrSent(
            Tree live, Tree updated, FieldWriter writer) {
        if (writer.subresource().isEmpty()) {
            var sent = updated.list(Managers.PATH);
            if (sent != null && isReset(sent)) {
                return new HashMap<>();
            }
            if (sent != null) {
                var decoded = Managers.decode(updated);
                if (decoded.isPresent() && !decoded.get().isEmpty()) {
                    return decoded.get();
                }
            }
        }
        return Managers.decode(live).orElseGet(HashMap::new);
    }

    /// An empty list, or one empty entry, asks to forget all owners.
    private static boolean isReset(TreeList sent) {
        return sent.isEmpty()
                || (sent.size() == 1 && sent.get(0) instanceof Tree entry && entry.isEmpty());
    }

    private static Ownership.Applied applied(
            Tree bare,
            TreeMap config,
            Map<ManagerKey, OwnedFields> managers,
            boolean force,
            FieldWriter writer) {
        var self = ManagerKey.applier(writer.manager(), writer.subresource());
        try {
            return ownership(writer).apply(bare, config, managers, self, force);
        } catch (Ownership.ConflictException e) {
            var allowed = writer.manager().equals(KUBECTL) ? lastAppliedFields(bare, writer) : null;
            if (allowed == null) {
                throw e;
            }
            var left = new HashMap<ManagerKey, FieldSet>();
            e.conflicts()
                    .forEach((key, fields) -> {
                        var rest = fields.difference(allowed);
                        if (!rest.isEmpty()) {
                            left.put(key, rest);
                        }
                    });
            if (!left.isEmpty()) {
                throw new Ownership.ConflictException(left);
            }
            return ownership(writer).apply(bare, config, managers, self, true);
        }
    }

    private static Tree finish(
            Tree live, Tree bare, TreeMap config, Ownership.Applied applied, FieldWriter writer) {
        var self = ManagerKey.applier(writer.manager(), writer.subresource());
        var managers = new HashMap<>(applied.managers());
        var own = managers.get(self);
        boolean changed = applied.object() != null;
        if (own != null) {
            var fields = own.fields().difference(STRIPPED);
            if (fields.isEmpty()) {
                managers.remove(self);
            } else {
                String time = changed ? Timestamps.print(writer.now()) : timeOf(live, self);
                managers.put(self, new OwnedFields(fields, own.apiVersion(), time));
            }
        }
        Tree object = changed ? java.util.Objects.requireNonNull(applied.object()) : bare;
        if (writer.manager().equals(KUBECTL)) {
            refreshLastApplied(object, config);
        }
        Managers.encode(object, managers);
        return object;
    }

    private static @Nullable String timeOf(Tree live, ManagerKey key) {
        var managers = Managers.decode(live).orElseGet(HashMap::new);
        var owned = managers.get(key);
        return owned == null ? null : owned.time();
    }

    /// What client-side apply recorded and nobody changed since: kubectl may take that over without
    /// force. Null when there is no usable record.
    private static @Nullable FieldSet lastAppliedFields(Tree live, FieldWriter writer) {
        var annotations = live.map("metadata.annotations");
        String text = annotations == null ? null : annotations.string(LAST_APPLIED);
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            Object parsed =
                    JsonCodec.readDynamic(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            if (!(parsed instanceof TreeMap last)
                    || !writer.apiVersion().equals(last.string("apiVersion"))) {
                return null;
            }
            SchemaCheck.check(last, writer.type());
            var compared = Comparison.of(last, live, writer.type());
            return FieldSets.of(last, writer.type())
                    .difference(compared.modified())
                    .difference(compared.added())
                    .difference(compared.removed());
        } catch (WalkException | io.j8s.apiserver.schema.DecodeException _) {
            return null;
        }
    }

    /// Keeps client-side apply's record true after kubectl applied on the server.
    private static void refreshLastApplied(Tree object, TreeMap config) {
        var annotations = object.map("metadata.annotations");
        String before = annotations == null ? null : annotations.string(LAST_APPLIED);
        if (annotations == null || before == null || before.isEmpty()) {
            return;
        }
        var record = config.copy();
        if (record.map("metadata") instanceof TreeMap metadata
                && metadata.map("annotations") instanceof TreeMap sent) {
            sent.remove(LAST_APPLIED);
        }
        annotations.putValue(
                LAST_APPLIED,
                new String(JsonCodec.writeValue(record), java.nio.charset.StandardCharsets.UTF_8)
                        + "\n");
    }

    private static String goKind(String apiVersion, String kind) {
        var gvk = GroupVersionKind.of(apiVersion, kind);
        return gvk.group() + "/" + gvk.version() + ", Kind=" + gvk.kind();
    }

    private static String named(TreeMap config) {
        var metadata = config.map("metadata");
        return (metadata == null ? "" : metadata.string("namespace", ""))
                + "/"
                + (metadata == null ? "" : metadata.string("name", ""))
                + "; "
                + goKind(config.string("apiVersion", ""), config.string("kind", ""));
    }

    private static List<FieldError> causes(Map<ManagerKey, FieldSet> conflicts) {
        var out = new ArrayList<FieldError>();
        conflicts.keySet().stream()
                .sorted()
                .forEach(key -> {
                    var fields = conflicts.get(key);
                    if (fields != null) {
                        fields.forEach(path -> {
                            var text = new StringBuilder();
                            path.forEach(text::append);
                            out.add(
                                    new FieldError(
                                            FieldError.Type.MANAGER_CONFLICT,
                                            text.toString(),
                                            "conflict with " + key));
                        });
                    }
                });
        return out;
    }

    private static Ownership ownership(FieldWriter writer) {
        return new Ownership(
                writer.type(), writer.apiVersion(), writer.reset(), writer.converter());
    }

    /// Upstream answers a plain error of these with code 500 and no reason.
    private static ApiException internal(String message) {
        return new ApiException(new ApiError.Custom(500, "", message));
    }
}
