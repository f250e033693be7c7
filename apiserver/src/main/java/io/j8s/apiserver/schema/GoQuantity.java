package io.j8s.apiserver.schema;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/// Resource quantities as upstream's `resource.Quantity` reads and canonically writes them. Pure.
final class GoQuantity {

    private static final String FORMAT_WRONG =
            "quantities must match the regular expression"
                    + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    private static final String SUFFIX_WRONG = "unable to parse quantity's suffix";
    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private static final String[] BINARY = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    private static final String[] DECIMAL = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
    private static final BigDecimal NANO = new BigDecimal("1e-9");

    private enum Format {
        BINARY,
        DECIMAL,
        EXPONENT
    }

    private record Parsed(BigDecimal value, Format format) {}

    private GoQuantity() {}

    /// The canonical text.
    ///
    /// @throws DecodeException with upstream's message
    static String canonical(String text) {
        if (isPlain(text)) {
            return text;
        }
        var parsed = parse(text);
        return print(parsed.value(), parsed.format());
    }

    /// Equal as numbers; texts that are no quantities are equal when they are the same.
    static boolean sameValue(String a, String b) {
        if (a.equals(b)) {
            return true;
        }
        try {
            return parse(a).value().compareTo(parse(b).value()) == 0;
        } catch (DecodeException _) {
            return false;
        }
    }

    /// Up to 15 digits without leading or three trailing zeros: canonical as they stand.
    private static boolean isPlain(String text) {
        int length = text.length();
        if (length == 0 || length > 15 || (text.charAt(0) == '0' && length > 1)) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.endsWith("000");
    }

    private static Parsed parse(String text) {
        if (text.isEmpty()) {
            throw new DecodeException(FORMAT_WRONG, false);
        }
        int at = text.charAt(0) == '-' || text.charAt(0) == '+' ? 1 : 0;
        int from = at;
        at = digits(text, at);
        int integers = at - from;
        int decimals = 0;
        if (at < text.length() && text.charAt(at) == '.') {
            int point = at + 1;
            at = digits(text, point);
            decimals = at - point;
        }
        if (integers + decimals == 0) {
            throw new DecodeException(FORMAT_WRONG, false);
        }
        if (at - from > 2_000) {
            throw new DecodeException(FORMAT_WRONG, false); // our own bound on the arithmetic
        }
        var number = new BigDecimal(numeral(text.substring(0, at)));
        return scaled(number, text, at);
    }

    private static String numeral(String text) {
        String plain = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        return plain.isEmpty() ? "0" : plain;
    }

    private static Parsed scaled(BigDecimal number, String text, int suffixAt) {
        String suffix = text.substring(suffixAt);
        checkSuffixForm(suffix);
        for (int i = 1; i < BINARY.length; i++) {
            if (suffix.equals(BINARY[i])) {
                return bounded(
                        number.multiply(new BigDecimal(BigInteger.TWO.pow(10 * i))), Format.BINARY);
            }
        }
        for (int i = 0; i < DECIMAL.length; i++) {
            if (suffix.equals(DECIMAL[i])) {
                return bounded(number.scaleByPowerOfTen(3 * (i - 3)), Format.DECIMAL);
            }
        }
        if (suffix.length() > 1 && (suffix.charAt(0) == 'e' || suffix.charAt(0) == 'E')) {
            try {
                int exponent = Integer.parseInt(suffix.substring(1));
                return bounded(
                        number.scaleByPowerOfTen(Math.clamp(exponent, -5_000, 5_000)),
                        Format.EXPONENT);
            } catch (NumberFormatException _) {
                throw new DecodeException(SUFFIX_WRONG, false);
            }
        }
        throw new DecodeException(SUFFIX_WRONG, false);
    }

    /// `[eEinumkKMGTP]*[-+]?[0-9]*`, or the text is no quantity at all.
    private static void checkSuffixForm(String suffix) {
        int at = 0;
        while (at < suffix.length() && "eEinumkKMGTP".indexOf(suffix.charAt(at)) >= 0) {
            at++;
        }
        if (at < suffix.length() && (suffix.charAt(at) == '-' || suffix.charAt(at) == '+')) {
            at++;
        }
        if (digits(suffix, at) < suffix.length()) {
            throw new DecodeException(FORMAT_WRONG, false);
        }
    }

    private static int digits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    /// upstream: more precision than nano is rounded up, and values beyond an int64 are capped
    private static Parsed bounded(BigDecimal value, Format format) {
        var exact = value;
        if (exact.scale() > 9) {
            exact = exact.setScale(9, RoundingMode.UP);
        }
        var capped = new BigDecimal(MAX);
        if (exact.abs().compareTo(capped) > 0) {
            exact = exact.signum() < 0 ? capped.negate() : capped;
        }
        boolean small =
                format == Format.BINARY
                        && exact.abs().compareTo(NANO) >= 0
                        && exact.abs().compareTo(BigDecimal.ONE) < 0;
        return new Parsed(exact, small ? Format.DECIMAL : format);
    }

    private static String print(BigDecimal value, Format wanted) {
        if (value.signum() == 0) {
            return "0";
        }
        var format = wanted;
        if (format == Format.BINARY) {
            // upstream: binary suffixes only for integers from 1024 on
            if (value.abs().compareTo(BigDecimal.valueOf(1024)) < 0 || !isInteger(value)) {
                format = Format.DECIMAL;
            } else {
                return binary(value.toBigIntegerExact());
            }
        }
        var stripped = value.stripTrailingZeros();
        int exponent = -stripped.scale();
        var mantissa = stripped.unscaledValue();
        while (Math.floorMod(exponent, 3) != 0) {
            mantissa = mantissa.multiply(BigInteger.TEN);
            exponent--;
        }
        if (format == Format.EXPONENT) {
            return exponent == 0 ? mantissa.toString() : mantissa + "e" + exponent;
        }
        int index = exponent / 3 + 3;
        return mantissa + DECIMAL[index];
    }

    private static boolean isInteger(BigDecimal value) {
        return value.stripTrailingZeros().scale() <= 0;
    }

    private static String binary(BigInteger value) {
        var rest = value;
        int i = 0;
        while (i < BINARY.length - 1 && rest.getLowestSetBit() >= 10) {
            rest = rest.shiftRight(10);
            i++;
        }
        return rest + BINARY[i];
    }
}
