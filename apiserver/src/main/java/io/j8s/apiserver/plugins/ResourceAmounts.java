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
import java.util.function.Function;
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

    /// What the scheduler would count for the pod, without its overhead.
    public static SortedMap<String, Quantity> requests(Tree pod) {
        return total(pod, "requests");
    }

    public static SortedMap<String, Quantity> limits(Tree pod) {
        return total(pod, "limits");
    }

    private static SortedMap<String, Quantity> total(Tree pod, String kind) {
        var out = containers(pod, container -> at(container, "resources." + kind));
        addPodLevel(out, pod, kind);
        return out;
    }

    /// The larger of what the containers need together and what starting them needs.
    ///
    /// @param own what one container counts for
    public static SortedMap<String, Quantity> containers(
            Tree pod, Function<Tree, Map<String, Quantity>> own) {
        var out = new TreeMap<String, Quantity>();
        for (var container : pod.trees("spec.containers")) {
            add(out, own.apply(container));
        }
        var sidecars = new TreeMap<String, Quantity>();
        var initial = new TreeMap<String, Quantity>();
        for (var container : pod.trees("spec.initContainers")) {
            var amounts = new TreeMap<>(own.apply(container));
            if (container.string("restartPolicy", "").equals("Always")) {
                add(out, amounts);
                add(sidecars, amounts); // it runs beside those that start after it
                max(initial, sidecars);
            } else {
                add(amounts, sidecars);
                max(initial, amounts);
            }
        }
        max(out, initial);
        return out;
    }

    /// What is said for the pod as a whole takes the place of its containers' sums.
    public static void addPodLevel(Map<String, Quantity> out, Tree pod, String kind) {
        at(pod, "spec.resources." + kind)
                .forEach((name, amount) -> {
                    if (isPodLevel(name)) {
                        out.put(name, amount);
                    }
                });
    }

    /// Whether a pod may ask for it as a whole (upstream: `IsSupportedPodLevelResource`).
    public static boolean isPodLevel(String name) {
        return POD_LEVEL.contains(name) || name.startsWith("hugepages-");
    }

    /// Upstream: an overhead raises only those limits that there are.
    public static void addOverhead(Map<String, Quantity> out, Tree pod, String kind) {
        at(pod, "spec.overhead")
                .forEach((name, amount) -> {
                    if (kind.equals("requests") || out.containsKey(name)) {
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

    /// What `a` has more than `b`, never less than nothing (upstream:
    /// `SubtractWithNonNegativeResult`).
    public static SortedMap<String, Quantity> excess(
            Map<String, Quantity> a, Map<String, Quantity> b) {
        var out = new TreeMap<String, Quantity>();
        a.forEach((name, amount) -> {
            var more = amount.minus(b.getOrDefault(name, Quantity.ZERO));
            if (more.signum() > 0) {
                out.put(name, more);
            }
        });
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
