package io.j8s.apiserver.schema;

import java.math.BigDecimal;

/// Writes values as YAML in the style of go-yaml v2: block style, lists not indented below their
/// key, keys in natural order, scalars plain where they may be. One per document and thread.
final class YamlWriter {

    /// libyaml: longer keys are written as `? key`
    private static final int SIMPLE_KEY_MAX = 128;

    /// libyaml's preferred width
    private static final int WIDTH = 80;

    private final StringBuilder out = new StringBuilder(1024);

    private YamlWriter() {}

    static String write(Object value) {
        var writer = new YamlWriter();
        switch (value) {
            case TreeMap map when !map.isEmpty() -> writer.map(map, 0, true);
            case TreeList list when !list.isEmpty() -> writer.list(list, 0, true);
            default -> writer.scalar(value, 0, false);
        }
        writer.endLine();
        return writer.out.toString();
    }

    /// @param inline the first key goes on the line that is being written
    private void map(TreeMap map, int indent, boolean inline) {
        String[] keys = map.keyArray();
        YamlKeys.sort(keys);
        boolean first = true;
        for (String key : keys) {
            if (!first || !inline) {
                line(indent);
            }
            first = false;
            Object value = map.value(key);
            boolean simple = key.length() <= SIMPLE_KEY_MAX && key.indexOf('\n') < 0;
            if (simple) {
                text(key, indent, true);
            } else {
                out.append("? ");
                text(key, indent + 2, false);
                line(indent);
            }
            out.append(':');
            switch (value) {
                case TreeMap child when !child.isEmpty() -> {
                    if (!simple) {
                        out.append(' ');
                    }
                    map(child, indent + 2, !simple);
                }
                case TreeList child when !child.isEmpty() -> {
                    if (!simple) {
                        out.append(' ');
                    }
                    list(child, simple ? indent : indent + 2, !simple);
                }
                case null, default -> {
                    out.append(' ');
                    scalar(value == null ? Tree.NULL : value, indent, false);
                }
            }
        }
    }

    private void list(TreeList list, int indent, boolean inline) {
        for (int i = 0; i < list.size(); i++) {
            if (i > 0 || !inline) {
                line(indent);
            }
            out.append("- ");
            switch (list.get(i)) {
                case TreeMap child when !child.isEmpty() -> map(child, indent + 2, true);
                case TreeList child when !child.isEmpty() -> list(child, indent + 2, true);
                case Object value -> scalar(value, indent, false);
            }
        }
    }

    private void scalar(Object value, int indent, boolean key) {
        switch (value) {
            case String text -> text(text, indent, key);
            case Num num -> out.append(number(num));
            case TreeMap _ -> out.append("{}");
            case TreeList _ -> out.append("[]");
            default -> out.append(value);
        }
    }

    private void line(int indent) {
        endLine();
        out.repeat(' ', indent);
    }

    private void endLine() {
        if (!out.isEmpty() && out.charAt(out.length() - 1) != '\n') {
            out.append('\n');
        }
    }

    // ---- text

    private void text(String original, int indent, boolean key) {
        // go-yaml has read the JSON as YAML before, where this character is a line break that folds
        String text = original.replace('\u0085', ' ');
        var form = new YamlText(text);
        if (text.indexOf('\n') >= 0) {
            if (form.blockAllowed() && !key) {
                literal(text, indent + 2);
            } else {
                doubleQuoted(text, indent, !key);
            }
        } else if (YamlScalars.needsQuotes(text)) {
            doubleQuoted(text, indent, !key);
        } else if (form.plainAllowed()) {
            folded(text, indent, !key);
        } else if (form.singleQuotedAllowed()) {
            out.append('\'');
            folded(text.replace("'", "''"), indent, !key);
            out.append('\'');
        } else {
            doubleQuoted(text, indent, !key);
        }
    }

