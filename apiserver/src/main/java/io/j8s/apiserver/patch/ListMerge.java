package io.j8s.apiserver.patch;

import io.j8s.apiserver.schema.FieldSchema;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.ValueType;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// How strategic merge patch merges lists: scalars as sets, maps by their merge key, then in the
/// order of patch and server.
///
/// Worked example, key `name`: server `[a b c]`, patch `[d c]`. Merged `[a b c d]`; of the patch
/// `[d c]`, only on the server `[a b]`. Woven by the server's order: `a` and `b` stand before `c`,
/// `d` has no place there, so `[d a b c]`.
final class ListMerge {

    private ListMerge() {}

    static TreeList merge(TreeList original, TreeList patch, FieldSchema field, boolean deletes) {
        if (original.isEmpty() && patch.isEmpty()) {
            return original;
        }
        boolean maps = requireOneType(original, patch) == Element.MAP;
        String key = field.patchMergeKey();
        if (!maps && deletes) {
            var gone = new HashSet<Object>();
            patch.forEach(gone::add);
            original.removeIf(gone::contains);
            return original;
        }
        TreeList order = patch;
        TreeList server = original.copy();
        TreeList merged;
        if (maps) {
            if (key.isEmpty()) {
                throw StrategicMerge.problem("cannot merge lists without merge key for struct");
            }
            order = TreeList.dynamic();
            boolean replaces = special(original, patch, order, key);
            if (replaces) {
                merged = order;
                server = order.copy();
                order = TreeList.dynamic();
            } else {
                server = original.copy();
                merged = mergeMaps(original, order, key, elementType(field));
            }
        } else {
            merged = TreeList.dynamic();
            var seen = new HashSet<Object>();
            for (var list : List.of(original, patch)) {
                for (Object item : list) {
                    if (seen.add(item)) {
                        merged.addValue(item);
                    }
                }
            }
        }
        return weave(merged, order, server, key, maps);
    }

    /// Puts a merged list into the order that `$setElementOrder` asks for.
    static TreeList ordered(
            TreeList merged,
            TreeList order,
            @Nullable TreeList current,
            @Nullable TreeList patched,
            FieldSchema field) {
        var none = TreeList.dynamic();
        var element =
                requireOneType(current == null ? none : current, patched == null ? none : patched);
        return weave(
                merged,
                order,
                current == null ? none : current,
                field.patchMergeKey(),
                element == Element.MAP);
    }

    /// The patch's elements must stand in the order list, in its order.
    static void requireSameOrder(@Nullable TreeList patched, TreeList order, String key) {
        if (patched == null || patched.isEmpty() || order.isEmpty()) {
            return;
        }
        int at = 0;
        for (Object item : patched) {
            if (item instanceof TreeMap map) {
                if (map.has(StrategicMerge.DIRECTIVE)) {
                    continue;
                }
            } else if (!key.isEmpty()) {
                throw StrategicMerge.badArgument("map[string]interface {}", item);
            }
            while (at < order.size() && !sameElement(item, order.get(at), key)) {
                at++;
            }
            if (at == order.size()) {
                throw StrategicMerge.problem(
                        "The order in patch list:\n%s\n doesn't match $setElementOrder list:\n%s\n"
                                .formatted(GoPrinted.plain(patched), GoPrinted.plain(order)));
            }
            at++;
        }
    }

    private static boolean sameElement(Object left, Object right, String key) {
        if (key.isEmpty()) {
            return left.equals(right);
        }
        Object a = keyOf(left, key);
        return a.equals(keyOf(right, key));
    }

    private static Object keyOf(Object element, String key) {
        if (!(element instanceof TreeMap map)) {
            throw StrategicMerge.badArgument("map[string]interface {}", element);
        }
        Object value = map.value(key);
        if (value == null) {
            throw StrategicMerge.noMergeKey(map, key);
        }
        return value;
    }

    /// Acts on elements with directives and sorts the others into `plain`.
    ///
    /// @return whether the list is to be replaced by the plain ones
    private static boolean special(TreeList original, TreeList patch, TreeList plain, String key) {
        boolean replaces = false;
        for (Object item : patch) {
            var map = (TreeMap) item;
            Object directive = map.value(StrategicMerge.DIRECTIVE);
            if (directive == null) {
                plain.addValue(item);
            } else if (directive.equals("delete")) {
                Object value = map.value(key);
                if (value == null) {
                    throw StrategicMerge.noMergeKey(map, key);
                }
                original.removeIf(o -> o instanceof TreeMap m && value.equals(m.value(key)));
            } else if (directive.equals("replace")) {
                replaces = true;
            } else if (directive.equals("merge")) {
                throw StrategicMerge.problem("merging lists cannot yet be specified in the patch");
            } else {
                throw StrategicMerge.badPatchType(directive, map);
            }
        }
        return replaces;
    }

