package io.j8s.apiserver.managedfields;

import io.j8s.apiserver.managedfields.WalkException.Problem;
import io.j8s.apiserver.patch.GoPrinted;
import io.j8s.apiserver.schema.FieldSchema;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.ValueType;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// Checks an applied configuration against its type before it is merged (upstream: `typed.Validate`
/// in `ObjectToTyped`): unknown fields, wrong types, list elements without identity or with the
/// same.
final class SchemaCheck {

    private final List<Problem> problems = new ArrayList<>();

    private SchemaCheck() {}

    /// @throws WalkException with upstream's text
    static void check(TreeMap applied, TypeSchema type) {
        var check = new SchemaCheck();
        check.map(applied, type, "");
        if (!check.problems.isEmpty()) {
            throw new WalkException(check.problems);
        }
    }

    private void value(Object value, ValueType type, @Nullable FieldSchema field, String path) {
        if (value == Tree.NULL) {
            return;
        }
        switch (type.tag()) {
            case ValueType.STRUCT, ValueType.MAP -> {
                if (value instanceof TreeMap map) {
                    map(map, type, path);
                } else {
                    problem(path, "expected map, got " + got(value));
                }
            }
            case ValueType.LIST -> {
                if (value instanceof TreeList list) {
                    list(list, type, field, path);
                } else {
                    problem(path, "expected list, got " + got(value));
                }
            }
            case ValueType.ITEMS -> {
                if (!(value instanceof TreeList)) {
                    problem(path, "expected list, got " + got(value));
                }
            }
            case ValueType.STRING,
                    ValueType.BYTES,
                    ValueType.TIME,
                    ValueType.MICRO_TIME,
                    ValueType.DURATION -> {
                if (!(value instanceof String)) {
                    problem(
                            path,
                            "expected string, got &value.valueUnstructured{Value:"
                                    + GoPrinted.syntax(value)
                                    + "}");
                }
            }
            case ValueType.INT32, ValueType.INT64, ValueType.DOUBLE -> {
                if (!(value instanceof Num)) {
                    problem(path, "expected numeric (int or float), got " + GoPrinted.type(value));
                }
            }
            case ValueType.BOOL -> {
                if (!(value instanceof Boolean)) {
                    problem(path, "expected boolean, got " + got(value));
                }
            }
            case ValueType.QUANTITY, ValueType.INT_OR_STRING -> {
                if (!Scalars.isScalar(value)) {
                    problem(path, "expected any scalar, got " + got(value));
                }
            }
            default -> {}
        }
    }

    private void map(TreeMap map, ValueType type, String path) {
        for (var entry : map.entries()) {
            var name = entry.getKey();
            var field = GoView.field(type, name);
            boolean open = !(type instanceof TypeSchema struct) || struct.preservesUnknown();
            if (field == null && !open) {
                problem(path + "." + name, "field not declared in schema");
                return; // upstream stops at the first
            }
            value(entry.getValue(), GoView.entryType(type, field), field, path + "." + name);
        }
    }

    private void list(TreeList list, ValueType type, @Nullable FieldSchema field, String path) {
        boolean associative = GoView.form(type, field, list) == GoView.Form.LIST && field != null;
        var seen = new HashSet<PathElement>();
        var elementType = GoView.elementType(type);
        for (int i = 0; i < list.size(); i++) {
            Object item = list.get(i);
            String itemPath = path + "[" + i + "]";
            if (associative && field != null) {
                PathElement element;
                try {
                    element = ListKeys.element(item, i, field, List.of());
                } catch (WalkException e) {
                    problem(path, e.text());
                    return;
                }
                if (!seen.add(element)) {
                    problem(path, "duplicate entries for key " + element);
                }
                itemPath = path + element;
            }
            value(item, elementType, null, itemPath);
        }
    }

    private void problem(String path, String message) {
        problems.add(new Problem(path, message));
    }

    /// As Go's `%v` prints a value of structured-merge-diff.
    private static String got(Object value) {
        return "&{" + GoPrinted.plain(value) + "}";
    }
}
