package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// A parsed path such as `spec.containers[0].name`. Immutable; parsed paths are kept, because rules
/// use the same few thousand texts over and over.
final class TreePath {

    private static final int CACHED_MAX = 20_000;
    private static final ConcurrentHashMap<String, TreePath> CACHE = new ConcurrentHashMap<>();

    private final String text;

    /// A name, or null where `indexes` holds an index.
    private final @Nullable String[] names;

    private final int[] indexes;

    private TreePath(String text, List<@Nullable String> names, List<Integer> indexes) {
        this.text = text;
        this.names = names.toArray(new @Nullable String[0]);
        this.indexes = indexes.stream().mapToInt(Integer::intValue).toArray();
    }

    static TreePath of(String path) {
        var found = CACHE.get(path);
        if (found == null) {
            found = parse(path);
            if (CACHE.size() < CACHED_MAX) {
                CACHE.put(path, found);
            }
        }
        return found;
    }

    private static TreePath parse(String path) {
        var names = new ArrayList<@Nullable String>();
        var indexes = new ArrayList<Integer>();
        int at = 0;
        while (at < path.length()) {
            char c = path.charAt(at);
            if (c == '[') {
                int close = path.indexOf(']', at);
                if (close < 0) {
                    throw new IllegalStateException("bad path: " + path);
                }
                names.add(null);
                indexes.add(Integer.parseInt(path, at + 1, close, 10));
                at = close + 1;
            } else {
                int from = c == '.' ? at + 1 : at;
                int to = from;
                while (to < path.length() && path.charAt(to) != '.' && path.charAt(to) != '[') {
                    to++;
                }
                names.add(path.substring(from, to));
                indexes.add(0);
                at = to;
            }
        }
        if (names.isEmpty()) {
            throw new IllegalStateException("empty path");
        }
        return new TreePath(path, names, indexes);
    }

    @Nullable Object value(Tree root) {
        Object at = root;
        for (int i = 0; i < names.length; i++) {
            at = child(at, i);
            if (at == null) {
                return null;
            }
        }
        return at;
    }

    Object ensure(Tree root) {
        Object at = root;
        for (int i = 0; i < names.length; i++) {
            at = ensureChild(at, i);
        }
        return at;
    }

    void set(Tree root, Object value) {
        Object parent = parent(root);
        setChild(parent, Values.of(typeOfLast(parent), value));
    }

    void setValue(Tree root, Object value) {
        setChild(parent(root), value);
    }

    void remove(Tree root) {
        Object at = root;
        for (int i = 0; i < names.length - 1; i++) {
            at = child(at, i);
            if (at == null) {
                return;
            }
        }
        int last = names.length - 1;
        String name = names[last];
        switch (at) {
            case Tree tree when name != null -> {
                int index = tree.type().index(name);
                if (index >= 0) {
                    tree.setValue(index, null);
                } else {
                    unknown(tree, name);
                    var extras = tree.extras();
                    if (extras != null) {
                        extras.remove(name);
                    }
                }
            }
            case TreeMap map when name != null -> map.remove(name);
            case TreeList list when name == null && indexes[last] < list.size() ->
                    list.remove(indexes[last]);
            default -> {}
        }
    }

    boolean setDefault(Tree root, Object value) {
        Object at = root;
        for (int i = 0; i < names.length - 1; i++) {
            Object next = child(at, i);
            if (next == null || next == Tree.NULL) {
                if (!madeByDefaulting(at, i)) {
                    return false;
                }
                next = ensureChild(at, i);
            }
            at = next;
        }
        int last = names.length - 1;
        if (!isUnset(at, last, child(at, last))) {
            return false;
        }
        setChild(at, Values.of(typeOfLast(at), value));
        return true;
    }

    boolean semanticallyEqual(Tree a, Tree b) {
        Object left = value(a);
        Object right = value(b);
        var field = fieldOfLast(a);
        return field == null
                ? Values.semanticallyEqual(ValueType.Scalar.DYNAMIC, true, left, right)
                : Values.semanticallyEqual(field.type(), field.pointer(), left, right);
    }

