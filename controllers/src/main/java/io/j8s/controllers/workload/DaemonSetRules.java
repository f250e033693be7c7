package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.quantity.IntOrPercent;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which nodes a daemon set's pods belong on and which pods must go, pure (upstream:
/// `pkg/controller/daemon`).
final class DaemonSetRules {

    private static final String GENERATION = "deprecated.daemonset.template.generation";
    private static final String GENERATION_LABEL = "pod-template-generation";
    private static final String NAME_FIELD = "metadata.name";

    /// @param shouldRun a pod is started here
    /// @param mayStay a pod that is here already stays
    record Fit(boolean shouldRun, boolean mayStay) {}

    /// What to do now.
    ///
    /// @param create names of nodes that get a pod
    /// @param failed pods that ended, for their events
    record Plan(List<String> create, List<Pod> delete, List<Pod> failed) {
        Plan {
            create = List.copyOf(create);
            delete = List.copyOf(delete);
            failed = List.copyOf(failed);
        }
    }

    private DaemonSetRules() {}

    static int minReady(DaemonSet set) {
        return Meta.orZero(set.getSpec().getMinReadySeconds());
    }

    /// The tolerations every daemon pod has: it must run where nothing else may.
    static PodTemplateSpec template(DaemonSet set, String hash) {
        var template = set.getSpec().getTemplate();
        var tolerations = new ArrayList<>(template.getSpec().getTolerations());
        add(tolerations, "node.kubernetes.io/not-ready", "NoExecute");
        add(tolerations, "node.kubernetes.io/unreachable", "NoExecute");
        add(tolerations, "node.kubernetes.io/disk-pressure", "NoSchedule");
        add(tolerations, "node.kubernetes.io/memory-pressure", "NoSchedule");
        add(tolerations, "node.kubernetes.io/pid-pressure", "NoSchedule");
        add(tolerations, "node.kubernetes.io/unschedulable", "NoSchedule");
        if (Boolean.TRUE.equals(template.getSpec().getHostNetwork())) {
            add(tolerations, "node.kubernetes.io/network-unavailable", "NoSchedule");
        }
        var builder =
                new PodTemplateSpecBuilder(template)
                        .editOrNewMetadata()
                        .addToLabels(Revisions.HASH_LABEL, hash);
        var generation = Meta.annotations(set).get(GENERATION);
        if (generation != null) {
            builder.addToLabels(GENERATION_LABEL, generation);
        }
        return builder.endMetadata().editSpec().withTolerations(tolerations).endSpec().build();
    }

    private static void add(List<Toleration> tolerations, String key, String effect) {
        boolean known =
                tolerations.stream()
                        .anyMatch(t ->
                                key.equals(t.getKey())
                                        && effect.equals(t.getEffect())
                                        && "Exists".equals(t.getOperator())
                                        && t.getTolerationSeconds() == null);
        if (!known) {
            tolerations.add(
                    new TolerationBuilder()
                            .withKey(key)
                            .withOperator("Exists")
                            .withEffect(effect)
                            .build());
        }
    }

    /// The affinity that ties a pod to its node, in place of any other required one.
    static Affinity affinityTo(@Nullable Affinity known, String node) {
        var term =
                new NodeSelectorTermBuilder()
                        .addNewMatchField()
                        .withKey(NAME_FIELD)
                        .withOperator("In")
                        .withValues(node)
                        .endMatchField()
                        .build();
        var wanted = new NodeSelectorBuilder().withNodeSelectorTerms(term).build();
        return (known == null ? new AffinityBuilder() : new AffinityBuilder(known))
                .editOrNewNodeAffinity()
                .withRequiredDuringSchedulingIgnoredDuringExecution(wanted)
                .endNodeAffinity()
                .build();
    }

    /// The node that a pod is bound to, or for which it was made.
    static String nodeOf(Pod pod) {
        if (!PodRules.node(pod).isEmpty()) {
            return PodRules.node(pod);
        }
        var affinity = pod.getSpec().getAffinity();
        if (affinity == null
                || affinity.getNodeAffinity() == null
                || affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution()
                        == null) {
            return "";
        }
        for (var term :
                affinity.getNodeAffinity()
                        .getRequiredDuringSchedulingIgnoredDuringExecution()
                        .getNodeSelectorTerms()) {
            for (var field : term.getMatchFields()) {
                if (field.getKey().equals(NAME_FIELD) && field.getValues().size() == 1) {
                    return field.getValues().getFirst();
                }
            }
        }
        return "";
    }

