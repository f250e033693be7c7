package io.j8s.apiserver.managedfields;

import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// How ownership moves when an object changes (upstream: structured-merge-diff's `merge.Updater`).
/// One instance serves one write; it is not thread-safe.
final class Ownership {

    /// Fields that an apply would take from others.
    static final class ConflictException extends RuntimeException {
        private final transient Map<ManagerKey, FieldSet> conflicts;

        ConflictException(Map<ManagerKey, FieldSet> conflicts) {
            super("apply conflicts", null, false, false);
            this.conflicts = conflicts;
        }

        Map<ManagerKey, FieldSet> conflicts() {
            return conflicts;
        }
    }

    /// @param object what the object becomes; null when apply changes nothing
    record Applied(@Nullable Tree object, Map<ManagerKey, OwnedFields> managers) {}

    private final TypeSchema type;
    private final String apiVersion;
    private final FieldSet reset;
    private final VersionConverter converter;

    Ownership(TypeSchema type, String apiVersion, FieldSet reset, VersionConverter converter) {
        this.type = type;
        this.apiVersion = apiVersion;
        this.reset = reset;
        this.converter = converter;
    }

    /// What `self` owns after changing `live` to `updated`; all others lose what changed.
    ///
    /// @return the managers, `self` among them only if it owns something
    Map<ManagerKey, OwnedFields> update(
            Tree live, Tree updated, Map<ManagerKey, OwnedFields> before, ManagerKey self) {
        var managers = new HashMap<>(before);
        var compared = move(live, updated, managers, self, true);
        var own = managers.get(self);
        FieldSet fields =
                (own == null ? new FieldSet() : own.fields())
                        .difference(compared.removed())
                        .union(compared.modified())
                        .union(compared.added())
                        .recursiveDifference(reset);
        if (fields.isEmpty()) {
            managers.remove(self);
        } else {
            managers.put(self, new OwnedFields(fields, apiVersion, null));
        }
        return managers;
    }

    /// Merges an applied configuration and takes away what `self` applied before and no longer
    /// does.
    ///
    /// @throws ConflictException unless forced
    Applied apply(
            Tree live,
            TreeMap config,
            Map<ManagerKey, OwnedFields> before,
            ManagerKey self,
            boolean force) {
        var managers = new HashMap<>(before);
        Object merged = ApplyMerge.merge(live, config, type);
        var last = managers.get(self);
        FieldSet fields = FieldSets.of(config, type).recursiveDifference(reset);
        managers.put(self, new OwnedFields(fields, apiVersion, null));
        Object pruned = prune(merged, managers, last);
        move(live, pruned, managers, self, force);
        return new Applied(GoView.equal(live, pruned) ? null : typed(pruned), managers);
    }

    /// Takes from all other managers what changed, or refuses.
    private Comparison move(
            Tree live,
            Object updated,
            Map<ManagerKey, OwnedFields> managers,
            ManagerKey self,
            boolean force) {
        var compared = Comparison.of(live, updated, type);
        var versions = new HashMap<String, Comparison>();
        versions.put(apiVersion, compared.without(reset));
        var conflicts = new HashMap<ManagerKey, FieldSet>();
        var removed = new HashMap<ManagerKey, FieldSet>();
        for (var key : List.copyOf(managers.keySet())) {
            var owned = managers.get(key);
            if (key.equals(self) || owned == null) {
                continue;
            }
            var inVersion = versions.get(owned.apiVersion());
            if (inVersion == null) {
                inVersion = compareIn(owned.apiVersion(), live, updated);
                if (inVersion == null) {
                    managers.remove(key);
                    continue;
                }
                versions.put(owned.apiVersion(), inVersion);
            }
            var taken = owned.fields().intersection(inVersion.modified().union(inVersion.added()));
            if (!taken.isEmpty()) {
                conflicts.put(key, taken);
            }
            if (!inVersion.removed().isEmpty()) {
                removed.put(key, inVersion.removed());
            }
        }
        if (!force && !conflicts.isEmpty()) {
            throw new ConflictException(conflicts);
        }
        conflicts.forEach((key, taken) -> subtract(managers, key, taken));
        removed.forEach((key, gone) -> subtract(managers, key, gone));
        managers.values().removeIf(owned -> owned.fields().isEmpty());
        // upstream's own comparison is filtered in place, so the caller sees the filtered one
        return compared.without(reset);
    }

