package io.j8s.controllers.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which taints a node's conditions ask for, and what tolerates them; pure.
final class NodeTaints {

    static final String NOT_READY = "node.kubernetes.io/not-ready";
    static final String UNREACHABLE = "node.kubernetes.io/unreachable";
    private static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
    private static final String NO_SCHEDULE = "NoSchedule";
    private static final String NO_EXECUTE = "NoExecute";

    private static final Map<String, Map<String, String>> BY_CONDITION =
            Map.of(
                    "Ready", Map.of("False", NOT_READY, "Unknown", UNREACHABLE),
                    "MemoryPressure", Map.of("True", "node.kubernetes.io/memory-pressure"),
                    "DiskPressure", Map.of("True", "node.kubernetes.io/disk-pressure"),
                    "NetworkUnavailable", Map.of("True", "node.kubernetes.io/network-unavailable"),
                    "PIDPressure", Map.of("True", "node.kubernetes.io/pid-pressure"));

    private static final Set<String> OURS = ours();

    private NodeTaints() {}

    private static Set<String> ours() {
        var keys = new HashSet<String>();
        BY_CONDITION.values().forEach(byStatus -> keys.addAll(byStatus.values()));
        keys.add(UNSCHEDULABLE);
        return keys;
    }

    static @Nullable NodeCondition ready(Node node) {
        if (node.getStatus() == null) {
            return null;
        }
        return node.getStatus().getConditions().stream()
                .filter(c -> c.getType().equals("Ready"))
                .findFirst()
                .orElse(null);
    }

    static List<Taint> of(Node node) {
        return node.getSpec() == null || node.getSpec().getTaints() == null
                ? List.of()
                : node.getSpec().getTaints();
    }

    static boolean hasNoExecute(Node node, String key) {
        return of(node).stream()
                .anyMatch(t -> t.getKey().equals(key) && t.getEffect().equals(NO_EXECUTE));
    }

    /// The node's taints as they should be: others' are kept as they are.
    ///
    /// @param evict whether its pods may be evicted now when it is not ready
    static List<Taint> wanted(Node node, boolean evict, Instant now) {
        var wanted = new ArrayList<Taint>();
        var noSchedule = noSchedule(node);
        for (var taint : of(node)) {
            boolean isOurs = OURS.contains(taint.getKey()) && taint.getEffect().equals(NO_SCHEDULE);
            if (isOurs ? noSchedule.remove(taint.getKey()) : !isHealth(taint)) {
                wanted.add(taint);
            }
        }
        noSchedule.forEach(key -> wanted.add(taint(key, NO_SCHEDULE, Meta.timestamp(now))));
        noExecute(node, evict, now).ifPresent(wanted::add);
        return wanted;
    }

    private static Set<String> noSchedule(Node node) {
        var keys = new java.util.LinkedHashSet<String>();
        if (node.getStatus() != null) {
            for (var condition : node.getStatus().getConditions()) {
                var key =
                        BY_CONDITION
                                .getOrDefault(condition.getType(), Map.of())
                                .get(condition.getStatus());
                if (key != null) {
                    keys.add(key);
                }
            }
        }
        if (node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable())) {
            keys.add(UNSCHEDULABLE);
        }
        return keys;
    }

    private static boolean isHealth(Taint taint) {
        return taint.getEffect().equals(NO_EXECUTE)
                && (taint.getKey().equals(NOT_READY) || taint.getKey().equals(UNREACHABLE));
    }

    private static Optional<Taint> noExecute(Node node, boolean evict, Instant now) {
        var ready = ready(node);
        if (ready == null || "True".equals(ready.getStatus())) {
            return Optional.empty();
        }
        var key = "False".equals(ready.getStatus()) ? NOT_READY : UNREACHABLE;
        var known = of(node).stream().filter(NodeTaints::isHealth).toList();
        if (known.isEmpty() && !evict) {
            return Optional.empty();
        }
        return known.stream()
                .filter(taint -> taint.getKey().equals(key))
                .findFirst()
                .or(() -> Optional.of(taint(key, NO_EXECUTE, Meta.timestamp(now))));
    }

    private static Taint taint(String key, String effect, String added) {
        return new TaintBuilder().withKey(key).withEffect(effect).withTimeAdded(added).build();
    }

    static List<Taint> noExecute(Node node) {
        return of(node).stream().filter(t -> t.getEffect().equals(NO_EXECUTE)).toList();
    }

    /// How long a pod may stay on a node with these taints.
    sealed interface Stay {
        record Forever() implements Stay {}

        record Until(Instant end) implements Stay {}
    }

    static Stay stay(List<Toleration> tolerations, List<Taint> taints, Instant noticed) {
        Instant end = null;
        for (var taint : taints) {
            var fitting = tolerations.stream().filter(t -> tolerates(t, taint)).toList();
            if (fitting.isEmpty()) {
                return new Stay.Until(noticed);
            }
            var since = Meta.time(taint.getTimeAdded());
            for (var toleration : fitting) {
                if (toleration.getTolerationSeconds() != null) {
                    var wait = Duration.ofSeconds(Math.max(0, toleration.getTolerationSeconds()));
                    var until = (since == null ? noticed : since).plus(wait);
                    end = end == null || until.isBefore(end) ? until : end;
                }
            }
        }
        return end == null ? new Stay.Forever() : new Stay.Until(end);
    }

    static boolean tolerates(Toleration toleration, Taint taint) {
        var effect = Meta.orEmpty(toleration.getEffect());
        var key = Meta.orEmpty(toleration.getKey());
        if (!effect.isEmpty() && !effect.equals(taint.getEffect())) {
            return false;
        }
        if (!key.isEmpty() && !key.equals(taint.getKey())) {
            return false;
        }
        return switch (Meta.orEmpty(toleration.getOperator())) {
            case "Exists" -> true;
            case "", "Equal" ->
                    Meta.orEmpty(toleration.getValue()).equals(Meta.orEmpty(taint.getValue()));
            default -> false;
        };
    }
}
