package io.j8s.apiserver.managedfields;

import io.j8s.apiserver.schema.DecodeException;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.quantity.Timestamps;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `metadata.managedFields` as a map from manager to fields, and back. Entries are written in
/// upstream's order: appliers first, then by time, name, version and subresource.
final class Managers {

    static final String PATH = "metadata.managedFields";

    private static final int UPDATERS_MAX = 10; // upstream: DefaultMaxUpdateManagers
    private static final String OLD_UPDATES = "ancient-changes";

    private static final Comparator<Map.Entry<ManagerKey, OwnedFields>> ORDER =
            Comparator.<Map.Entry<ManagerKey, OwnedFields>>comparingInt(
                            e -> e.getKey().applied() ? 0 : 1)
                    .thenComparingLong(e -> seconds(e.getValue()))
                    .thenComparing(e -> e.getKey().manager())
                    .thenComparing(e -> e.getValue().apiVersion())
                    .thenComparing(e -> e.getKey().subresource());

    private Managers() {}

    /// @return empty when an entry can't be understood
    static Optional<Map<ManagerKey, OwnedFields>> decode(Tree object) {
        var out = new HashMap<ManagerKey, OwnedFields>();
        for (var entry : object.trees(PATH)) {
            String operation = entry.string("operation", "");
            String version = entry.string("apiVersion", "");
            boolean applied = operation.equals("Apply");
            if ((!applied && !operation.equals("Update"))
                    || version.isEmpty()
                    || !entry.string("fieldsType", "").equals("FieldsV1")) {
                return Optional.empty();
            }
            var raw = entry.raw("fieldsV1");
            FieldSet fields;
            try {
                fields = raw == null ? new FieldSet() : FieldsV1.decode(raw);
            } catch (IllegalArgumentException | DecodeException _) {
                return Optional.empty();
            }
            var key =
                    new ManagerKey(
                            entry.string("manager", ""),
                            applied,
                            applied ? "" : version,
                            entry.string("subresource", ""));
            out.put(key, new OwnedFields(fields, version, entry.string("time")));
        }
        return Optional.of(out);
    }

    static void encode(Tree object, Map<ManagerKey, OwnedFields> managers) {
        object.remove(PATH);
        if (managers.isEmpty()) {
            return;
        }
        var sorted = new ArrayList<>(managers.entrySet());
        sorted.sort(ORDER);
        var list = object.ensureList(PATH);
        for (var entry : sorted) {
            var tree = list.addTree();
            var key = entry.getKey();
            var owned = entry.getValue();
            if (!key.manager().isEmpty()) {
                tree.set("manager", key.manager());
            }
            tree.set("operation", key.applied() ? "Apply" : "Update");
            tree.set("apiVersion", owned.apiVersion());
            tree.set("time", owned.time());
            tree.set("fieldsType", "FieldsV1");
            tree.set("fieldsV1", FieldsV1.encode(owned.fields()));
            if (!key.subresource().isEmpty()) {
                tree.set("subresource", key.subresource());
            }
        }
    }

    /// Folds the oldest updaters into one entry a version when there are more than ten.
    static void cap(Map<ManagerKey, OwnedFields> managers) {
        var updaters = new ArrayList<ManagerKey>();
        for (var key : managers.keySet()) {
            if (!key.applied()) {
                updaters.add(key);
            }
        }
        if (updaters.size() <= UPDATERS_MAX) {
            return;
        }
        updaters.sort(
                Comparator.<ManagerKey>comparingLong(k -> seconds(of(managers, k)))
                        .thenComparing(Comparator.naturalOrder()));
        fold(managers, updaters);
    }

    private static void fold(Map<ManagerKey, OwnedFields> managers, List<ManagerKey> updaters) {
        var firstOfVersion = new HashMap<String, ManagerKey>();
        int count = updaters.size();
        for (var key : updaters) {
            if (count <= UPDATERS_MAX) {
                return;
            }
            var owned = of(managers, key);
            var first = firstOfVersion.putIfAbsent(owned.apiVersion(), key);
            if (first == null) {
                continue;
            }
            var bucket = ManagerKey.updater(OLD_UPDATES, owned.apiVersion(), "");
            var folded = managers.get(bucket);
            if (folded == null) {
                folded = of(managers, first);
                managers.remove(first);
            }
            managers.remove(key);
            managers.put(
                    bucket,
                    new OwnedFields(
                            owned.fields().union(folded.fields()),
                            owned.apiVersion(),
                            owned.time())); // the later of the two
            count--;
        }
    }

    private static OwnedFields of(Map<ManagerKey, OwnedFields> managers, ManagerKey key) {
        var owned = managers.get(key);
        if (owned == null) {
            throw new IllegalStateException("no such manager: " + key);
        }
        return owned;
    }

    private static long seconds(OwnedFields owned) {
        String time = owned.time();
        return time == null
                ? 0
                : Timestamps.parse(time).map(java.time.Instant::getEpochSecond).orElse(0L);
    }
}
