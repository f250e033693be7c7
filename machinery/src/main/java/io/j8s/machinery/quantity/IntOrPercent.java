package io.j8s.machinery.quantity;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

/// Resolves `25%` or `3` against a total (upstream: `intstr.GetScaledValueFromIntOrPercent`).
public final class IntOrPercent {

    private IntOrPercent() {}

    /// @throws IllegalArgumentException with upstream's text when it is neither number nor
    ///   percentage
    public static int resolve(@Nullable IntOrString value, int total, boolean roundUp) {
        if (value == null) {
            throw new IllegalArgumentException("nil value for IntOrString");
        }
        Integer number = value.getIntVal();
        if (number != null) {
            return number;
        }
        String text = value.getStrVal();
        if (text == null || !text.endsWith("%")) {
            throw new IllegalArgumentException(
                    "invalid value for IntOrString: invalid type: string is not a percentage");
        }
        double share = (double) percent(text) * total / 100;
        return (int) (roundUp ? Math.ceil(share) : Math.floor(share));
    }

    private static int percent(String text) {
        String digits = text.substring(0, text.length() - 1);
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException(
                    "invalid value for IntOrString: invalid value %s: strconv.Atoi: parsing %s: invalid syntax"
                            .formatted(FieldErrors.quote(text), FieldErrors.quote(digits)));
        }
    }
}