    static Fit fit(DaemonSet set, Node node) {
        var spec = template(set, "").getSpec();
        var wanted = Meta.orEmpty(spec.getNodeName());
        if ((!wanted.isEmpty() && !wanted.equals(Meta.name(node))) || !isSelected(spec, node)) {
            return new Fit(false, false);
        }
        var taints = node.getSpec() == null ? List.<Taint>of() : node.getSpec().getTaints();
        boolean schedules = true;
        boolean executes = true;
        for (var taint : taints) {
            if (spec.getTolerations().stream().noneMatch(t -> tolerates(t, taint))) {
                schedules &= taint.getEffect().equals("PreferNoSchedule");
                executes &= !taint.getEffect().equals("NoExecute");
            }
        }
        return new Fit(schedules, executes);
    }

    private static boolean tolerates(Toleration toleration, Taint taint) {
        var effect = Meta.orEmpty(toleration.getEffect());
        var key = Meta.orEmpty(toleration.getKey());
        return (effect.isEmpty() || effect.equals(taint.getEffect()))
                && (key.isEmpty() || key.equals(taint.getKey()))
                && ("Exists".equals(toleration.getOperator())
                        || Meta.orEmpty(toleration.getValue())
                                .equals(Meta.orEmpty(taint.getValue())));
    }

    private static boolean isSelected(PodSpec spec, Node node) {
        var labels = Meta.labels(node);
        var selector = spec.getNodeSelector();
        if (selector != null && !labels.entrySet().containsAll(selector.entrySet())) {
            return false;
        }
        var affinity = spec.getAffinity() == null ? null : spec.getAffinity().getNodeAffinity();
        var required =
                affinity == null
                        ? null
                        : affinity.getRequiredDuringSchedulingIgnoredDuringExecution();
        return required == null
                || required.getNodeSelectorTerms().stream().anyMatch(term -> matches(term, node));
    }

    private static boolean matches(NodeSelectorTerm term, Node node) {
        if (term.getMatchExpressions().isEmpty() && term.getMatchFields().isEmpty()) {
            return false;
        }
        return term.getMatchExpressions().stream()
                        .allMatch(r -> matches(r, Meta.labels(node).get(r.getKey())))
                && term.getMatchFields().stream().allMatch(r -> matches(r, Meta.name(node)));
    }

    private static boolean matches(NodeSelectorRequirement rule, @Nullable String value) {
        return switch (rule.getOperator()) {
            case "In" -> value != null && rule.getValues().contains(value);
            case "NotIn" -> value == null || !rule.getValues().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" -> compare(value, rule) > 0;
            case "Lt" -> compare(value, rule) < 0;
            default -> false;
        };
    }

