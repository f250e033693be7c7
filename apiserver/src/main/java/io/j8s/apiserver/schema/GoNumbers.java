package io.j8s.apiserver.schema;

import java.math.BigDecimal;

/// Numbers as Go's `encoding/json` writes them. Pure.
final class GoNumbers {

    private GoNumbers() {}

    /// The shortest digits that read back as the same double; in plain notation between 1e-6 and
    /// 1e21, else with an exponent without a leading zero (`1e-7`, `1e+21`).
    static String format(double value) {
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        double size = Math.abs(value);
        var digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (size >= 1e-6 && size < 1e21) {
            return digits.toPlainString();
        }
        String unscaled = digits.unscaledValue().abs().toString();
        int exponent = unscaled.length() - 1 - digits.scale();
        var out = new StringBuilder();
        if (value < 0) {
            out.append('-');
        }
        out.append(unscaled.charAt(0));
        if (unscaled.length() > 1) {
            out.append('.').append(unscaled, 1, unscaled.length());
        }
        return out.append('e')
                .append(exponent < 0 ? '-' : '+')
                .append(Math.abs(exponent))
                .toString();
    }
}
