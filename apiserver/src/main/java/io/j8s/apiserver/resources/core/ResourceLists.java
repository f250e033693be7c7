package io.j8s.apiserver.resources.core;

import io.j8s.machinery.quantity.Quantity;

import java.math.RoundingMode;

/// Rules about lists of resource quantities, as containers, nodes, quotas and limit ranges have
/// them.
public final class ResourceLists {

    private ResourceLists() {}

    /// The smallest quantity of at least this size that has no more than three decimals.
    static String roundUpToMilli(String text) {
        var amount = Quantity.parse(text).amount().setScale(3, RoundingMode.CEILING);
        return Quantity.ofMilli(
                        amount.movePointRight(3).longValueExact(), Quantity.Format.DECIMAL_SI)
                .toString();
    }
}
