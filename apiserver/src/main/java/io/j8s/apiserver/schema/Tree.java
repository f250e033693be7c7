package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// One struct of an object: values in an array by field index, shaped by the table. It is the truth
/// on the write path and keeps null, absent and empty apart.
///
/// A value is a [Tree], [TreeList], [TreeMap], [String], [Boolean], [Num], [Raw] or [#NULL]; Java
/// null means absent. Times, quantities, durations and bytes (base64) are text in their normal
/// form; an int-or-string is a [Num] or text.
///
/// Paths are dotted JSON names with optional indexes, `spec.containers[0].name`; in a map the next
/// name is a key, so a key with dots needs `map("metadata.labels").string("a.b/c")`. A name that
/// the type does not have is a mistake of the caller and throws [IllegalStateException], except in
/// custom resources.
///
/// Not thread-safe while it changes; a tree that nobody changes any more may be shared.
public final class Tree {

    /// JSON null. Built-in types drop it where Go does; it stays in patches and custom resources.
    public static final Null NULL = Null.NULL;

    /// The type of [#NULL].
    public enum Null {
        NULL;

        @Override
        public String toString() {
            return "null";
        }
    }

    private final TypeSchema type;
    final @Nullable Object[] values;
    private @Nullable TreeMap extras;

    public Tree(TypeSchema type) {
        this.type = type;
        this.values = new Object[type.size()];
    }

    public TypeSchema type() {
        return type;
    }

    // ---- by field index: for generic code

    /// The value as it stands, [#NULL] included; null when absent.
    public @Nullable Object value(int index) {
        return values[index];
    }

    /// Sets a tree value as it is; null makes it absent.
    public void setValue(int index, @Nullable Object value) {
        values[index] = value;
    }

    /// Unknown fields of a custom resource that preserves them; null without any.
    public @Nullable TreeMap extras() {
        var found = extras;
        return found == null || found.isEmpty() ? null : found;
    }

    /// The unknown fields, to add to.
    public TreeMap extrasForUpdate() {
        var found = extras;
        if (found == null) {
            found = TreeMap.dynamic();
            extras = found;
        }
        return found;
    }

    public boolean isEmpty() {
        for (Object value : values) {
            if (value != null) {
                return false;
            }
        }
        return extras() == null;
    }

    // ---- by path: for rules

    /// The value; null when it or anything on the way is absent or null.
    public @Nullable Object get(String path) {
        Object value = TreePath.of(path).value(this);
        return value == NULL ? null : value;
    }

    /// The value as it stands, [#NULL] included.
    public @Nullable Object value(String path) {
        return TreePath.of(path).value(this);
    }

    /// Present and not null.
    public boolean has(String path) {
        return get(path) != null;
    }

    public @Nullable String string(String path) {
        return value(path) instanceof String text ? text : null;
    }

    public String string(String path, String otherwise) {
        return value(path) instanceof String text ? text : otherwise;
    }

    public @Nullable Num number(String path) {
        return value(path) instanceof Num num ? num : null;
    }

    public int intValue(String path, int otherwise) {
        return value(path) instanceof Num num ? num.intValue() : otherwise;
    }

    public long longValue(String path, long otherwise) {
        return value(path) instanceof Num num ? num.longValue() : otherwise;
    }

    public @Nullable Boolean bool(String path) {
        return value(path) instanceof Boolean bool ? bool : null;
    }

    public boolean bool(String path, boolean otherwise) {
        return value(path) instanceof Boolean bool ? bool : otherwise;
    }

    public @Nullable Tree tree(String path) {
        return value(path) instanceof Tree tree ? tree : null;
    }

    public @Nullable TreeList list(String path) {
        return value(path) instanceof TreeList list ? list : null;
    }

    public @Nullable TreeMap map(String path) {
        return value(path) instanceof TreeMap map ? map : null;
    }

    public @Nullable Raw raw(String path) {
        return value(path) instanceof Raw raw ? raw : null;
    }

    /// The structs of a list; empty when it is absent.
    public List<Tree> trees(String path) {
        var list = list(path);
        return list == null ? List.of() : list.trees();
    }

    /// The texts of a list; empty when it is absent.
    public List<String> strings(String path) {
        var list = list(path);
        return list == null ? List.of() : list.strings();
    }

    /// The texts of a map such as `metadata.labels`; empty when it is absent.
    public Map<String, String> stringMap(String path) {
        var map = map(path);
        return map == null ? Map.of() : map.strings();
    }

    /// The struct at a path, made with everything on the way where it is missing.
    public Tree ensure(String path) {
        return (Tree) TreePath.of(path).ensure(this);
    }

    /// The list at a path, made where it is missing.
    public TreeList ensureList(String path) {
        return (TreeList) TreePath.of(path).ensure(this);
    }

    /// The map at a path, made where it is missing.
    public TreeMap ensureMap(String path) {
        return (TreeMap) TreePath.of(path).ensure(this);
    }

    /// Sets a value and makes what is missing on the way. Java numbers, lists, maps, `Instant`,
    /// `Duration` and `byte[]` are converted to the field's type; null removes.
    public Tree set(String path, @Nullable Object value) {
        if (value == null) {
            return remove(path);
        }
        TreePath.of(path).set(this, value);
        return this;
    }

    /// Sets a value where Go's defaulting would see nothing: absent, null, or zero in a field that
    /// is no pointer. Below an absent pointer nothing is set.
    ///
    /// @return whether it was set
    public boolean setDefault(String path, Object value) {
        return TreePath.of(path).setDefault(this, value);
    }

    public Tree remove(String path) {
        TreePath.of(path).remove(this);
        return this;
    }

    /// Takes a subtree over from another object of the same type: a copy of it, or its absence.
    public Tree keep(String path, Tree from) {
        var parsed = TreePath.of(path);
        Object value = parsed.value(from);
        if (value == null) {
            parsed.remove(this);
        } else {
            parsed.setValue(this, Values.copy(value));
        }
        return this;
    }

    // ---- as a whole

    /// A deep copy.
    public Tree copy() {
        var out = new Tree(type);
        for (int i = 0; i < values.length; i++) {
            Object value = values[i];
            out.values[i] = value == null ? null : Values.copy(value);
        }
        var more = extras();
        out.extras = more == null ? null : more.copy();
        return out;
    }

    /// Upstream's `apiequality.Semantic.DeepEqual`: nil equals empty for lists and maps, an absent
    /// field equals its zero value unless it is a pointer, quantities and times compare by value.
    public boolean semanticallyEquals(Tree other) {
        return Values.semanticallyEqual(this, other);
    }

    /// As [#semanticallyEquals] for what lies at one path of both.
    public boolean semanticallyEquals(Tree other, String path) {
        return TreePath.of(path).semanticallyEqual(this, other);
    }

    /// Visits every value below this tree, parents first.
    public void walk(TreeVisitor visitor) {
        TreeWalk.walk(this, visitor);
    }

    /// Exactly equal: null, absent and empty are different, numbers and quantities compare as text.
    @Override
    public boolean equals(Object other) {
        return other instanceof Tree tree
                && type == tree.type
                && Arrays.equals(values, tree.values)
                && Objects.equals(extras(), tree.extras());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    /// JSON, for logs of tests and debuggers only: it may hold secrets.
    @Override
    public String toString() {
        return JsonCodec.text(this);
    }
}