    /// The field at the end of the path, as the types state it; null where a map or list is on the
    /// way.
    private @Nullable FieldSchema fieldOfLast(Tree root) {
        TypeSchema at = root.type();
        FieldSchema field = null;
        for (String name : names) {
            if (at == null || name == null) {
                return null;
            }
            field = at.field(name);
            at = field != null && field.type() instanceof TypeSchema struct ? struct : null;
        }
        return field;
    }

    /// Go's defaulting fills structs that are no pointers, and maps; it passes by absent pointers.
    private boolean madeByDefaulting(Object at, int i) {
        String name = names[i];
        if (!(at instanceof Tree tree) || name == null) {
            return false;
        }
        var field = tree.type().field(name);
        return field != null
                && (field.type().tag() == ValueType.MAP
                        || (field.type().tag() == ValueType.STRUCT && !field.pointer()));
    }

    private boolean isUnset(Object at, int i, @Nullable Object value) {
        if (value == null || value == Tree.NULL) {
            return true;
        }
        String name = names[i];
        if (at instanceof Tree tree && name != null) {
            var field = tree.type().field(name);
            return field != null
                    && !field.pointer()
                    && !tree.type().isCustom()
                    && Values.isZeroScalar(value);
        }
        return false;
    }

    private Object parent(Tree root) {
        Object at = root;
        for (int i = 0; i < names.length - 1; i++) {
            at = ensureChild(at, i);
        }
        return at;
    }

    private @Nullable Object child(Object at, int i) {
        String name = names[i];
        if (name == null) {
            return at instanceof TreeList list && indexes[i] < list.size()
                    ? list.get(indexes[i])
                    : null;
        }
        if (at instanceof Tree tree) {
            int index = tree.type().index(name);
            if (index >= 0) {
                return tree.value(index);
            }
            unknown(tree, name);
            var extras = tree.extras();
            return extras == null ? null : extras.value(name);
        }
        return at instanceof TreeMap map ? map.value(name) : null;
    }

    private Object ensureChild(Object at, int i) {
        Object found = child(at, i);
        if (found != null && found != Tree.NULL) {
            return found;
        }
        var type = typeOf(at, i);
        Object made = Values.empty(type, i + 1 < names.length && names[i + 1] == null);
        setChild(at, i, made);
        return made;
    }

    private ValueType typeOfLast(Object parent) {
        return typeOf(parent, names.length - 1);
    }

    private ValueType typeOf(Object at, int i) {
        String name = names[i];
        return switch (at) {
            case Tree tree when name != null -> {
                var field = tree.type().field(name);
                yield field == null ? ValueType.Scalar.DYNAMIC : field.type();
            }
            case TreeMap map when name != null -> map.valueType();
            case TreeList list when name == null -> list.elementType();
            default -> throw mismatch(at, i);
        };
    }

    private void setChild(Object parent, Object value) {
        setChild(parent, names.length - 1, value);
    }

    private void setChild(Object at, int i, Object value) {
        String name = names[i];
        switch (at) {
            case Tree tree when name != null -> {
                int index = tree.type().index(name);
                if (index >= 0) {
                    tree.setValue(index, value);
                } else {
                    unknown(tree, name);
                    tree.extrasForUpdate().putValue(name, value);
                }
            }
            case TreeMap map when name != null -> map.putValue(name, value);
            case TreeList list when name == null && indexes[i] < list.size() ->
                    list.setValue(indexes[i], value);
            case TreeList list when name == null && indexes[i] == list.size() ->
                    list.addValue(value);
            default -> throw mismatch(at, i);
        }
    }

    private IllegalStateException mismatch(Object at, int i) {
        return new IllegalStateException(
                "path "
                        + text
                        + " does not fit a "
                        + at.getClass().getSimpleName()
                        + " at step "
                        + i);
    }

    private void unknown(Tree tree, String name) {
        if (!tree.type().isCustom()) {
            throw new IllegalStateException(
                    "path " + text + ": " + tree.type().name() + " has no field " + name);
        }
    }
}
