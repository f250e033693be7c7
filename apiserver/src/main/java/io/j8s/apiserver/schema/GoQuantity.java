package io.j8s.apiserver.schema;

import io.j8s.machinery.quantity.Quantity;
import io.j8s.machinery.quantity.Quantity.QuantityException;

/// Resource quantities where codecs meet them. Pure.
final class GoQuantity {

    /// Our own bound on the arithmetic: nobody counts beyond, and upstream would work for minutes.
    private static final int LENGTH_MAX = 512;

    private static final int EXPONENT_DIGITS_MAX = 5;

    private GoQuantity() {}

    /// The canonical text.
    ///
    /// @throws DecodeException with upstream's message
    static String canonical(String text) {
        if (isPlain(text)) {
            return text;
        }
        if (isOutOfBounds(text)) {
            throw new DecodeException("unable to parse quantity's suffix", false);
        }
        try {
            return Quantity.canonical(text);
        } catch (QuantityException e) {
            throw new DecodeException(e.text(), false);
        }
    }

    /// Equal as numbers; texts that are no quantities are equal when they are the same.
    static boolean sameValue(String a, String b) {
        if (a.equals(b)) {
            return true;
        }
        if (isOutOfBounds(a) || isOutOfBounds(b)) {
            return false;
        }
        try {
            return Quantity.parse(a).compareTo(Quantity.parse(b)) == 0;
        } catch (QuantityException _) {
            return false;
        }
    }

    private static boolean isOutOfBounds(String text) {
        if (text.length() > LENGTH_MAX) {
            return true;
        }
        int exponent = Math.max(text.lastIndexOf('e'), text.lastIndexOf('E'));
        return exponent >= 0 && text.length() - exponent - 2 > EXPONENT_DIGITS_MAX;
    }

    /// Canonical as it stands, as nearly all are: digits with at most one suffix letter or a binary
    /// suffix, without leading zeros and with nothing that a larger suffix would take.
    private static boolean isPlain(String text) {
        int length = text.length();
        int digits = 0;
        while (digits < length && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits == 0 || digits > 15 || (text.charAt(0) == '0' && length > 1)) {
            return false;
        }
        if (digits == length) {
            return digits < 4 || !text.endsWith("000");
        }
        if (digits > 3) {
            return false;
        }
        String suffix = text.substring(digits);
        return switch (suffix) {
            case "m", "k", "M", "G", "Ki", "Mi", "Gi", "Ti" -> true;
            default -> false;
        };
    }
}
