package io.j8s.apiserver.schema;

import java.math.BigDecimal;

/// A JSON number that keeps its literal as it came. Immutable; equal when the literals are.
public final class Num {

    private static final Num[] SMALL = new Num[1280];

    static {
        for (int i = 0; i < SMALL.length; i++) {
            SMALL[i] = new Num(Integer.toString(i - 256), i - 256L, true);
        }
    }

    private final String literal;
    private final long integer;
    private final boolean isInteger;

    private Num(String literal, long integer, boolean isInteger) {
        this.literal = literal;
        this.integer = integer;
        this.isInteger = isInteger;
    }

    public static Num of(long value) {
        return value >= -256 && value < 1024
                ? SMALL[(int) value + 256]
                : new Num(Long.toString(value), value, true);
    }

    /// A double in Go's JSON form.
    public static Num of(double value) {
        return parse(GoNumbers.format(value));
    }

    /// @param literal a valid JSON number
    public static Num parse(String literal) {
        boolean digits = literal.length() <= 20 && !literal.equals("-0");
        for (int i = literal.startsWith("-") ? 1 : 0; digits && i < literal.length(); i++) {
            digits = literal.charAt(i) >= '0' && literal.charAt(i) <= '9';
        }
        if (digits) {
            try {
                return new Num(literal, Long.parseLong(literal), true);
            } catch (NumberFormatException _) {
                return new Num(
                        literal, 0, false); // 19 or 20 characters beyond a long: a double to Go too
            }
        }
        return new Num(literal, 0, false);
    }

    /// Written as an integer that fits a long.
    public boolean isInteger() {
        return isInteger;
    }

    /// The integer; a double's integral part, saturating.
    public long longValue() {
        return isInteger ? integer : (long) doubleValue();
    }

    /// As [#longValue], saturating.
    public int intValue() {
        return Math.clamp(longValue(), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    public double doubleValue() {
        return isInteger ? integer : Double.parseDouble(literal);
    }

    public boolean isZero() {
        return isInteger ? integer == 0 : doubleValue() == 0;
    }

    public String literal() {
        return literal;
    }

    /// Equal as numbers: `1`, `1.0` and `1e0` are.
    public boolean sameValue(Num other) {
        if (isInteger && other.isInteger) {
            return integer == other.integer;
        }
        return literal.equals(other.literal)
                || (literal.length() < 400
                        && other.literal.length() < 400
                        && Double.compare(doubleValue(), other.doubleValue()) == 0
                        && sameDecimal(literal, other.literal));
    }

    private static boolean sameDecimal(String a, String b) {
        try {
            return new BigDecimal(a).compareTo(new BigDecimal(b)) == 0;
        } catch (NumberFormatException _) {
            return false; // exponents beyond an int
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Num num && literal.equals(num.literal);
    }

    @Override
    public int hashCode() {
        return literal.hashCode();
    }

    @Override
    public String toString() {
        return literal;
    }
}
