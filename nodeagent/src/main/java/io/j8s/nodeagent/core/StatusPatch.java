package io.j8s.nodeagent.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The strategic merge patch from one status to another. Pure: works on the JSON forms, so it
/// serves pods and nodes. Lists that the API merges by a key (conditions by type, addresses) are
/// sent so that nobody else's entries are lost.
public final class StatusPatch {

    private StatusPatch() {}

    /// @return the value of `status` in the patch, or empty when nothing changed
    public static Optional<Map<String, Object>> between(
            Map<String, Object> old, Map<String, Object> wanted) {
        var patch = new LinkedHashMap<String, Object>();
        for (var entry : wanted.entrySet()) {
            var before = old.get(entry.getKey());
            if (Objects.equals(before, entry.getValue())) {
                continue;
            }
            patch.put(entry.getKey(), changed(entry.getKey(), before, entry.getValue()));
        }
        for (var name : old.keySet()) {
            if (!wanted.containsKey(name)) {
                patch.put(name, null);
            }
        }
        return patch.isEmpty() ? Optional.empty() : Optional.of(patch);
    }

    private static Object changed(
            String field, @org.jspecify.annotations.Nullable Object before, Object after) {
        return switch (field) {
            case "conditions" -> changedConditions(before, after);
            // merged by their own text upstream: what is gone must be said
            case "podIPs", "hostIPs", "addresses" -> replaced(before, after);
            // what a map no longer has must be said as well
            default -> before instanceof Map<?, ?> map ? withNamesOf(map, after) : after;
        };
    }

    private static Object withNamesOf(Map<?, ?> before, Object after) {
        if (!(after instanceof Map<?, ?> wanted)) {
            return after;
        }
        var merged = new LinkedHashMap<Object, Object>();
        before.keySet().forEach(name -> merged.put(name, null));
        wanted.forEach((name, value) ->
                merged.put(
                        name,
                        before.get(name) instanceof Map<?, ?> map
                                ? withNamesOf(map, value)
                                : value));
        return merged;
    }

    private static Object replaced(@org.jspecify.annotations.Nullable Object before, Object after) {
        if (!(before instanceof List<?> entries) || entries.isEmpty()) {
            return after;
        }
        var list = new ArrayList<Object>();
        list.add(Map.of("$patch", "replace"));
        if (after instanceof List<?> wanted) {
            list.addAll(wanted);
        }
        return list;
    }

    private static List<Object> changedConditions(
            @org.jspecify.annotations.Nullable Object before, Object after) {
        var known = before instanceof List<?> list ? list : List.of();
        var changes = new ArrayList<Object>();
        for (var condition : (List<?>) after) {
            if (!known.contains(condition)) {
                changes.add(withNulls(condition, known));
            }
        }
        for (var condition : known) {
            var type = typeOf(condition);
            if (((List<?>) after).stream().noneMatch(kept -> typeOf(kept).equals(type))) {
                changes.add(Map.of("$patch", "delete", "type", type));
            }
        }
        return changes;
    }

    private static Object typeOf(Object condition) {
        return condition instanceof Map<?, ?> map && map.get("type") != null ? map.get("type") : "";
    }

    /// A reason or message that is gone must be named, else the merge keeps it.
    private static Object withNulls(Object condition, List<?> known) {
        if (!(condition instanceof Map<?, ?> wanted)) {
            return condition;
        }
        var merged = new LinkedHashMap<Object, Object>(wanted);
        for (var candidate : known) {
            if (candidate instanceof Map<?, ?> old
                    && Objects.equals(old.get("type"), wanted.get("type"))) {
                old.keySet().forEach(name -> merged.putIfAbsent(name, null));
            }
        }
        return merged;
    }
}
