package io.j8s.apiserver.schema;

import java.math.BigDecimal;
import java.math.BigInteger;

/// Go's `time.Duration` as text: `1h2m3.5s`. Pure.
final class GoDuration {

    private GoDuration() {}

    static String format(long nanos) {
        if (nanos == 0) {
            return "0s";
        }
        String sign = nanos < 0 ? "-" : "";
        var size = BigInteger.valueOf(nanos).abs();
        if (size.compareTo(BigInteger.valueOf(1_000_000_000)) < 0) {
            long small = size.longValueExact();
            if (small < 1_000) {
                return sign + small + "ns";
            }
            return small < 1_000_000
                    ? sign + fraction(small, 1_000) + "µs"
                    : sign + fraction(small, 1_000_000) + "ms";
        }
        var parts = size.divideAndRemainder(BigInteger.valueOf(1_000_000_000));
        long total = parts[0].longValueExact();
        long minutes = total / 60;
        String seconds =
                fraction(total % 60 * 1_000_000_000 + parts[1].longValueExact(), 1_000_000_000)
                        + "s";
        if (minutes == 0) {
            return sign + seconds;
        }
        return minutes < 60
                ? sign + minutes + "m" + seconds
                : sign + minutes / 60 + "h" + minutes % 60 + "m" + seconds;
    }

    private static String fraction(long value, long unit) {
        long rest = value % unit;
        if (rest == 0) {
            return Long.toString(value / unit);
        }
        String digits = Long.toString(unit + rest).substring(1);
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        return value / unit + "." + digits.substring(0, end);
    }

    /// Parses Go's duration text.
    ///
    /// @throws DecodeException with Go's message
    static long parse(String text) {
        String rest = text;
        boolean negative = false;
        if (!rest.isEmpty() && (rest.charAt(0) == '-' || rest.charAt(0) == '+')) {
            negative = rest.charAt(0) == '-';
            rest = rest.substring(1);
        }
        if (rest.equals("0")) {
            return 0;
        }
        if (rest.isEmpty()) {
            throw invalid(text);
        }
        var sum = BigInteger.ZERO;
        while (!rest.isEmpty()) {
            int number = 0;
            int dots = 0;
            while (number < rest.length()
                    && (isDigit(rest.charAt(number))
                            || (rest.charAt(number) == '.' && dots == 0))) {
                dots += rest.charAt(number++) == '.' ? 1 : 0;
            }
            if (number == dots || number > 40) {
                throw invalid(text);
            }
            int end = number;
            while (end < rest.length() && rest.charAt(end) != '.' && !isDigit(rest.charAt(end))) {
                end++;
            }
            if (end == number) {
                throw new DecodeException(
                        "time: missing unit in duration " + GoText.quote(text), false);
            }
            sum = sum.add(part(text, rest.substring(0, number), rest.substring(number, end)));
            rest = rest.substring(end);
        }
        if (negative) {
            sum = sum.negate();
        }
        if (sum.bitLength() > 63) {
            throw invalid(text);
        }
        return sum.longValueExact();
    }

    private static BigInteger part(String text, String number, String unit) {
        long nanos =
                switch (unit) {
                    case "ns" -> 1L;
                    case "us", "µs", "μs" -> 1_000L;
                    case "ms" -> 1_000_000L;
                    case "s" -> 1_000_000_000L;
                    case "m" -> 60_000_000_000L;
                    case "h" -> 3_600_000_000_000L;
                    default ->
                            throw new DecodeException(
                                    "time: unknown unit "
                                            + GoText.quote(unit)
                                            + " in duration "
                                            + GoText.quote(text),
                                    false);
                };
        String plain = number.startsWith(".") ? "0" + number : number;
        return new BigDecimal(plain.endsWith(".") ? plain + "0" : plain)
                .multiply(BigDecimal.valueOf(nanos))
                .toBigInteger();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static DecodeException invalid(String text) {
        return new DecodeException("time: invalid duration " + GoText.quote(text), false);
    }
}