    private void literal(String text, int indent) {
        out.append('|');
        if (text.charAt(0) == ' ' || text.charAt(0) == '\n') {
            out.append('2');
        }
        int last = text.length() - 1;
        if (text.charAt(last) != '\n') {
            out.append('-');
        } else if (last == 0 || text.charAt(last - 1) == '\n') {
            out.append('+');
        }
        out.append('\n');
        boolean start = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (start && c != '\n') {
                out.repeat(' ', indent);
            }
            out.append(c);
            start = c == '\n';
        }
    }

    /// Plain or single-quoted text, broken at single spaces beyond the preferred width.
    private void folded(String text, int indent, boolean breaks) {
        int last = text.length() - 1;
        for (int i = 0; i <= last; i++) {
            char c = text.charAt(i);
            boolean single =
                    c == ' '
                            && i > 0
                            && text.charAt(i - 1) != ' '
                            && i < last
                            && text.charAt(i + 1) != ' ';
            if (breaks && single && isBeyondWidth()) {
                out.append('\n').repeat(' ', indent + 2);
            } else {
                out.append(c);
            }
        }
    }

    private boolean isBeyondWidth() {
        int start = out.lastIndexOf("\n") + 1;
        return out.length() - start > WIDTH && out.codePointCount(start, out.length()) > WIDTH;
    }

    private void doubleQuoted(String text, int indent, boolean breaks) {
        out.append('"');
        int last = text.length() - 1;
        int i = 0;
        boolean afterSpace = false;
        while (i <= last) {
            int c = text.codePointAt(i);
            if (c == ' ' && breaks && !afterSpace && i > 0 && i < last && isBeyondWidth()) {
                out.append('\n').repeat(' ', indent + 2);
                if (text.charAt(i + 1) == ' ') {
                    out.append('\\');
                }
            } else {
                quotedChar(c);
            }
            afterSpace = c == ' ';
            i += Character.charCount(c);
        }
        out.append('"');
    }

    private void quotedChar(int c) {
        if (c != '"' && c != '\\' && c != '\n' && YamlText.isPrintable(c) && !YamlText.isBreak(c)) {
            out.appendCodePoint(c);
            return;
        }
        out.append('\\');
        switch (c) {
            case 0 -> out.append('0');
            case 7 -> out.append('a');
            case '\b' -> out.append('b');
            case '\t' -> out.append('t');
            case '\n' -> out.append('n');
            case 11 -> out.append('v');
            case '\f' -> out.append('f');
            case '\r' -> out.append('r');
            case 27 -> out.append('e');
            case '"' -> out.append('"');
            case '\\' -> out.append('\\');
            case 0x85 -> out.append('N');
            case 0xa0 -> out.append('_');
            case 0x2028 -> out.append('L');
            case 0x2029 -> out.append('P');
            default -> {
                if (c <= 0xff) {
                    out.append("x%02X".formatted(c));
                } else if (c <= 0xffff) {
                    out.append("u%04X".formatted(c));
                } else {
                    out.append("U%08X".formatted(c));
                }
            }
        }
    }

    // ---- numbers

    /// An integer as it is; a float as Go's `%g` prints it.
    private static String number(Num num) {
        if (num.isInteger()) {
            return Long.toString(num.longValue());
        }
        if (num.literal().matches("-?[1-9][0-9]{0,19}")) {
            return num.literal(); // beyond a long, within go-yaml's unsigned integers
        }
        double value = num.doubleValue();
        if (value == 0) {
            return "0";
        }
        var digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        String mantissa = digits.unscaledValue().abs().toString();
        int exponent = mantissa.length() - 1 - digits.scale();
        if (exponent >= -4 && exponent < 6) {
            return digits.toPlainString();
        }
        return (value < 0 ? "-" : "")
                + mantissa.charAt(0)
                + (mantissa.length() > 1 ? "." + mantissa.substring(1) : "")
                + (exponent < 0 ? "e-" : "e+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }
}