    private static int compare(@Nullable String value, NodeSelectorRequirement rule) {
        try {
            return value == null
                    ? 0
                    : Long.compare(
                            Long.parseLong(value), Long.parseLong(rule.getValues().getFirst()));
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    static Map<String, List<Pod>> byNode(Collection<Pod> pods) {
        var result = new LinkedHashMap<String, List<Pod>>();
        for (var pod : pods) {
            result.computeIfAbsent(nodeOf(pod), _ -> new ArrayList<>()).add(pod);
        }
        return result;
    }

    /// Puts a pod on each node that should have one and takes away what is too much.
    static Plan manage(
            DaemonSet set, Collection<Node> nodes, Collection<Pod> pods, String hash, Instant now) {
        var byNode = byNode(pods);
        var create = new ArrayList<String>();
        var delete = new ArrayList<Pod>();
        var failed = new ArrayList<Pod>();
        for (var node : nodes) {
            var here = byNode.getOrDefault(Meta.name(node), List.of());
            var fit = fit(set, node);
            if (fit.shouldRun && here.isEmpty()) {
                create.add(Meta.name(node));
            } else if (fit.mayStay) {
                keep(set, here, hash, now, fit.shouldRun, create, delete, failed);
            } else {
                delete.addAll(here);
            }
        }
        var known = nodes.stream().map(Meta::name).toList();
        pods.stream()
                .filter(pod -> PodRules.node(pod).isEmpty() && !known.contains(nodeOf(pod)))
                .forEach(delete::add); // made for a node that has gone before it was bound
        delete.removeIf(Meta::isTerminating);
        return new Plan(create, delete, failed);
    }

    private static void keep(
            DaemonSet set,
            List<Pod> here,
            String hash,
            Instant now,
            boolean shouldRun,
            List<String> create,
            List<Pod> delete,
            List<Pod> failed) {
        var running = new ArrayList<Pod>();
        for (var pod : here) {
            if (Meta.isTerminating(pod)) {
                continue;
            }
            if (PodRules.isTerminal(pod)) {
                failed.add(pod);
                delete.add(pod);
            } else {
                running.add(pod);
            }
        }
        running.sort(
                Comparator.<Pod, Boolean>comparing(pod -> PodRules.node(pod).isEmpty())
                        .thenComparing(Meta::created)
                        .thenComparing(Meta::name));
        if (maxSurge(set, 100) == 0) {
            running.stream().skip(1).forEach(delete::add);
            return;
        }
        surge(set, running, hash, now, shouldRun, create, delete);
    }

    /// With surge a node may have an old and a new pod for a while.
    private static void surge(
            DaemonSet set,
            List<Pod> running,
            String hash,
            Instant now,
            boolean shouldRun,
            List<String> create,
            List<Pod> delete) {
        var fresh = running.stream().filter(pod -> hash.equals(hashOf(pod))).toList();
        var old = running.stream().filter(pod -> !hash.equals(hashOf(pod))).toList();
        fresh.stream().skip(1).forEach(delete::add);
        old.stream().skip(1).forEach(delete::add);
        boolean newIsUp =
                !fresh.isEmpty() && PodRules.isAvailable(fresh.getFirst(), minReady(set), now);
        if (newIsUp && !old.isEmpty()) {
            delete.add(old.getFirst());
        } else if (shouldRun
                && fresh.isEmpty()
                && !old.isEmpty()
                && !PodRules.isReady(old.getFirst())
                && Meta.isTerminating(old.getFirst())) {
            create.add(nodeOf(old.getFirst()));
        }
    }

    static String hashOf(Pod pod) {
        return Meta.orEmpty(Meta.labels(pod).get(Revisions.HASH_LABEL));
    }

    private static @Nullable IntOrString rolling(DaemonSet set, boolean surge) {
        var strategy = set.getSpec().getUpdateStrategy();
        var rolling = strategy == null ? null : strategy.getRollingUpdate();
        return rolling == null ? null : surge ? rolling.getMaxSurge() : rolling.getMaxUnavailable();
    }

    static int maxSurge(DaemonSet set, int desired) {
        var value = rolling(set, true);
        return value == null ? 0 : IntOrPercent.resolve(value, desired, true);
    }

    static int maxUnavailable(DaemonSet set, int desired) {
        var value = rolling(set, false);
        if (value == null) {
            return 1;
        }
        int count = IntOrPercent.resolve(value, desired, true);
        // upstream: both may be zero after rounding, and then nothing would move
        return count == 0 && maxSurge(set, desired) == 0 ? 1 : count;
    }

    /// One step of a rolling update: old pods to delete (and with surge nodes that get a second
    /// pod).
    static Plan roll(
            DaemonSet set, Collection<Node> nodes, Collection<Pod> pods, String hash, Instant now) {
        var byNode = byNode(pods);
        var desired = nodes.stream().filter(node -> fit(set, node).shouldRun).toList();
        int surge = maxSurge(set, desired.size());
        int room = surge > 0 ? surge : maxUnavailable(set, desired.size());
        var create = new ArrayList<String>();
        var candidates = new ArrayList<Pod>();
        var broken = new ArrayList<Pod>();
        for (var node : desired) {
            var here = byNode.getOrDefault(Meta.name(node), List.of());
            var old = first(here, hash, false);
            var fresh = first(here, hash, true);
            boolean oldIsUp = old != null && PodRules.isAvailable(old, minReady(set), now);
            boolean newIsUp = fresh != null && PodRules.isAvailable(fresh, minReady(set), now);
            if (surge > 0) {
                if (old != null && fresh == null) {
                    if (oldIsUp) {
                        create.add(Meta.name(node));
                    } else {
                        broken.add(old);
                    }
                } else if (old != null && !newIsUp) {
                    room--;
                }
            } else if (old == null) {
                room -= newIsUp ? 0 : 1;
            } else if (!oldIsUp) {
                broken.add(old);
                room--;
            } else {
                candidates.add(old);
            }
        }
        var delete = new ArrayList<Pod>(broken);
        candidates.stream().limit(Math.max(0, room)).forEach(delete::add);
        delete.removeIf(Meta::isTerminating);
        var second = create.subList(0, Math.clamp(room, 0, create.size()));
        return new Plan(second, delete, List.of());
    }

    private static @Nullable Pod first(List<Pod> here, String hash, boolean isNew) {
        return here.stream()
                .filter(pod -> !PodRules.isTerminal(pod))
                .filter(pod -> hash.equals(hashOf(pod)) == isNew)
                .findFirst()
                .orElse(null);
    }
}
