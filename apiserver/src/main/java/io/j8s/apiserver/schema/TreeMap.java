package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;

/// A map by string in a tree, in insertion order (it is written in sorted order, as Go does).
/// Values are tree values, never Java null; [Tree#NULL] stands for JSON null. Not thread-safe while
/// it changes.
public final class TreeMap {

    private static final int SMALL = 16;

    private final ValueType valueType;
    private String[] keys = new String[4];
    private Object[] values = new Object[4];
    private int size;

    /// Holds everything once the map is large; the arrays are unused then.
    private @Nullable LinkedHashMap<String, Object> large;

    public TreeMap(ValueType valueType) {
        this.valueType = valueType;
    }

    /// A map of custom data, see [ValueType.Scalar#DYNAMIC].
    public static TreeMap dynamic() {
        return new TreeMap(ValueType.Scalar.DYNAMIC);
    }

    public ValueType valueType() {
        return valueType;
    }

    public int size() {
        var map = large;
        return map == null ? size : map.size();
    }

    public boolean isEmpty() {
        return size() == 0;
    }

    public boolean has(String key) {
        return value(key) != null;
    }

    /// The value as it stands, [Tree#NULL] included; null when the key is absent.
    public @Nullable Object value(String key) {
        var map = large;
        if (map != null) {
            return map.get(key);
        }
        int at = find(key);
        return at < 0 ? null : values[at];
    }

    /// The value; null when it is absent or JSON null.
    public @Nullable Object get(String key) {
        Object value = value(key);
        return value == Tree.NULL ? null : value;
    }

    public @Nullable String string(String key) {
        return value(key) instanceof String text ? text : null;
    }

    public String string(String key, String otherwise) {
        return value(key) instanceof String text ? text : otherwise;
    }

    public @Nullable Num number(String key) {
        return value(key) instanceof Num num ? num : null;
    }

    public @Nullable Boolean bool(String key) {
        return value(key) instanceof Boolean bool ? bool : null;
    }

    public @Nullable Tree tree(String key) {
        return value(key) instanceof Tree tree ? tree : null;
    }

    public @Nullable TreeMap map(String key) {
        return value(key) instanceof TreeMap map ? map : null;
    }

    public @Nullable TreeList list(String key) {
        return value(key) instanceof TreeList list ? list : null;
    }

    /// Sets a value; Java values are converted as by [Tree#set]. Null removes the key.
    public TreeMap put(String key, @Nullable Object value) {
        if (value == null) {
            remove(key);
        } else {
            putValue(key, Values.of(valueType, value));
        }
        return this;
    }

    /// Sets a value that is a tree value already.
    ///
    /// @return the value before; null when there was none
    public @Nullable Object putValue(String key, Object value) {
        var map = large;
        if (map != null) {
            return map.put(key, value);
        }
        int at = find(key);
        if (at >= 0) {
            Object before = values[at];
            values[at] = value;
            return before;
        }
        if (size == SMALL) {
            grow().put(key, value);
            return null;
        }
        if (size == keys.length) {
            keys = Arrays.copyOf(keys, size * 2);
            values = Arrays.copyOf(values, size * 2);
        }
        keys[size] = key;
        values[size++] = value;
        return null;
    }

    public @Nullable Object remove(String key) {
        var map = large;
        if (map != null) {
            return map.remove(key);
        }
        int at = find(key);
        if (at < 0) {
            return null;
        }
        Object before = values[at];
        System.arraycopy(keys, at + 1, keys, at, size - at - 1);
        System.arraycopy(values, at + 1, values, at, size - at - 1);
        size--;
        return before;
    }

    /// A copy of the keys, in insertion order.
    public Set<String> keys() {
        var map = large;
        return new LinkedHashSet<>(
                map == null ? Arrays.asList(keys).subList(0, size) : map.keySet());
    }

    /// The keys in insertion order, as an array of its own.
    String[] keyArray() {
        var map = large;
        return map == null ? Arrays.copyOf(keys, size) : map.keySet().toArray(String[]::new);
    }

    /// A copy of the keys, sorted as Go sorts strings (by UTF-8 bytes).
    public List<String> sortedKeys() {
        String[] sorted = keys().toArray(String[]::new);
        Arrays.sort(sorted, Values.GO_ORDER);
        return List.of(sorted);
    }

    public void forEach(BiConsumer<String, Object> action) {
        var map = large;
        if (map != null) {
            map.forEach(action);
            return;
        }
        for (int i = 0; i < size; i++) {
            action.accept(keys[i], values[i]);
        }
    }

    /// The entries in insertion order; the map must not change meanwhile.
    public Iterable<Map.Entry<String, Object>> entries() {
        var map = large;
        return map != null ? map.entrySet() : Entries::new;
    }

    /// The entries whose values are strings, as labels and annotations are.
    public Map<String, String> strings() {
        var out = new LinkedHashMap<String, String>();
        forEach((key, value) -> {
            if (value instanceof String text) {
                out.put(key, text);
            }
        });
        return out;
    }

    public TreeMap copy() {
        var out = new TreeMap(valueType);
        forEach((key, value) -> out.putValue(key, Values.copy(value)));
        return out;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TreeMap map && Values.equal(this, map);
    }

    @Override
    public int hashCode() {
        int[] hash = {0};
        forEach((key, value) -> hash[0] += key.hashCode() ^ value.hashCode());
        return hash[0];
    }

    @Override
    public String toString() {
        return JsonCodec.text(this);
    }

    private int find(String key) {
        for (int i = 0; i < size; i++) {
            if (keys[i].equals(key)) {
                return i;
            }
        }
        return -1;
    }

    private Map<String, Object> grow() {
        var map = new LinkedHashMap<String, Object>(SMALL * 4);
        for (int i = 0; i < size; i++) {
            map.put(keys[i], values[i]);
        }
        large = map;
        keys = new String[0];
        values = new Object[0];
        size = 0;
        return map;
    }

    private final class Entries implements Iterator<Map.Entry<String, Object>> {
        private int next;

        @Override
        public boolean hasNext() {
            return next < size;
        }

        @Override
        public Map.Entry<String, Object> next() {
            if (next >= size) {
                throw new NoSuchElementException();
            }
            return Map.entry(keys[next], values[next++]);
        }
    }
}
