package io.j8s.machinery.quantity;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/// An amount of some resource: `100m`, `1.5Gi`, `12e6`. Parses, rounds and prints exactly as
/// upstream's `k8s.io/apimachinery/pkg/api/resource.Quantity`. Immutable.
///
/// Worked example: `1.5Gi` is 1610612736 in format BINARY_SI. It prints as `1536Mi`, the largest
/// suffix that leaves an integer. `1.1Ki` is 1126.4; no binary suffix is exact, so it prints as
/// `1126400m`.
public final class Quantity implements Comparable<Quantity> {

    public static final Quantity ZERO = new Quantity(BigDecimal.ZERO, Format.DECIMAL_SI, null);

    private static final String FORMAT_WRONG =
            "quantities must match the regular expression"
                    + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    private static final String NUMBER_WRONG = "unable to parse numeric part of quantity";
    private static final String SUFFIX_WRONG = "unable to parse quantity's suffix";
    private static final int DIGITS_EXACT = 18; // upstream: maxInt64Factors
    private static final int NANO_DIGITS = 9;
    private static final int EXPONENT_MAX = 100_000; // no input of a sane size is cut by it
    private static final BigDecimal MAX_BINARY = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final BigInteger BASE_1024 = BigInteger.valueOf(1024);
    private static final String SUFFIX_LETTERS = "eEinumkKMGTP";

    /// How the amount was written, which decides how it is printed.
    public enum Format {
        DECIMAL_SI,
        BINARY_SI,
        DECIMAL_EXPONENT
    }

    /// A text that is no quantity; the message is what clients read.
    public static final class QuantityException extends RuntimeException {
        QuantityException(String message) {
            super(message, null, false, false);
        }

        public String text() {
            return String.valueOf(getMessage());
        }
    }

    private final BigDecimal amount;
    private final Format format;
    private final @Nullable String text;

    private Quantity(BigDecimal amount, Format format, @Nullable String text) {
        this.amount = amount;
        this.format = format;
        this.text = text;
    }

    public static Quantity of(long value, Format format) {
        return new Quantity(BigDecimal.valueOf(value), format, null);
    }

    /// `milli` thousandths, e.g. of a CPU.
    public static Quantity ofMilli(long milli, Format format) {
        return new Quantity(BigDecimal.valueOf(milli, 3), format, null);
    }

    /// The canonical form of a quantity in JSON: what is stored and served for `text`.
    ///
    /// @throws QuantityException with upstream's text
    public static String canonical(String text) {
        return parse(text.strip()).toString();
    }

    /// @throws QuantityException with upstream's text
    public static Quantity parse(String text) {
        if (text.isEmpty()) {
            throw new QuantityException(FORMAT_WRONG);
        }
        if (text.equals("0")) {
            return ZERO;
        }
        int end = text.length();
        int at = 0;
        boolean negative = text.charAt(0) == '-';
        if (negative || text.charAt(0) == '+') {
            at++;
        }
        while (at < end && text.charAt(at) == '0') {
            at++;
        }
        int numberEnd = digitsEnd(text, at);
        String whole = text.substring(at, numberEnd);
        String fraction = "";
        at = numberEnd;
        if (at < end && text.charAt(at) == '.') {
            int fractionEnd = digitsEnd(text, at + 1);
            fraction = text.substring(at + 1, fractionEnd);
            at = fractionEnd;
        }
        return of(text, negative, whole.isEmpty() ? "0" : whole, fraction, suffix(text, at));
    }

    private static Quantity of(
            String text, boolean negative, String whole, String fraction, String suffix) {
        int binary = binaryExponent(suffix);
        Format format = binary > 0 ? Format.BINARY_SI : decimalFormat(suffix);
        int exponent = binary > 0 ? 0 : decimalExponent(suffix);
        String digits = whole + fraction;
        int scale = exponent - fraction.length();
        BigDecimal value = new BigDecimal(new BigInteger(digits), -scale);
        if (binary > 0) {
            value = value.multiply(new BigDecimal(BigInteger.ONE.shiftLeft(binary)));
        }
        boolean exact = binary == 0 && scale >= -NANO_DIGITS && digits.length() <= DIGITS_EXACT;
        if (exact) {
            // upstream keeps the text as written when its digits are already the canonical ones
            boolean kept = scale % 3 == 0 && !digits.endsWith("000") && digits.charAt(0) != '0';
            return new Quantity(negative ? value.negate() : value, format, kept ? text : null);
        }
        if (binary > 0 && isKeptBinary(whole, fraction, binary, value)) {
            return new Quantity(negative ? value.negate() : value, format, text);
        }
        if (digits.equals("0") && text.indexOf('0') < 0) {
            throw new QuantityException(NUMBER_WRONG); // no digit at all, only a suffix
        }
        // upstream rounds up: who asks for too little gets the least there is
        if (value.scale() > NANO_DIGITS) {
            value = value.setScale(NANO_DIGITS, RoundingMode.UP);
        }
        if (format == Format.BINARY_SI && value.compareTo(MAX_BINARY) > 0) {
            value = MAX_BINARY;
        }
        if (format == Format.BINARY_SI
                && value.compareTo(BigDecimal.ONE) < 0
                && value.signum() > 0) {
            format = Format.DECIMAL_SI;
        }
        return new Quantity(negative ? value.negate() : value, format, null);
    }

    /// upstream keeps the text of binary amounts, too, unless a larger suffix might fit
    private static boolean isKeptBinary(
            String whole, String fraction, int binary, BigDecimal value) {
        int precision = 15 - whole.length() - binary * 3 / 10 - 1;
        return fraction.isEmpty()
                && precision >= 0
                && (Long.parseLong(whole) & 7) != 0
                && value.precision() < 19;
    }

