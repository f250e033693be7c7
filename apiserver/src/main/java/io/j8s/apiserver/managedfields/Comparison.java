package io.j8s.apiserver.managedfields;

import io.j8s.apiserver.schema.FieldSchema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.ValueType;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/// What differs between two objects, field by field (upstream: `typed.Comparison`).
///
/// @param modified leaves that both have with different values
record Comparison(FieldSet removed, FieldSet modified, FieldSet added) {

    /// @param before a tree, or a map that stands for one
    static Comparison of(Object before, Object after, TypeSchema type) {
        var walk = new Walk();
        walk.struct(before, after, type);
        return new Comparison(walk.removed, walk.modified, walk.added);
    }

    /// Without the fields that this request can't write.
    Comparison without(@Nullable FieldSet reset) {
        return reset == null || reset.isEmpty()
                ? this
                : new Comparison(
                        removed.recursiveDifference(reset),
                        modified.recursiveDifference(reset),
                        added.recursiveDifference(reset));
    }

    /// Compares references first: trees share the parts that nobody changed.
    @SuppressWarnings("ReferenceEquality")
    private static final class Walk {
        final FieldSet removed = new FieldSet();
        final FieldSet modified = new FieldSet();
        final FieldSet added = new FieldSet();
        final List<PathElement> path = new ArrayList<>();

        void entry(
                PathElement element,
                ValueType type,
                @Nullable FieldSchema field,
                @Nullable Object before,
                @Nullable Object after) {
            if (before == after) {
                return; // the very same subtree; both absent
            }
            path.add(element);
            if (!value(type, field, before, after)) {
                if (before == null) {
                    added.insert(path);
                } else if (after == null) {
                    removed.insert(path);
                }
            }
            path.removeLast();
        }

        /// @return whether the value was a leaf, and so is entered already
        private boolean value(
                ValueType type,
                @Nullable FieldSchema field,
                @Nullable Object before,
                @Nullable Object after) {
            Object sample = after == null || after == Tree.NULL ? before : after;
            switch (GoView.form(type, field, sample)) {
                case LEAF -> {
                    return leaf(before, after);
                }
                case STRUCT, MAP -> {
                    if (isEmptyMap(before) && isEmptyMap(after)) {
                        return leaf(before, after);
                    }
                    struct(before, after, type);
                }
                case LIST -> {
                    if (GoView.isEmptyList(before) && GoView.isEmptyList(after)) {
                        return leaf(before, after);
                    }
                    list(before, after, java.util.Objects.requireNonNull(field));
                }
            }
            return false;
        }

        private static boolean isEmptyMap(@Nullable Object value) {
            return !GoView.isMap(value) || GoView.isEmptyMap(value);
        }

        private boolean leaf(@Nullable Object before, @Nullable Object after) {
            if (before == null) {
                added.insert(path);
            } else if (after == null) {
                removed.insert(path);
            } else if (!GoView.equal(before, after)) {
                modified.insert(path);
            }
            return true;
        }

        void struct(@Nullable Object before, @Nullable Object after, ValueType type) {
            if (before instanceof Tree a && after instanceof Tree b && a.type() == b.type()) {
                trees(a, b);
                return;
            }
            if (before != null && GoView.isMap(before)) {
                GoView.forEach(
                        before,
                        type,
                        (name, field, entryType, value) ->
                                entry(
                                        new PathElement.Field(name),
                                        entryType,
                                        field,
                                        value,
                                        GoView.get(after, name)));
            }
            if (after != null && GoView.isMap(after)) {
                GoView.forEach(
                        after,
                        type,
                        (name, field, entryType, value) -> {
                            if (GoView.get(before, name) == null) {
                                entry(new PathElement.Field(name), entryType, field, null, value);
                            }
                        });
            }
        }

        private void trees(Tree before, Tree after) {
            var type = before.type();
            var fields = type.fields();
            for (int i = 0; i < fields.size(); i++) {
                Object a = before.value(i);
                Object b = after.value(i);
                if (a != b) {
                    var field = fields.get(i);
                    entry(
                            new PathElement.Field(field.name()),
                            field.type(),
                            field,
                            GoView.effective(type, field, a),
                            GoView.effective(type, field, b));
                }
            }
            var extrasBefore = before.extras();
            var extrasAfter = after.extras();
            if (extrasBefore != null || extrasAfter != null) {
                struct(
                        extrasBefore == null ? TreeMap.dynamic() : extrasBefore,
                        extrasAfter == null ? TreeMap.dynamic() : extrasAfter,
                        ValueType.DYNAMIC_MAP);
            }
        }

        private void list(@Nullable Object before, @Nullable Object after, FieldSchema field) {
            var left = ListKeys.index(before, field, path);
            var right = ListKeys.index(after, field, path);
            var type = GoView.elementType(field.type());
            var all = new LinkedHashSet<>(left.keySet());
            all.addAll(right.keySet());
            for (var element : all) {
                elements(
                        element,
                        type,
                        left.getOrDefault(element, List.of()),
                        right.getOrDefault(element, List.of()));
            }
        }

        /// Elements with one identity. Where it repeats, upstream compares them as a whole.
        private void elements(
                PathElement element, ValueType type, List<Object> left, List<Object> right) {
            if (left.size() <= 1 && right.size() <= 1) {
                entry(
                        element,
                        type,
                        null,
                        left.isEmpty() ? null : left.getFirst(),
                        right.isEmpty() ? null : right.getFirst());
                return;
            }
            path.add(element);
            if (left.size() >= 2 && right.size() >= 2) {
                boolean same = left.size() == right.size();
                for (int i = 0; same && i < left.size(); i++) {
                    same = GoView.equal(left.get(i), right.get(i));
                }
                if (!same) {
                    modified.insert(path);
                }
                path.removeLast();
                return;
            }
            (left.size() >= 2 ? removed : added).insert(path);
            path.removeLast();
            if (left.size() >= 2 && !right.isEmpty()) {
                entry(element, type, null, null, right.getFirst());
            } else if (right.size() >= 2 && !left.isEmpty()) {
                entry(element, type, null, left.getFirst(), null);
            }
        }
    }
}
