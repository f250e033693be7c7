package io.j8s.apiserver.patch;

import io.j8s.apiserver.schema.FieldSchema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.ValueType;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;

/// Strategic merge patch by the table's patch strategies and merge keys (upstream:
/// `k8s.io/apimachinery/pkg/util/strategicpatch`). Changes the document and the patch in place.
///
/// Directives: `$patch: replace|delete|merge` in maps and list elements,
/// `$deleteFromPrimitiveList/F`, `$setElementOrder/F`, `$retainKeys`.
final class StrategicMerge {

    static final String DIRECTIVE = "$patch";
    private static final String DELETE_PREFIX = "$deleteFromPrimitiveList/";
    private static final String ORDER_PREFIX = "$setElementOrder/";
    private static final String RETAIN_KEYS = "$retainKeys";

    private StrategicMerge() {}

    /// @throws ApiException with upstream's code and text
    static TreeMap apply(TreeMap original, TreeMap patch, TypeSchema type) {
        return mergeMap(original, patch, type);
    }

    static TreeMap mergeMap(TreeMap original, TreeMap patch, ValueType type) {
        Object directive = patch.value(DIRECTIVE);
        if (directive != null) {
            return directed(directive, patch);
        }
        retainKeys(original, patch);
        for (String key : patch.keys()) {
            if (key.startsWith(ORDER_PREFIX)) {
                ordered(original, patch, key, type);
            }
        }
        for (String key : patch.keys()) {
            Object value = patch.value(key);
            if (value != null) {
                mergeEntry(original, key, value, type);
            }
        }
        return original;
    }

    private static TreeMap directed(Object directive, TreeMap patch) {
        if (directive.equals("replace")) {
            patch.remove(DIRECTIVE);
            return patch;
        }
        if (directive.equals("delete")) {
            return TreeMap.dynamic();
        }
        throw badPatchType(directive, patch);
    }

    private static void mergeEntry(TreeMap original, String key, Object value, ValueType type) {
        boolean deletes = key.startsWith(DELETE_PREFIX);
        String name = deletes ? key.substring(DELETE_PREFIX.length()) : key;
        if (value == Tree.NULL) {
            original.remove(name);
            return;
        }
        Object current = original.value(name);
        boolean bothMaps = current instanceof TreeMap && value instanceof TreeMap;
        boolean bothLists = current instanceof TreeList && value instanceof TreeList;
        if (!bothMaps && !bothLists) {
            if (!deletes) {
                discardNulls(value);
                if (withoutDirectives(value)) {
                    original.putValue(name, value);
                } else {
                    original.remove(name);
                }
            }
            return;
        }
        var field = field(type, name);
        if (current instanceof TreeMap a && value instanceof TreeMap b) {
            boolean replaces = field != null && field.patchStrategy().equals("replace");
            original.putValue(
                    name, replaces ? b : mergeMap(a, b, GoStructs.entryType(type, field)));
        } else if (current instanceof TreeList a && value instanceof TreeList b) {
            var listField = requireList(field);
            original.putValue(
                    name,
                    deletes || listField.mergeOnPatch()
                            ? ListMerge.merge(a, b, listField, deletes)
                            : b);
        }
    }

    /// `$setElementOrder`: merges the list of that name and puts it in order; both are then done.
    private static void ordered(TreeMap original, TreeMap patch, String key, ValueType type) {
        Object sent = patch.remove(key);
        if (!(sent instanceof TreeList order)) {
            throw badArgument("[]interface {}", sent == null ? Tree.NULL : sent);
        }
        String name = key.substring(ORDER_PREFIX.length());
        TreeList current = list(original.value(name));
        TreeList patched = list(patch.value(name));
        var field = requireList(field(type, name));
        ListMerge.requireSameOrder(patched, order, field.patchMergeKey());
        if (current == null && patched == null) {
            return;
        }
        TreeList merged;
        if (patched == null) {
            merged = current;
        } else if (current == null) {
            withoutDirectives(patched);
            merged = patched;
        } else {
            // the merge reorders in place, and the order of what stands now is still needed
            var before = current.copy();
            merged =
                    field.mergeOnPatch()
                            ? ListMerge.merge(current, patched, field, false)
                            : patched;
            current = before;
        }
        if (merged == null) {
            throw new IllegalStateException("no list to order: " + name);
        }
        original.putValue(name, ListMerge.ordered(merged, order, current, patched, field));
        patch.remove(name);
    }

