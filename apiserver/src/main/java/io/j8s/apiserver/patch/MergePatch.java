package io.j8s.apiserver.patch;

import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;

/// Merge patch (RFC 7386): objects merge, null removes, everything else replaces. Changes the
/// document in place.
final class MergePatch {

    private MergePatch() {}

    static void apply(TreeMap document, TreeMap patch) {
        for (var entry : patch.entries()) {
            String key = entry.getKey();
            Object value = entry.getValue();
            if (value == Tree.NULL) {
                document.remove(key);
                continue;
            }
            if (document.value(key) instanceof TreeMap current && value instanceof TreeMap more) {
                apply(current, more);
            } else {
                document.putValue(key, withoutNulls(value));
            }
        }
    }

    /// Upstream drops nulls of what is new, in lists too.
    private static Object withoutNulls(Object value) {
        if (value instanceof TreeMap map) {
            for (String key : map.keys()) {
                Object entry = map.value(key);
                if (entry == Tree.NULL) {
                    map.remove(key);
                } else if (entry != null) {
                    withoutNulls(entry);
                }
            }
        } else if (value instanceof TreeList list) {
            list.removeIf(item -> item == Tree.NULL);
            for (Object item : list) {
                withoutNulls(item);
            }
        }
        return value;
    }
}
