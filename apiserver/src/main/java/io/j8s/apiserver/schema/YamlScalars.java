package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.util.regex.Pattern;

/// What plain YAML scalars mean to go-yaml v2, which upstream reads and writes YAML with. Pure.
final class YamlScalars {

    private static final String TAG = "tag:yaml.org,2002:";
    private static final Pattern FLOAT =
            Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final Pattern TIMESTAMP =
            Pattern.compile(
                    "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
                            + "([Tt][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}([.][0-9]+)?"
                            + "(Z|[-+][0-9]{2}:[0-9]{2})"
                            + "| [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}([.][0-9]+)?)?");
    private static final BigInteger UNSIGNED_MAX = BigInteger.ONE.shiftLeft(64);

    private YamlScalars() {}

    /// The tree value of a scalar.
    ///
    /// @throws DecodeException when it is nothing that JSON can carry
    static Object resolve(String text, boolean plain, @Nullable String tag) {
        if (tag != null && !tag.equals("!")) {
            return tagged(text, tag);
        }
        return plain && tag == null ? resolve(text) : text;
    }

    private static Object tagged(String text, String tag) {
        return switch (tag) {
            case TAG + "str" -> text;
            case TAG + "binary" -> text;
            case TAG + "float" -> resolve(text) instanceof Num num ? num : mismatch(text, "float");
            case TAG + "int" -> resolve(text) instanceof Num num ? num : mismatch(text, "int");
            case TAG + "bool" ->
                    resolve(text) instanceof Boolean bool ? bool : mismatch(text, "bool");
            case TAG + "null" -> resolve(text) == Tree.NULL ? Tree.NULL : mismatch(text, "null");
            default -> text;
        };
    }

    private static Object mismatch(String text, String tag) {
        throw new DecodeException("yaml: cannot decode !!str `" + text + "` as a !!" + tag, false);
    }

    private static Object resolve(String text) {
        Object word = word(text);
        if (word != null) {
            return word;
        }
        char first = text.charAt(0);
        if (first == '.') {
            Num decimal = FLOAT.matcher(text).matches() ? decimal(text) : null;
            return decimal == null ? text : decimal;
        }
        boolean maybeNumber = (first >= '0' && first <= '9') || first == '-' || first == '+';
        if (!maybeNumber || TIMESTAMP.matcher(text).matches()) {
            return text;
        }
        Num number = number(text.replace("_", ""));
        return number == null ? text : number;
    }

    private static @Nullable Object word(String text) {
        return switch (text) {
            case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON" -> true;
            case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF" ->
                    false;
            case "", "~", "null", "Null", "NULL" -> Tree.NULL;
            case ".nan", ".NaN", ".NAN" ->
                    throw new DecodeException("json: unsupported value: NaN", false);
            case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF" ->
                    throw new DecodeException("json: unsupported value: +Inf", false);
            case "-.inf", "-.Inf", "-.INF" ->
                    throw new DecodeException("json: unsupported value: -Inf", false);
            default -> null;
        };
    }

    /// Go's `strconv.ParseInt` with base 0, or a float.
    private static @Nullable Num number(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        int radix = 10;
        if (digits.length() > 1 && digits.charAt(0) == '0') {
            switch (digits.charAt(1)) {
                case 'x', 'X' -> radix = 16;
                case 'b', 'B' -> radix = 2;
                case 'o', 'O' -> radix = 8;
                default -> {
                    radix = 8;
                    digits = "0" + digits; // so that two characters can be dropped below
                }
            }
        }
        BigInteger integer = integer(radix == 10 ? digits : digits.substring(2), radix);
        if (integer != null) {
            var signed = negative ? integer.negate() : integer;
            boolean fits =
                    signed.bitLength() <= 63
                            || (!text.startsWith("-")
                                    && !text.startsWith("+")
                                    && signed.compareTo(UNSIGNED_MAX) < 0);
            if (fits) {
                return Num.parse(signed.toString());
            }
        }
        return FLOAT.matcher(text).matches() ? decimal(text) : null;
    }

    private static @Nullable BigInteger integer(String digits, int radix) {
        if (digits.isEmpty() || digits.length() > 100) {
            return null;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) > 127 || Character.digit(digits.charAt(i), radix) < 0) {
                return null;
            }
        }
        return new BigInteger(digits, radix);
    }

    /// Null beyond the range of a double, which then stays text.
    private static @Nullable Num decimal(String text) {
        double value = Double.parseDouble(text);
        return Double.isInfinite(value) ? null : Num.of(value);
    }

    /// A mapping's key as the text of a JSON key.
    static String key(Object value) {
        return switch (value) {
            case String text -> text;
            case Num num when num.isInteger() -> num.literal();
            case Num num -> GoNumbers.format((float) num.doubleValue());
            case Boolean bool -> bool.toString();
            default ->
                    throw new DecodeException(
                            "unsupported map key of type: "
                                    + (value == Tree.NULL ? "%!s(<nil>)" : "map or list"),
                            false);
        };
    }

    /// Text that a reader would take for something else when it is not quoted.
    static boolean needsQuotes(String text) {
        if (text.isEmpty() || isWord(text) || isBase60(text)) {
            return true;
        }
        char first = text.charAt(0);
        if (first == '.') {
            return FLOAT.matcher(text).matches();
        }
        boolean maybeNumber = (first >= '0' && first <= '9') || first == '-' || first == '+';
        return maybeNumber
                && (TIMESTAMP.matcher(text).matches() || number(text.replace("_", "")) != null);
    }

    /// `1:30:45.5`: a number in base 60 to YAML 1.1. By hand, because a pattern with such a
    /// repeated group costs stack for each part of a long text.
    private static boolean isBase60(String text) {
        int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        if (at >= text.length() || !isDigit(text.charAt(at))) {
            return false;
        }
        while (at < text.length() && (isDigit(text.charAt(at)) || text.charAt(at) == '_')) {
            at++;
        }
        int parts = 0;
        while (at + 1 < text.length() && text.charAt(at) == ':' && isDigit(text.charAt(at + 1))) {
            boolean two = at + 2 < text.length() && isDigit(text.charAt(at + 2));
            if (two && text.charAt(at + 1) > '5') {
                return false;
            }
            at += two ? 3 : 2;
            parts++;
        }
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            while (at < text.length() && (isDigit(text.charAt(at)) || text.charAt(at) == '_')) {
                at++;
            }
        }
        return parts > 0 && at == text.length();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWord(String text) {
        if (text.length() > 5) {
            return false;
        }
        try {
            return word(text) != null;
        } catch (DecodeException _) {
            return true;
        }
    }
}