    private static @Nullable TreeList list(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof TreeList list) {
            return list;
        }
        throw badArgument("[]interface {}", value);
    }

    /// `$retainKeys`: what it does not name goes.
    private static void retainKeys(TreeMap original, TreeMap patch) {
        Object sent = patch.remove(RETAIN_KEYS);
        if (sent == null) {
            return;
        }
        if (!(sent instanceof TreeList list)) {
            throw badRequest("invalid patch format of retainKeys");
        }
        var kept = new HashSet<Object>();
        list.forEach(kept::add);
        for (var entry : patch.entries()) {
            String key = entry.getKey();
            boolean checked =
                    entry.getValue() != Tree.NULL
                            && !key.startsWith(DELETE_PREFIX)
                            && !key.startsWith(ORDER_PREFIX);
            if (checked && !kept.contains(key)) {
                throw badRequest("invalid patch format of retainKeys");
            }
        }
        for (String key : original.keys()) {
            if (!kept.contains(key)) {
                original.remove(key);
            }
        }
    }

    /// @return false when the value itself is a directive and so nothing to keep
    private static boolean withoutDirectives(Object value) {
        if (value instanceof TreeMap map) {
            if (map.has(DIRECTIVE)) {
                return false;
            }
            for (String key : map.keys()) {
                Object entry = map.value(key);
                if (entry != null && !withoutDirectives(entry)) {
                    map.remove(key);
                }
            }
        } else if (value instanceof TreeList list) {
            list.removeIf(item -> !withoutDirectives(item));
        }
        return true;
    }

    private static void discardNulls(Object value) {
        if (value instanceof TreeMap map) {
            for (String key : map.keys()) {
                Object entry = map.value(key);
                if (entry == Tree.NULL) {
                    map.remove(key);
                } else if (entry != null) {
                    discardNulls(entry);
                }
            }
        } else if (value instanceof TreeList list) {
            list.forEach(StrategicMerge::discardNulls);
        }
    }

    /// @return null for keys of maps
    private static @Nullable FieldSchema field(ValueType type, String name) {
        if (!(type instanceof TypeSchema struct) || !struct.isStruct()) {
            if (type instanceof ValueType.MapOf) {
                throw problem(
                        "merging an object in json but data type is not struct, instead is: map");
            }
            throw problem(
                    "unable to find api field in struct %s for the json field %s"
                            .formatted(
                                    type instanceof TypeSchema named ? named.goName() : "",
                                    FieldErrors.quote(name)));
        }
        var field = struct.field(name);
        if (field == null) {
            throw problem(
                    "unable to find api field in struct %s for the json field %s"
                            .formatted(struct.goName(), FieldErrors.quote(name)));
        }
        return field;
    }

    private static FieldSchema requireList(@Nullable FieldSchema field) {
        if (field == null || field.type().tag() != ValueType.LIST) {
            throw problem(
                    "expected slice or array type, but got: "
                            + (field == null ? "map" : GoStructs.kind(field.type())));
        }
        return field;
    }

    static ApiException badPatchType(Object directive, TreeMap map) {
        return problem(
                "unknown patch type: "
                        + (directive instanceof String text
                                ? text
                                : "%!s("
                                        + GoPrinted.type(directive)
                                        + "="
                                        + GoPrinted.plain(directive)
                                        + ")")
                        + " in map: "
                        + GoPrinted.plain(map));
    }

    static ApiException noMergeKey(TreeMap map, String key) {
        return problem(
                "map: " + GoPrinted.plain(map) + " does not contain declared merge key: " + key);
    }

    static ApiException badArgument(String expected, Object actual) {
        return problem("expected a " + expected + ", but received a " + GoPrinted.type(actual));
    }

    static ApiException badRequest(String message) {
        return new ApiException(new ApiError.BadRequest(message));
    }

    /// Upstream answers these with code 500 and no reason.
    static ApiException problem(String message) {
        return new ApiException(new ApiError.Custom(500, "", message));
    }
}
