package io.j8s.machinery.quantity;

import io.j8s.machinery.errors.FieldErrors;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;

/// Durations as Go reads and writes them: `1h2m3s`, `1.5s`, `100ms` (metav1.Duration, flags).
public final class GoDuration {

    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private GoDuration() {}

    /// @throws IllegalArgumentException with Go's text
    public static Duration parse(String text) {
        String quoted = FieldErrors.quote(text);
        int at = 0;
        boolean negative = false;
        if (!text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+')) {
            negative = text.charAt(0) == '-';
            at++;
        }
        if (text.substring(at).equals("0")) {
            return Duration.ZERO;
        }
        if (at == text.length()) {
            throw new IllegalArgumentException("time: invalid duration " + quoted);
        }
        BigInteger total = BigInteger.ZERO;
        while (at < text.length()) {
            int start = at;
            at = digitsEnd(text, at);
            boolean digits = at > start;
            if (at < text.length() && text.charAt(at) == '.') {
                int fraction = digitsEnd(text, at + 1);
                digits |= fraction > at + 1;
                at = fraction;
            }
            if (!digits) {
                throw new IllegalArgumentException("time: invalid duration " + quoted);
            }
            String number = text.substring(start, at);
            int unitStart = at;
            while (at < text.length() && text.charAt(at) != '.' && !isDigit(text.charAt(at))) {
                at++;
            }
            String unit = text.substring(unitStart, at);
            if (unit.isEmpty()) {
                throw new IllegalArgumentException("time: missing unit in duration " + quoted);
            }
            total = total.add(nanos(number, unit, quoted));
            if (total.compareTo(MAX) > 0) {
                throw new IllegalArgumentException("time: invalid duration " + quoted);
            }
        }
        return Duration.ofNanos(negative ? -total.longValue() : total.longValue());
    }

    /// `1h0m0s`, `1.5s`, `100ms`, `0s`.
    public static String print(Duration duration) {
        long nanos = duration.toNanos();
        if (nanos == 0) {
            return "0s";
        }
        String sign = nanos < 0 ? "-" : "";
        long rest = Math.abs(nanos);
        if (rest < 1_000) {
            return sign + rest + "ns";
        }
        if (rest < 1_000_000) {
            return sign + decimal(rest, 3) + "µs";
        }
        if (rest < 1_000_000_000) {
            return sign + decimal(rest, 6) + "ms";
        }
        long minutes = rest / 60_000_000_000L;
        String seconds = decimal(rest % 60_000_000_000L, 9) + "s";
        if (minutes == 0) {
            return sign + seconds;
        }
        if (minutes < 60) {
            return sign + minutes + "m" + seconds;
        }
        return sign + minutes / 60 + "h" + minutes % 60 + "m" + seconds;
    }

    private static String decimal(long value, int digits) {
        return value == 0
                ? "0"
                : BigDecimal.valueOf(value, digits).stripTrailingZeros().toPlainString();
    }

    private static BigInteger nanos(String number, String unit, String quoted) {
        long factor =
                switch (unit) {
                    case "ns" -> 1L;
                    case "us", "µs", "μs" -> 1_000L;
                    case "ms" -> 1_000_000L;
                    case "s" -> 1_000_000_000L;
                    case "m" -> 60_000_000_000L;
                    case "h" -> 3_600_000_000_000L;
                    default ->
                            throw new IllegalArgumentException(
                                    "time: unknown unit "
                                            + FieldErrors.quote(unit)
                                            + " in duration "
                                            + quoted);
                };
        String whole = number.startsWith(".") ? "0" + number : number;
        String exact = whole.endsWith(".") ? whole.substring(0, whole.length() - 1) : whole;
        return new BigDecimal(exact).multiply(BigDecimal.valueOf(factor)).toBigInteger();
    }

    private static int digitsEnd(String text, int from) {
        int at = from;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
