package io.j8s.apiserver.managedfields;

import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

/// Order and texts of the values that stand in field paths.
final class Scalars {

    private Scalars() {}

    /// Numbers, then texts, booleans and the rest; numbers by value whatever their form.
    static int compare(Object a, Object b) {
        if (a instanceof Num x && b instanceof Num y) {
            return x.isInteger() && y.isInteger()
                    ? Long.compare(x.longValue(), y.longValue())
                    : Double.compare(x.doubleValue(), y.doubleValue());
        }
        if (a instanceof String x && b instanceof String y) {
            return x.compareTo(y);
        }
        if (a instanceof Boolean x && b instanceof Boolean y) {
            return Boolean.compare(x, y);
        }
        return Integer.compare(rank(a), rank(b));
    }

    private static int rank(Object value) {
        return switch (value) {
            case Num _ -> 0;
            case String _ -> 1;
            case Boolean _ -> 2;
            default -> 3;
        };
    }

    /// As Go prints it in paths: texts quoted.
    static String print(Object value) {
        return value instanceof String text ? FieldErrors.quote(text) : value.toString();
    }

    static boolean isScalar(Object value) {
        return value instanceof String
                || value instanceof Num
                || value instanceof Boolean
                || value == Tree.NULL;
    }
}
