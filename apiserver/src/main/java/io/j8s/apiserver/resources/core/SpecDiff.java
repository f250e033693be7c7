package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.schema.Tree;

import java.util.Objects;

/// What differs between two structs, for messages that forbid a change. Upstream prints what its
/// compare library makes of them, whose layout is unstable on purpose; this has the same shape.
public final class SpecDiff {

    private SpecDiff() {}

    public static String of(String type, Tree before, Tree after) {
        var out = new StringBuilder("  ").append(type).append("{\n");
        int equal = 0;
        for (var field : before.type().fields()) {
            Object was = before.get(field.name());
            Object is = after.get(field.name());
            if (Objects.equals(was, is) || before.semanticallyEquals(after, field.name())) {
                equal++;
                continue;
            }
            if (equal > 0) {
                out.append("  \t... // ").append(equal).append(" identical fields\n");
                equal = 0;
            }
            String name =
                    field.name().substring(0, 1).toUpperCase(java.util.Locale.ROOT)
                            + field.name().substring(1);
            out.append("- \t").append(name).append(": ").append(print(was)).append(",\n");
            out.append("+ \t").append(name).append(": ").append(print(is)).append(",\n");
        }
        if (equal > 0) {
            out.append("  \t... // ").append(equal).append(" identical fields\n");
        }
        return out.append("  }\n").toString();
    }

    private static String print(@org.jspecify.annotations.Nullable Object value) {
        return switch (value) {
            case null -> "nil";
            case String text -> io.j8s.machinery.errors.FieldErrors.quote(text);
            default -> value.toString();
        };
    }
}
