package io.j8s.apiserver.patch;

import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// JSON patch (RFC 6902) as upstream's library reads it: `replace` sets what is missing in an
/// object, a missing `value` is null, negative indexes count from the end. Changes the document in
/// place.
final class JsonPatch {

    /// Deeper documents could not be read back; moves would nest them without end.
    private static final int DEPTH_MAX = 500;

    private static final long COPIED_BYTES_MAX = 3 << 20; // upstream: JSONPatchMaxCopyBytes

    /// An operation that does not apply. Upstream never shows the text to clients, so it is for
    /// logs and tests only.
    static final class JsonPatchException extends RuntimeException {
        JsonPatchException(String message) {
            super(message, null, false, false);
        }
    }

    /// Where an operation works: the object or list that holds the key.
    private record Place(Object holder, String key, int depth) {}

    private Object document;
    private long copiedBytes;

    private JsonPatch(Object document) {
        this.document = document;
    }

    /// @param operations objects with `op`, `path`, `from` and `value`
    static Object apply(Object document, TreeList operations) {
        var patch = new JsonPatch(document);
        for (Object operation : operations) {
            patch.apply(operation instanceof TreeMap map ? map : TreeMap.dynamic());
        }
        return patch.document;
    }

    private void apply(TreeMap operation) {
        String kind = operation.string("op", "unknown");
        switch (kind) {
            case "add" -> {
                String path = path(operation, "path", kind);
                add(
                        place(path, "add operation does not apply: doc is missing path: "),
                        value(operation));
            }
            case "remove" -> {
                String path = path(operation, "path", kind);
                remove(place(path, "remove operation does not apply: doc is missing path: "));
            }
            case "replace" -> replace(path(operation, "path", kind), value(operation));
            case "move" -> move(operation);
            case "copy" -> copy(operation);
            case "test" -> test(path(operation, "path", kind), operation);
            default -> throw new JsonPatchException("Unexpected kind: " + kind);
        }
    }

    private void replace(String path, Object value) {
        if (path.isEmpty()) {
            if (!(value instanceof TreeMap) && !(value instanceof TreeList)) {
                throw new JsonPatchException("replace operation value must be object or array");
            }
            document = value;
            return;
        }
        var place = place(path, "replace operation does not apply: doc is missing path: ");
        if (place.holder instanceof TreeList list) {
            list.setValue(index(place.key, list.size(), list.size() - 1), value);
        } else {
            ((TreeMap) place.holder).putValue(place.key, value);
        }
    }

    private void move(TreeMap operation) {
        String from = path(operation, "from", "move");
        var source = place(from, "move operation does not apply: doc is missing from path: ");
        Object value = get(source);
        remove(source);
        String path = path(operation, "path", "move");
        add(
                place(path, "move operation does not apply: doc is missing destination path: "),
                value == null ? Tree.NULL : value);
    }

    private void copy(TreeMap operation) {
        String from = path(operation, "from", "copy");
        var source = place(from, "copy operation does not apply: doc is missing from path: ");
        Object value = get(source);
        String path = path(operation, "path", "copy");
        var target =
                place(path, "copy operation does not apply: doc is missing destination path: ");
        if (value == null) {
            add(target, Tree.NULL);
            return;
        }
        byte[] json = JsonCodec.writeValue(value);
        copiedBytes += json.length;
        if (copiedBytes > COPIED_BYTES_MAX) {
            throw new JsonPatchException(
                    "Unable to complete the copy, the accumulated size increase of copy is "
                            + copiedBytes
                            + ", exceeding the limit "
                            + COPIED_BYTES_MAX);
        }
        add(target, JsonCodec.readDynamic(json));
    }

    private void test(String path, TreeMap operation) {
        Object expected = value(operation);
        Object actual =
                path.isEmpty()
                        ? document
                        : get(place(path, "test operation does not apply: is missing path: "));
        boolean same =
                (actual == null || actual == Tree.NULL)
                        ? expected == Tree.NULL
                        : equal(actual, expected);
        if (!same) {
            throw new JsonPatchException("testing value " + path + " failed: test failed");
        }
    }

    /// Numbers are equal when their texts are, as upstream compares bytes.
    private static boolean equal(Object a, Object b) {
        if (a instanceof Num m && b instanceof Num n) {
            return m.literal().equals(n.literal());
        }
        return a.equals(b);
    }

    private Place place(String path, String problem) {
        List<String> parts = split(path);
        if (parts.size() < 2) {
            throw new JsonPatchException(problem + path);
        }
        Object at = document;
        for (String part : parts.subList(1, parts.size() - 1)) {
            Object next = child(at, unescape(part));
            if (!(next instanceof TreeMap) && !(next instanceof TreeList)) {
                throw new JsonPatchException(problem + path);
            }
            at = next;
        }
        return new Place(at, unescape(parts.getLast()), parts.size());
    }

    private static @Nullable Object child(Object holder, String key) {
        return get(new Place(holder, key, 0));
    }

    private static @Nullable Object get(Place place) {
        return place.holder instanceof TreeList list
                ? list.get(index(place.key, list.size(), list.size() - 1))
                : ((TreeMap) place.holder).value(place.key);
    }

    private static void add(Place place, Object value) {
        if (place.depth + depth(value) > DEPTH_MAX) {
            throw new JsonPatchException("exceeded max depth");
        }
        if (place.holder instanceof TreeList list) {
            if (place.key.equals("-")) {
                list.addValue(value);
            } else {
                list.insertValue(index(place.key, list.size() + 1, list.size()), value);
            }
        } else {
            ((TreeMap) place.holder).putValue(place.key, value);
        }
    }

    /// Bounded by the depth of what was read or added before.
    private static int depth(Object value) {
        int deepest = 0;
        if (value instanceof TreeMap map) {
            for (var entry : map.entries()) {
                deepest = Math.max(deepest, depth(entry.getValue()));
            }
        } else if (value instanceof TreeList list) {
            for (Object item : list) {
                deepest = Math.max(deepest, depth(item));
            }
        }
        return deepest + 1;
    }

    private static void remove(Place place) {
        if (place.holder instanceof TreeList list) {
            list.remove(index(place.key, list.size(), list.size() - 1));
        } else if (((TreeMap) place.holder).remove(place.key) == null) {
            throw new JsonPatchException(
                    "Unable to remove nonexistent key: " + place.key + ": missing value");
        }
    }

    /// @param size what a negative index counts back from
    private static int index(String key, int size, int max) {
        int index;
        try {
            index = Integer.parseInt(key);
        } catch (NumberFormatException _) {
            throw new JsonPatchException("value was not a proper array index: '" + key + "'");
        }
        if (index > max || index < -size) {
            throw new JsonPatchException(
                    "Unable to access invalid index: " + index + ": invalid index referenced");
        }
        return index < 0 ? index + size : index;
    }

    private static String path(TreeMap operation, String field, String kind) {
        String path = operation.string(field);
        if (path == null) {
            throw new JsonPatchException(
                    kind + " operation failed to decode " + field + ": missing value");
        }
        return path;
    }

    private static Object value(TreeMap operation) {
        Object value = operation.value("value");
        return value == null ? Tree.NULL : value;
    }

    private static List<String> split(String path) {
        var parts = new ArrayList<String>();
        int start = 0;
        for (int i = path.indexOf('/'); i >= 0; i = path.indexOf('/', start)) {
            parts.add(path.substring(start, i));
            start = i + 1;
        }
        parts.add(path.substring(start));
        return parts;
    }

    private static String unescape(String part) {
        return part.replace("~1", "/").replace("~0", "~");
    }
}