    private static TreeList mergeMaps(
            TreeList original, TreeList patch, String key, ValueType type) {
        for (Object item : patch) {
            Object value = keyOf(item, key);
            int found = find(original, key, value);
            if (found >= 0) {
                original.setValue(
                        found,
                        StrategicMerge.mergeMap(
                                (TreeMap) original.get(found), (TreeMap) item, type));
            } else {
                original.addValue(item);
            }
        }
        return original;
    }

    /// Weaves what the patch names, in its order, with what only the server has, in the server's.
    private static TreeList weave(
            TreeList merged, TreeList order, TreeList server, String key, boolean maps) {
        var patched = new ArrayList<Object>();
        var serverOnly = new ArrayList<Object>();
        for (Object item : merged) {
            (index(order, item, key) >= 0 ? patched : serverOnly).add(item);
        }
        sort(patched, order, key, maps);
        sort(serverOnly, server, key, maps);
        var out = TreeList.dynamic();
        int i = 0;
        int j = 0;
        while (i < serverOnly.size() || j < patched.size()) {
            boolean takeServer;
            if (i == serverOnly.size() || j == patched.size()) {
                takeServer = j == patched.size();
            } else {
                int left = index(server, serverOnly.get(i), key);
                int right = index(server, patched.get(j), key);
                takeServer = left >= 0 && right >= 0 && left < right;
            }
            out.addValue(takeServer ? serverOnly.get(i++) : patched.get(j++));
        }
        return out;
    }

    /// Stable; an element that the order does not know moves to the front, as upstream's does.
    private static void sort(List<Object> items, TreeList order, String key, boolean maps) {
        if (maps) {
            items.forEach(item -> keyOf(item, key));
        }
        for (int i = 1; i < items.size(); i++) {
            for (int j = i; j > 0 && comesFirst(items.get(j), items.get(j - 1), order, key); j--) {
                Object item = items.get(j);
                items.set(j, items.get(j - 1));
                items.set(j - 1, item);
            }
        }
    }

    private static boolean comesFirst(Object a, Object b, TreeList order, String key) {
        int left = index(order, a, key);
        int right = index(order, b, key);
        return left < 0 || right < 0 || left < right;
    }

    private static int index(TreeList list, Object item, String key) {
        if (item instanceof TreeMap && !key.isEmpty()) {
            return find(list, key, keyOf(item, key));
        }
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).equals(item)) {
                return i;
            }
        }
        return -1;
    }

    private static int find(TreeList list, String key, Object value) {
        for (int i = 0; i < list.size(); i++) {
            if (!(list.get(i) instanceof TreeMap map)) {
                throw StrategicMerge.problem("value for key " + i + " is not a map");
            }
            if (value.equals(map.value(key))) {
                return i;
            }
        }
        return -1;
    }

    private static ValueType elementType(FieldSchema field) {
        return field.type() instanceof ValueType.ListOf list
                ? list.element()
                : ValueType.Scalar.DYNAMIC;
    }

    private enum Element {
        MAP,
        SCALAR
    }

    private static Element requireOneType(TreeList a, TreeList b) {
        String type = null;
        for (var list : List.of(a, b)) {
            for (Object item : list) {
                String own = GoPrinted.type(item);
                if (type == null) {
                    type = own;
                    if (item instanceof TreeList) {
                        throw new ApiException(
                                new ApiError.Custom(
                                        422,
                                        "Invalid",
                                        "the server rejected our request due to an error in our"
                                                + " request"));
                    }
                } else if (!type.equals(own)) {
                    throw StrategicMerge.problem(
                            "list element types are not identical: ["
                                    + GoPrinted.plain(a)
                                    + " "
                                    + GoPrinted.plain(b)
                                    + "]");
                }
            }
        }
        if (type == null) {
            throw StrategicMerge.problem("no elements in any of the given slices");
        }
        return type.startsWith("map") ? Element.MAP : Element.SCALAR;
    }
}
