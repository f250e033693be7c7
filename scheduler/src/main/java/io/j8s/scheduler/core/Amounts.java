package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Quantity;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Amounts of resources in the units that the scheduler counts in (upstream: `framework.Resource`).
/// Mutable while a [NodeInfo] is kept up to date; one owner changes it.
public final class Amounts {

    /// What a pod counts as when it requests nothing, so that such pods spread too (upstream:
    /// `schedutil.DefaultMilliCPURequest` and `DefaultMemoryRequest`).
    static final long DEFAULT_MILLI_CPU = 100;

    static final long DEFAULT_MEMORY = 200L * 1024 * 1024;

    private long milliCpu;
    private long memory;
    private long ephemeralStorage;
    private int pods;
    private Map<String, Long> scalars = Map.of();

    public long milliCpu() {
        return milliCpu;
    }

    /// Bytes.
    public long memory() {
        return memory;
    }

    /// Bytes.
    public long ephemeralStorage() {
        return ephemeralStorage;
    }

    public int pods() {
        return pods;
    }

    /// Extended resources and huge pages, by name.
    public long scalar(String name) {
        return scalars.isEmpty() ? 0 : scalars.getOrDefault(name, 0L);
    }

    public boolean hasScalars() {
        return !scalars.isEmpty();
    }

    public Set<String> scalarNames() {
        return scalars.isEmpty() ? Set.of() : new TreeSet<>(scalars.keySet());
    }

    /// Any resource by name; CPU in thousandths.
    public long of(String name) {
        return switch (name) {
            case "cpu" -> milliCpu;
            case "memory" -> memory;
            case "ephemeral-storage" -> ephemeralStorage;
            case "pods" -> pods;
            default -> scalar(name);
        };
    }

    static Amounts of(Map<String, Quantity> list) {
        var amounts = new Amounts();
        list.forEach((name, quantity) -> amounts.set(name, units(name, quantity)));
        return amounts;
    }

    Amounts copy() {
        var copy = new Amounts();
        copy.milliCpu = milliCpu;
        copy.memory = memory;
        copy.ephemeralStorage = ephemeralStorage;
        copy.pods = pods;
        copy.scalars = scalars.isEmpty() ? Map.of() : new HashMap<>(scalars);
        return copy;
    }

    void add(Amounts other) {
        milliCpu += other.milliCpu;
        memory += other.memory;
        ephemeralStorage += other.ephemeralStorage;
        if (other.hasScalars()) {
            other.scalars.forEach((name, amount) -> own().merge(name, amount, Long::sum));
        }
    }

    void subtract(Amounts other) {
        milliCpu -= other.milliCpu;
        memory -= other.memory;
        ephemeralStorage -= other.ephemeralStorage;
        if (other.hasScalars()) {
            other.scalars.forEach((name, amount) -> own().merge(name, -amount, Long::sum));
        }
    }

    /// Raises each resource to at least what `other` has.
    void raiseTo(Amounts other) {
        milliCpu = Math.max(milliCpu, other.milliCpu);
        memory = Math.max(memory, other.memory);
        ephemeralStorage = Math.max(ephemeralStorage, other.ephemeralStorage);
        other.scalars.forEach((name, amount) -> own().merge(name, amount, Math::max));
    }

    void set(String name, long amount) {
        switch (name) {
            case "cpu" -> milliCpu = amount;
            case "memory" -> memory = amount;
            case "ephemeral-storage" -> ephemeralStorage = amount;
            case "pods" -> pods = (int) Math.min(amount, Integer.MAX_VALUE);
            default -> own().put(name, amount);
        }
    }

    /// Most pods and nodes have no such resources and need no map.
    private Map<String, Long> own() {
        if (!(scalars instanceof HashMap)) {
            scalars = new HashMap<>(scalars);
        }
        return scalars;
    }

    private static long units(String name, Quantity quantity) {
        var amount = io.j8s.machinery.quantity.Quantity.parse(quantity.toString());
        return name.equals("cpu") ? amount.milliValue() : amount.value();
    }
}