    public Format format() {
        return format;
    }

    public int signum() {
        return amount.signum();
    }

    public boolean isZero() {
        return amount.signum() == 0;
    }

    /// The same amount in whole units, rounded away from zero (upstream: `RoundUp(0)`).
    public Quantity whole() {
        return amount.stripTrailingZeros().scale() <= 0
                ? this
                : new Quantity(amount.setScale(0, RoundingMode.UP), format, null);
    }

    /// Whole units, rounded away from zero.
    public long value() {
        return scaled(0);
    }

    /// Thousandths, rounded away from zero.
    public long milliValue() {
        return scaled(3);
    }

    /// The exact amount.
    public BigDecimal amount() {
        return amount;
    }

    public double approximateDouble() {
        return amount.doubleValue();
    }

    /// The sum in this quantity's format, or in the other's when this is zero (upstream: `Add`).
    public Quantity plus(Quantity other) {
        return new Quantity(amount.add(other.amount), isZero() ? other.format : format, null);
    }

    public Quantity minus(Quantity other) {
        return new Quantity(amount.subtract(other.amount), isZero() ? other.format : format, null);
    }

    public Quantity negate() {
        return new Quantity(amount.negate(), format, null);
    }

    @Override
    public int compareTo(Quantity other) {
        return amount.compareTo(other.amount);
    }

    /// Equal amounts are equal, however they are written.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Quantity that && amount.compareTo(that.amount) == 0;
    }

    @Override
    public int hashCode() {
        return amount.stripTrailingZeros().hashCode();
    }

    /// What upstream writes into JSON.
    @Override
    public String toString() {
        return text != null ? text : canonicalText();
    }

    private String canonicalText() {
        if (isZero()) {
            return "0";
        }
        if (format == Format.BINARY_SI
                && amount.abs().compareTo(BigDecimal.valueOf(1024)) >= 0
                && isInteger()) {
            return binaryText();
        }
        return decimalText(format == Format.DECIMAL_EXPONENT);
    }

    private boolean isInteger() {
        return amount.stripTrailingZeros().scale() <= 0;
    }

    private String binaryText() {
        BigInteger value = amount.toBigIntegerExact();
        int times = 0;
        while (true) {
            BigInteger[] split = value.divideAndRemainder(BASE_1024);
            if (split[1].signum() != 0) {
                break;
            }
            value = split[0];
            times++;
        }
        String suffix =
                switch (times) {
                    case 0 -> "";
                    case 1 -> "Ki";
                    case 2 -> "Mi";
                    case 3 -> "Gi";
                    case 4 -> "Ti";
                    case 5 -> "Pi";
                    case 6 -> "Ei";
                    default -> "";
                };
        return value + suffix;
    }

    private String decimalText(boolean asExponent) {
        BigDecimal stripped = amount.stripTrailingZeros();
        int exponent = -stripped.scale();
        BigInteger mantissa = stripped.unscaledValue();
        int over = Math.floorMod(exponent, 3);
        if (over != 0) {
            mantissa = mantissa.multiply(over == 1 ? BigInteger.TEN : BigInteger.valueOf(100));
            exponent -= over;
        }
        if (asExponent) {
            return exponent == 0 ? mantissa.toString() : mantissa + "e" + exponent;
        }
        return mantissa + decimalSuffix(exponent);
    }

    private long scaled(int digits) {
        return amount.movePointRight(digits)
                .setScale(0, RoundingMode.UP)
                .unscaledValue()
                .longValue();
    }

    private static String suffix(String text, int from) {
        int end = text.length();
        int at = from;
        while (at < end && SUFFIX_LETTERS.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        if (at < end && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
            at++;
        }
        if (digitsEnd(text, at) != end) {
            throw new QuantityException(FORMAT_WRONG);
        }
        return text.substring(from);
    }

    private static int digitsEnd(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    /// The power of two of a binary suffix; 0 for other suffixes.
    private static int binaryExponent(String suffix) {
        return switch (suffix) {
            case "Ki" -> 10;
            case "Mi" -> 20;
            case "Gi" -> 30;
            case "Ti" -> 40;
            case "Pi" -> 50;
            case "Ei" -> 60;
            default -> 0;
        };
    }

    private static Format decimalFormat(String suffix) {
        return suffix.length() > 1 ? Format.DECIMAL_EXPONENT : Format.DECIMAL_SI;
    }

    private static int decimalExponent(String suffix) {
        return switch (suffix) {
            case "n" -> -9;
            case "u" -> -6;
            case "m" -> -3;
            case "" -> 0;
            case "k" -> 3;
            case "M" -> 6;
            case "G" -> 9;
            case "T" -> 12;
            case "P" -> 15;
            case "E" -> 18;
            default -> writtenExponent(suffix);
        };
    }

    private static int writtenExponent(String suffix) {
        if (suffix.length() < 2 || (suffix.charAt(0) != 'e' && suffix.charAt(0) != 'E')) {
            throw new QuantityException(SUFFIX_WRONG);
        }
        try {
            int exponent = Integer.parseInt(suffix.substring(1));
            return Math.clamp(exponent, -EXPONENT_MAX, EXPONENT_MAX);
        } catch (NumberFormatException _) {
            throw new QuantityException(SUFFIX_WRONG);
        }
    }

    private static String decimalSuffix(int exponent) {
        return switch (exponent) {
            case -9 -> "n";
            case -6 -> "u";
            case -3 -> "m";
            case 3 -> "k";
            case 6 -> "M";
            case 9 -> "G";
            case 12 -> "T";
            case 15 -> "P";
            case 18 -> "E";
            default -> ""; // upstream knows no suffix beyond and writes none
        };
    }
}
