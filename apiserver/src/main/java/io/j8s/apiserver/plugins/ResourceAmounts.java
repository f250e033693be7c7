package io.j8s.apiserver.plugins;

import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Amounts of resources by name (upstream: `api.ResourceList`), and what a pod asks for in all
/// (upstream: `component-helpers/resource`). Pure.
public final class ResourceAmounts {

    private static final Set<String> POD_LEVEL = Set.of("cpu", "memory");

    private ResourceAmounts() {}

    /// The amounts at a path, sorted by name.
    public static SortedMap<String, Quantity> at(Tree tree, String path) {
        var out = new TreeMap<String, Quantity>();
        tree.stringMap(path).forEach((name, text) -> out.put(name, Quantity.parse(text)));
        return out;
    }

    /// What the scheduler would count for the pod.
    public static SortedMap<String, Quantity> requests(Tree pod, boolean withOverhead) {
        return total(pod, "requests", withOverhead);
    }

    public static SortedMap<String, Quantity> limits(Tree pod, boolean withOverhead) {
        return total(pod, "limits", withOverhead);
    }

    private static SortedMap<String, Quantity> total(Tree pod, String kind, boolean withOverhead) {
        var out = new TreeMap<String, Quantity>();
        for (var container : pod.trees("spec.containers")) {
            add(out, at(container, "resources." + kind));
        }
        var sidecars = new TreeMap<String, Quantity>();
        var initial = new TreeMap<String, Quantity>();
        for (var container : pod.trees("spec.initContainers")) {
            var own = new TreeMap<>(at(container, "resources." + kind));
            if (container.string("restartPolicy", "").equals("Always")) {
                add(out, own);
                add(sidecars, own); // it runs beside those that start after it
                max(initial, sidecars);
            } else {
                add(own, sidecars);
                max(initial, own);
            }
        }
        max(out, initial);
        for (var entry : at(pod, "spec.resources." + kind).entrySet()) {
            if (POD_LEVEL.contains(entry.getKey()) || entry.getKey().startsWith("hugepages-")) {
                out.put(entry.getKey(), entry.getValue());
            }
        }
        if (withOverhead) {
            addOverhead(out, at(pod, "spec.overhead"), kind.equals("limits"));
        }
        return out;
    }

    /// Upstream: an overhead raises only those limits that there are.
    private static void addOverhead(
            SortedMap<String, Quantity> out, Map<String, Quantity> overhead, boolean onlyPresent) {
        overhead.forEach((name, amount) -> {
            if (!onlyPresent || out.containsKey(name)) {
                out.merge(name, amount, Quantity::plus);
            }
        });
    }

    public static void add(Map<String, Quantity> to, Map<String, Quantity> more) {
        more.forEach((name, amount) -> to.merge(name, amount, Quantity::plus));
    }

    public static void max(Map<String, Quantity> to, Map<String, Quantity> other) {
        other.forEach(
                (name, amount) -> to.merge(name, amount, (a, b) -> a.compareTo(b) >= 0 ? a : b));
    }

    /// `a - b`, names of either.
    public static SortedMap<String, Quantity> minus(
            Map<String, Quantity> a, Map<String, Quantity> b) {
        var out = new TreeMap<>(a);
        b.forEach((name, amount) -> out.merge(name, amount.negate(), Quantity::plus));
        return out;
    }

    /// Only the entries with these names.
    public static SortedMap<String, Quantity> mask(
            Map<String, Quantity> amounts, Collection<String> names) {
        var out = new TreeMap<String, Quantity>();
        amounts.forEach((name, amount) -> {
            if (names.contains(name)) {
                out.put(name, amount);
            }
        });
        return out;
    }

    /// `cpu=1,memory=2Gi`.
    public static String print(SortedMap<String, Quantity> amounts) {
        return amounts.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(","));
    }

    /// Go's text of several errors.
    static String aggregate(List<String> errors) {
        var distinct = errors.stream().distinct().toList();
        return distinct.size() == 1 ? distinct.getFirst() : "[" + String.join(", ", distinct) + "]";
    }

    static boolean isOver(@Nullable Quantity amount, Quantity bound) {
        return amount != null && amount.compareTo(bound) > 0;
    }

    static boolean isUnder(@Nullable Quantity amount, Quantity bound) {
        return amount != null && amount.compareTo(bound) < 0;
    }
}
