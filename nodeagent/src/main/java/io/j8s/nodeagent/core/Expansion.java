package io.j8s.nodeagent.core;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.function.Function;

/// `$(NAME)` in commands, arguments and values. Pure. What is not defined stays as it stands, and
/// `$$` is a dollar sign.
public final class Expansion {

    private Expansion() {}

    public static String expand(String text, Map<String, String> values) {
        return expand(text, values::get);
    }

    /// @param values gives null for what is not defined
    public static String expand(String text, Function<String, @Nullable String> values) {
        if (text.indexOf('$') < 0) {
            return text;
        }
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '$' || i + 1 == text.length()) {
                out.append(c);
                continue;
            }
            char next = text.charAt(i + 1);
            int end = next == '(' ? text.indexOf(')', i + 2) : -1;
            if (next == '$') {
                out.append('$');
                i++;
            } else if (end >= 0) {
                var name = text.substring(i + 2, end);
                var value = values.apply(name);
                out.append(value == null ? "$(" + name + ")" : value);
                i = end;
            } else {
                out.append('$');
            }
        }
        return out.toString();
    }
}