    private static void subtract(
            Map<ManagerKey, OwnedFields> managers, ManagerKey key, FieldSet fields) {
        managers.computeIfPresent(key, (_, owned) -> owned.with(owned.fields().difference(fields)));
    }

    private @Nullable Comparison compareIn(String version, Tree live, Object updated) {
        var before = converter.convert(live, version);
        var after = converter.convert(typed(updated), version);
        return before == null || after == null ? null : Comparison.of(before, after, before.type());
    }

    /// Removes what the manager applied last time and does not apply now, unless others own it.
    private Object prune(
            Object merged, Map<ManagerKey, OwnedFields> managers, @Nullable OwnedFields last) {
        if (last == null || last.fields().isEmpty()) {
            return merged;
        }
        if (last.apiVersion().equals(apiVersion)) {
            return pruneIn(merged, type, managers, last);
        }
        var converted = converter.convert(typed(merged), last.apiVersion());
        if (converted == null) {
            return merged;
        }
        Object pruned = pruneIn(converted, converted.type(), managers, last);
        var back = converter.convert(typed(pruned, converted.type()), apiVersion);
        return back == null ? merged : back;
    }

    private Object pruneIn(
            Object merged, TypeSchema in, Map<ManagerKey, OwnedFields> managers, OwnedFields last) {
        var lastFields = FieldSets.withNamedFields(last.fields(), in);
        Object pruned = Removal.without(merged, lastFields, in);
        var allMerged = FieldSets.withNamedFields(FieldSets.of(merged, in), in);
        pruned = addBackOwned(merged, pruned, in, last.apiVersion(), managers, allMerged);
        var left = FieldSets.withNamedFields(FieldSets.of(pruned, in), in);
        return Removal.without(merged, allMerged.difference(left).intersection(lastFields), in);
    }

    private Object addBackOwned(
            Object merged,
            Object pruned,
            TypeSchema in,
            String version,
            Map<ManagerKey, OwnedFields> managers,
            FieldSet allMerged) {
        var owned = ownedIn(version, managers);
        var left = FieldSets.withNamedFields(FieldSets.of(pruned, in), in);
        var keep = left.union(FieldSets.withNamedFields(owned, in));
        Object result = Removal.without(merged, allMerged.difference(keep), in);
        for (String other : otherVersions(version, managers)) {
            result = addBackOwnedInOther(merged, result, in, version, other, managers);
        }
        return result;
    }

    private Object addBackOwnedInOther(
            Object merged,
            Object pruned,
            TypeSchema in,
            String version,
            String other,
            Map<ManagerKey, OwnedFields> managers) {
        var mergedThere = converter.convert(typed(merged, in), other);
        var prunedThere = converter.convert(typed(pruned, in), other);
        if (mergedThere == null || prunedThere == null) {
            return pruned;
        }
        var there = mergedThere.type();
        var all = FieldSets.withNamedFields(FieldSets.of(mergedThere, there), there);
        var left = FieldSets.withNamedFields(FieldSets.of(prunedThere, there), there);
        var keep = left.union(FieldSets.withNamedFields(ownedIn(other, managers), there));
        Object result = Removal.without(mergedThere, all.difference(keep), there);
        var back = converter.convert(typed(result, there), version);
        return back == null ? pruned : back;
    }

    private static FieldSet ownedIn(String version, Map<ManagerKey, OwnedFields> managers) {
        var out = new FieldSet();
        for (var owned : managers.values()) {
            if (owned.apiVersion().equals(version)) {
                out = out.union(owned.fields());
            }
        }
        return out;
    }

    private static Iterable<String> otherVersions(
            String version, Map<ManagerKey, OwnedFields> managers) {
        var out = new TreeSet<String>();
        managers.values().forEach(owned -> out.add(owned.apiVersion()));
        out.remove(version);
        return new ArrayList<>(out);
    }

    private Tree typed(Object value) {
        return typed(value, type);
    }

    private static Tree typed(Object value, TypeSchema type) {
        return value instanceof Tree tree
                ? tree
                : JsonCodec.read(JsonCodec.writeValue(value), type).tree();
    }
}
