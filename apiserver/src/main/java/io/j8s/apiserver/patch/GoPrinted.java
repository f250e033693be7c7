package io.j8s.apiserver.patch;

import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.errors.FieldErrors;

import java.util.StringJoiner;

/// JSON values as Go's `fmt` prints them, because upstream's messages contain such prints.
public final class GoPrinted {

    private GoPrinted() {}

    /// `%v`: `map[a:1 b:[x y]]`.
    public static String plain(Object value) {
        return switch (value) {
            case TreeMap map -> {
                var out = new StringJoiner(" ", "map[", "]");
                for (String key : map.sortedKeys()) {
                    out.add(key + ":" + plain(orNull(map.value(key))));
                }
                yield out.toString();
            }
            case TreeList list -> {
                var out = new StringJoiner(" ", "[", "]");
                list.forEach(item -> out.add(plain(item)));
                yield out.toString();
            }
            case Num number -> number(number);
            case Tree.Null _ -> "<nil>";
            default -> value.toString();
        };
    }

    /// `%#v`: `map[string]interface {}{"a":1}`.
    public static String syntax(Object value) {
        return switch (value) {
            case TreeMap map -> {
                var out = new StringJoiner(", ", "map[string]interface {}{", "}");
                for (String key : map.sortedKeys()) {
                    out.add(FieldErrors.quote(key) + ":" + syntax(orNull(map.value(key))));
                }
                yield out.toString();
            }
            case TreeList list -> {
                var out = new StringJoiner(", ", "[]interface {}{", "}");
                list.forEach(item -> out.add(syntax(item)));
                yield out.toString();
            }
            case String text -> FieldErrors.quote(text);
            case Num number -> number(number);
            case Tree.Null _ -> "interface {}(nil)";
            default -> value.toString();
        };
    }

    /// `%T`.
    public static String type(Object value) {
        return switch (value) {
            case TreeMap _ -> "map[string]interface {}";
            case TreeList _ -> "[]interface {}";
            case String _ -> "string";
            case Boolean _ -> "bool";
            case Num number -> number.isInteger() ? "int64" : "float64";
            default -> "<nil>";
        };
    }

    private static Object orNull(@org.jspecify.annotations.Nullable Object value) {
        return value == null ? Tree.NULL : value;
    }

    private static String number(Num number) {
        if (number.isInteger()) {
            return number.literal();
        }
        double value = number.doubleValue();
        String text = Num.of(value).literal();
        // Go's %v writes large and small numbers with an exponent of two digits
        if (Math.abs(value) >= 1e21 || (value != 0 && Math.abs(value) < 1e-4)) {
            return text.replaceFirst("e([+-])(\\d)$", "e$10$2");
        }
        return text;
    }
}
