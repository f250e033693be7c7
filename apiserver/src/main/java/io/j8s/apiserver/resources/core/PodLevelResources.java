package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.quantity.Quantity;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/// Resources of a whole pod that were left open follow from those of its containers (upstream:
/// `DefaultPodLevelResources`). Pure.
final class PodLevelResources {

    private PodLevelResources() {}

    static void applyDefaults(Tree spec) {
        Tree resources = spec.tree("resources");
        if (resources == null
                || (isEmpty(resources.map("requests")) && isEmpty(resources.map("limits")))) {
            return;
        }
        var limits = aggregate(spec, "limits");
        limits.forEach((name, amount) -> {
            if (Amounts.isHugePages(name) && !has(resources, "requests", name)) {
                putIfAbsent(resources, "limits", name, amount);
            }
        });
        aggregate(spec, "requests")
                .forEach((name, amount) -> {
                    if (isSupported(name) && Amounts.mayOvercommit(name)) {
                        putIfAbsent(resources, "requests", name, amount);
                    }
                });
        if (resources.map("limits") instanceof TreeMap given) {
            for (String name : given.keys()) {
                if (isSupported(name) && Amounts.of(given, name) instanceof Quantity amount) {
                    putIfAbsent(resources, "requests", name, amount);
                }
            }
        }
        limits(spec, resources, limits);
    }

    /// A limit is known where every container has one; it is no less than what is requested.
    private static void limits(Tree spec, Tree resources, Map<String, Quantity> limits) {
        var requests = resources.map("requests");
        if (requests == null) {
            return;
        }
        for (String name : requests.keys()) {
            boolean everywhere =
                    Stream.of("initContainers", "containers")
                            .flatMap(list -> spec.trees(list).stream())
                            .allMatch(container -> has(container, "resources.limits", name));
            Quantity sum = limits.get(name);
            Quantity requested = Amounts.of(requests, name);
            if (isSupported(name) && everywhere && sum != null && requested != null) {
                putIfAbsent(
                        resources, "limits", name, requested.compareTo(sum) > 0 ? requested : sum);
            }
        }
    }

    private static boolean isSupported(String name) {
        return name.equals("cpu") || name.equals("memory") || Amounts.isHugePages(name);
    }

    private static boolean isEmpty(@org.jspecify.annotations.Nullable TreeMap map) {
        return map == null || map.isEmpty();
    }

    private static boolean has(Tree holder, String field, String name) {
        return holder.map(field) instanceof TreeMap map && map.has(name);
    }

    private static void putIfAbsent(Tree resources, String field, String name, Quantity amount) {
        if (!has(resources, field, name)) {
            resources.ensureMap(field).put(name, amount.toString());
        }
    }

    /// What all containers need together, or the init containers, one after the other beside the
    /// sidecars that run already, if that is more.
    private static Map<String, Quantity> aggregate(Tree spec, String kind) {
        var total = new HashMap<String, Quantity>();
        spec.trees("containers").forEach(container -> add(total, of(container, kind)));
        var sidecars = new HashMap<String, Quantity>();
        var most = new HashMap<String, Quantity>();
        for (Tree container : spec.trees("initContainers")) {
            var own = new HashMap<>(of(container, kind));
            if (container.string("restartPolicy", "").equals("Always")) {
                add(total, own);
                add(sidecars, own);
                own = sidecars;
            } else {
                add(own, sidecars);
            }
            own.forEach((name, amount) -> most.merge(name, amount, PodLevelResources::max));
        }
        most.forEach((name, amount) -> total.merge(name, amount, PodLevelResources::max));
        return total;
    }

    private static Map<String, Quantity> of(Tree container, String kind) {
        var out = new HashMap<String, Quantity>();
        if (container.map("resources." + kind) instanceof TreeMap map) {
            for (String name : map.keys()) {
                if (Amounts.of(map, name) instanceof Quantity amount) {
                    out.put(name, amount);
                }
            }
        }
        return out;
    }

    private static void add(Map<String, Quantity> total, Map<String, Quantity> more) {
        more.forEach((name, amount) -> total.merge(name, amount, Quantity::plus));
    }

    private static Quantity max(Quantity one, Quantity other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
