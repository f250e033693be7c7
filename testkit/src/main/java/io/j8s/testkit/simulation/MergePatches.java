package io.j8s.testkit.simulation;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.Map;

/// Merge patches as far as controllers send them. The real ones are in `machinery/patch`.
final class MergePatches {

    private static final Map<String, String> MERGE_KEYS =
            Map.of("ownerReferences", "uid", "conditions", "type", "taints", "key");
    private static final String DELETE_PRIMITIVES = "$deleteFromPrimitiveList/";

    private MergePatches() {}

    static ObjectNode apply(ObjectNode object, ObjectNode patch, boolean isStrategic) {
        var result = object.deepCopy();
        merge(result, patch, isStrategic);
        return result;
    }

    private static void merge(ObjectNode into, ObjectNode patch, boolean isStrategic) {
        for (var member : patch.properties()) {
            var name = member.getKey();
            var value = member.getValue();
            if (name.startsWith(DELETE_PRIMITIVES)) {
                removeAll(into, name.substring(DELETE_PRIMITIVES.length()), value);
            } else if (value.isNull()) {
                into.remove(name);
            } else if (value instanceof ObjectNode nested
                    && into.get(name) instanceof ObjectNode known) {
                merge(known, nested, isStrategic);
            } else if (isStrategic && value instanceof ArrayNode list) {
                mergeList(into, name, list);
            } else {
                into.set(name, value.deepCopy());
            }
        }
    }

    private static void mergeList(ObjectNode into, String name, ArrayNode list) {
        var key = MERGE_KEYS.get(name);
        if (key == null && !name.equals("finalizers")) {
            into.set(name, list.deepCopy());
            return;
        }
        var known = into.withArray(name);
        for (var element : list) {
            if (key == null) {
                if (indexOf(known, element) < 0) {
                    known.add(element);
                }
                continue;
            }
            int at = indexOf(known, key, element.path(key));
            if (element.path("$patch").asString("").equals("delete")) {
                if (at >= 0) {
                    known.remove(at);
                }
            } else if (at >= 0) {
                merge((ObjectNode) known.get(at), (ObjectNode) element, true);
            } else {
                known.add(element.deepCopy());
            }
        }
        if (known.isEmpty()) {
            into.remove(name);
        }
    }

    private static void removeAll(ObjectNode into, String name, JsonNode values) {
        if (into.get(name) instanceof ArrayNode known) {
            for (var value : values) {
                int at = indexOf(known, value);
                if (at >= 0) {
                    known.remove(at);
                }
            }
            if (known.isEmpty()) {
                into.remove(name);
            }
        }
    }

    private static int indexOf(ArrayNode list, JsonNode value) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).equals(value)) {
                return i;
            }
        }
        return -1;
    }

    private static int indexOf(ArrayNode list, String key, JsonNode value) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).path(key).equals(value)) {
                return i;
            }
        }
        return -1;
    }
}
