package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.quantity.Quantity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which quality-of-service class a pod has (upstream: `pkg/apis/core/helper/qos`).
final class PodQos {

    private static final List<String> COUNTED = List.of("cpu", "memory");

    private PodQos() {}

    /// `Guaranteed` when every container limits CPU and memory and requests just that; `BestEffort`
    /// when nothing is requested or limited; else `Burstable`. Resources of the whole pod, where
    /// given, decide alone.
    static String of(Tree podSpec) {
        var holders = new ArrayList<Tree>();
        if (!podSpec.stringMap("resources.requests").isEmpty()
                || !podSpec.stringMap("resources.limits").isEmpty()) {
            holders.add(podSpec);
        } else {
            holders.addAll(podSpec.trees("initContainers"));
            holders.addAll(podSpec.trees("containers"));
        }
        Map<String, Quantity> requests = new HashMap<>();
        Map<String, Quantity> limits = new HashMap<>();
        boolean everythingLimited = true;
        for (Tree holder : holders) {
            sum(holder.map("resources.requests"), requests);
            int limited = sum(holder.map("resources.limits"), limits);
            everythingLimited &= limited == COUNTED.size();
        }
        if (requests.isEmpty() && limits.isEmpty()) {
            return "BestEffort";
        }
        return everythingLimited && requests.equals(limits) ? "Guaranteed" : "Burstable";
    }

    /// Adds what is positive to `total`.
    ///
    /// @return how many of the counted resources are positive
    private static int sum(
            @org.jspecify.annotations.Nullable TreeMap list, Map<String, Quantity> total) {
        int positive = 0;
        if (list != null) {
            for (String name : COUNTED) {
                String text = list.string(name);
                if (text != null && Quantity.parse(text).signum() > 0) {
                    total.merge(name, Quantity.parse(text), Quantity::plus);
                    positive++;
                }
            }
        }
        return positive;
    }
}
