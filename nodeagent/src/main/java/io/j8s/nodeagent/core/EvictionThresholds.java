package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Quantity;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Below which amounts the node ends pods, as upstream's `--eviction-hard` names them.
///
/// @param limits an amount or a percentage by signal, such as `memory.available`
public record EvictionThresholds(Map<String, String> limits) {

    private static final List<String> SIGNALS =
            List.of(
                    "memory.available",
                    "nodefs.available",
                    "nodefs.inodesFree",
                    "imagefs.available",
                    "imagefs.inodesFree",
                    "pid.available");

    /// upstream: eviction.DefaultEvictionHard
    public static final EvictionThresholds DEFAULT =
            parse(
                    "memory.available<100Mi,nodefs.available<10%,nodefs.inodesFree<5%,"
                            + "imagefs.available<15%,imagefs.inodesFree<5%");

    public EvictionThresholds {
        limits = Map.copyOf(limits);
    }

    /// @param text such as `memory.available<100Mi,nodefs.available<10%`
    /// @throws IllegalArgumentException with the flag's message
    public static EvictionThresholds parse(String text) {
        var limits = new LinkedHashMap<String, String>();
        for (var statement : text.split(",", -1)) {
            var parts = statement.strip().split("<", -1);
            if (statement.isBlank()) {
                continue;
            }
            if (parts.length != 2 || !SIGNALS.contains(parts[0])) {
                throw new IllegalArgumentException(
                        "unsupported eviction threshold \"%s\"".formatted(statement.strip()));
            }
            amountOf(parts[1], 1); // refuses what is neither a quantity nor a percentage
            limits.put(parts[0], parts[1]);
        }
        return new EvictionThresholds(limits);
    }

    /// For `/configz`.
    public Map<String, String> asText() {
        return limits;
    }

    /// The threshold in absolute terms, 0 when there is none.
    public long of(String signal, long capacity) {
        var limit = limits.get(signal);
        return limit == null ? 0 : amountOf(limit, capacity);
    }

    private static long amountOf(String limit, long capacity) {
        var number =
                limit.endsWith("%")
                        ? new BigDecimal(limit.substring(0, limit.length() - 1))
                                .multiply(BigDecimal.valueOf(capacity))
                                .divide(BigDecimal.valueOf(100), 0, RoundingMode.FLOOR)
                        : new Quantity(limit).getNumericalAmount();
        if (number.signum() < 0) {
            throw new IllegalArgumentException("eviction threshold " + limit + " is negative");
        }
        return number.longValue();
    }
}
