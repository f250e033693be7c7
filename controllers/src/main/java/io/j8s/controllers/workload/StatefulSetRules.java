package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.quantity.IntOrPercent;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the pods of a stateful set must look like and which step comes next, pure (upstream:
/// `pkg/controller/statefulset`).
final class StatefulSetRules {

    private static final String POD_NAME = "statefulset.kubernetes.io/pod-name";
    private static final String POD_INDEX = "apps.kubernetes.io/pod-index";

    /// The next step; one at a time where the order matters.
    sealed interface Step {
        record Create(int ordinal) implements Step {}

        record Delete(Pod pod) implements Step {}

        /// The pod or its claims do not match its identity.
        record Repair(Pod pod) implements Step {}

        /// The claims of a pod that did not get its volumes yet.
        record CreateClaims(Pod pod) implements Step {}
    }

    private StatefulSetRules() {}

    static int replicas(StatefulSet set) {
        return set.getSpec().getReplicas() == null ? 1 : set.getSpec().getReplicas();
    }

    static int start(StatefulSet set) {
        var ordinals = set.getSpec().getOrdinals();
        return ordinals == null ? 0 : Meta.orZero(ordinals.getStart());
    }

    static int minReady(StatefulSet set) {
        return Meta.orZero(set.getSpec().getMinReadySeconds());
    }

    static boolean isParallel(StatefulSet set) {
        return "Parallel".equals(set.getSpec().getPodManagementPolicy());
    }

    /// The ordinal in the pod's name; negative when it is not one of this set's names.
    static int ordinal(StatefulSet set, Pod pod) {
        var name = Meta.name(pod);
        var prefix = Meta.name(set) + "-";
        if (!name.startsWith(prefix) || name.length() == prefix.length()) {
            return -1;
        }
        try {
            return Integer.parseInt(name.substring(prefix.length()));
        } catch (NumberFormatException _) {
            return -1;
        }
    }

    static boolean isInRange(StatefulSet set, int ordinal) {
        return ordinal >= start(set) && ordinal < start(set) + replicas(set);
    }

    static String revision(Pod pod) {
        return Meta.orEmpty(Meta.labels(pod).get(Revisions.HASH_LABEL));
    }

    static boolean isHealthy(Pod pod, int minReady, Instant now) {
        return PodRules.phase(pod).equals("Running")
                && PodRules.isAvailable(pod, minReady, now)
                && !Meta.isTerminating(pod);
    }

    private static boolean isReady(Pod pod) {
        return PodRules.phase(pod).equals("Running") && PodRules.isReady(pod);
    }

    /// The steps to take now. Ordered sets get at most one that changes the set of pods.
    static List<Step> plan(StatefulSet set, List<Pod> pods, String updateRevision, Instant now) {
        if (Meta.isTerminating(set)) {
            return List.of();
        }
        var byOrdinal = new LinkedHashMap<Integer, Pod>();
        var condemned = new ArrayList<Pod>();
        for (var pod : pods) {
            int ordinal = ordinal(set, pod);
            if (isInRange(set, ordinal)) {
                byOrdinal.put(ordinal, pod);
            } else if (ordinal >= 0) {
                condemned.add(pod);
            }
        }
        condemned.sort(Comparator.comparingInt(pod -> -ordinal(set, pod)));
        var steps = new ArrayList<Step>();
        if (establish(set, byOrdinal, steps, now)
                || scaleDown(set, byOrdinal, condemned, steps, now)) {
            return steps;
        }
        update(set, byOrdinal, updateRevision, steps, now);
        return steps;
    }

    /// @return whether an ordered set must wait here
    private static boolean establish(
            StatefulSet set, Map<Integer, Pod> byOrdinal, List<Step> steps, Instant now) {
        boolean ordered = !isParallel(set);
        for (int ordinal = start(set); isInRange(set, ordinal); ordinal++) {
            var pod = byOrdinal.get(ordinal);
            if (pod == null) {
                steps.add(new Step.Create(ordinal));
                if (ordered) {
                    return true;
                }
                continue;
            }
            if (PodRules.isTerminal(pod)) {
                if (!Meta.isTerminating(pod)) {
                    steps.add(new Step.Delete(pod));
                }
                if (ordered) {
                    return true;
                }
                continue;
            }
            if (PodRules.phase(pod).equals("Pending")) {
                steps.add(new Step.CreateClaims(pod));
            }
            if (ordered && !isHealthy(pod, minReady(set), now)) {
                return true;
            }
            steps.add(new Step.Repair(pod));
        }
        return steps.stream().anyMatch(s -> s instanceof Step.Create || s instanceof Step.Delete);
    }

    private static boolean scaleDown(
            StatefulSet set,
            Map<Integer, Pod> byOrdinal,
            List<Pod> condemned,
            List<Step> steps,
            Instant now) {
        condemned.forEach(pod -> steps.add(new Step.Repair(pod)));
        if (isParallel(set)) {
            condemned.stream()
                    .filter(pod -> !Meta.isTerminating(pod))
                    .forEach(pod -> steps.add(new Step.Delete(pod)));
            return !condemned.isEmpty();
        }
        if (condemned.isEmpty()) {
            return false;
        }
        var unhealthy = firstUnhealthy(set, byOrdinal, condemned, now);
        var target = condemned.getFirst();
        boolean mayGo =
                !Meta.isTerminating(target)
                        && (isHealthy(target, minReady(set), now) || target.equals(unhealthy));
        if (mayGo) {
            steps.add(new Step.Delete(target));
        }
        return true;
    }

    private static @Nullable Pod firstUnhealthy(
            StatefulSet set, Map<Integer, Pod> byOrdinal, List<Pod> condemned, Instant now) {
        for (int ordinal = start(set); isInRange(set, ordinal); ordinal++) {
            var pod = byOrdinal.get(ordinal);
            if (pod != null && !isHealthy(pod, minReady(set), now)) {
                return pod;
            }
        }
        return condemned.reversed().stream()
                .filter(pod -> !isHealthy(pod, minReady(set), now))
                .findFirst()
                .orElse(null);
    }

    private static void update(
            StatefulSet set,
            Map<Integer, Pod> byOrdinal,
            String updateRevision,
            List<Step> steps,
            Instant now) {
        var strategy = set.getSpec().getUpdateStrategy();
        if (strategy != null && "OnDelete".equals(strategy.getType())) {
            return;
        }
        var rolling = strategy == null ? null : strategy.getRollingUpdate();
        int partition = rolling == null ? 0 : Meta.orZero(rolling.getPartition());
        int room =
                rolling == null || rolling.getMaxUnavailable() == null
                        ? 1
                        : Math.max(
                                1,
                                IntOrPercent.resolve(
                                        rolling.getMaxUnavailable(), replicas(set), false));
        int last = start(set) + replicas(set) - 1;
        for (int ordinal = last; ordinal >= start(set) + partition && room > 0; ordinal--) {
            var pod = byOrdinal.get(ordinal);
            if (pod == null) {
                room--;
            } else if (!revision(pod).equals(updateRevision) && !Meta.isTerminating(pod)) {
                steps.add(new Step.Delete(pod));
                room--;
            } else if (!isHealthy(pod, minReady(set), now)) {
                room--; // upstream: a pod that is on its way counts, the next must wait
            }
        }
    }

    /// The pod of an ordinal as it is created.
    static PodBuilder newPod(
            StatefulSet set, PodTemplateSpec template, int ordinal, String revision) {
        var name = Meta.name(set) + "-" + ordinal;
        var pod =
                PodControl.fromTemplate(Kinds.STATEFUL_SETS, set, template)
                        .editMetadata()
                        .withName(name)
                        .addToLabels(POD_NAME, name)
                        .addToLabels(POD_INDEX, Integer.toString(ordinal))
                        .addToLabels(Revisions.HASH_LABEL, revision)
                        .endMetadata()
                        .editSpec()
                        .withHostname(name)
                        .withSubdomain(set.getSpec().getServiceName())
                        .endSpec()
                        .build();
        return new PodBuilder(pod)
                .editSpec()
                .withVolumes(volumes(set, ordinal, pod.getSpec().getVolumes()))
                .endSpec();
    }

    private static List<Volume> volumes(StatefulSet set, int ordinal, List<Volume> others) {
        var result = new ArrayList<Volume>();
        var names = new ArrayList<String>();
        for (var template : set.getSpec().getVolumeClaimTemplates()) {
            names.add(Meta.name(template));
            result.add(
                    new VolumeBuilder()
                            .withName(Meta.name(template))
                            .withNewPersistentVolumeClaim(
                                    claimName(set, Meta.name(template), ordinal), false)
                            .build());
        }
        others.stream().filter(v -> !names.contains(v.getName())).forEach(result::add);
        return result;
    }

    static boolean hasIdentity(StatefulSet set, Pod pod) {
        var labels = Meta.labels(pod);
        return Meta.name(pod).equals(labels.get(POD_NAME))
                && Integer.toString(ordinal(set, pod)).equals(labels.get(POD_INDEX));
    }

    static Pod withIdentity(StatefulSet set, Pod pod) {
        return new PodBuilder(pod)
                .editMetadata()
                .addToLabels(POD_NAME, Meta.name(pod))
                .addToLabels(POD_INDEX, Integer.toString(ordinal(set, pod)))
                .endMetadata()
                .build();
    }

    private static String claimName(StatefulSet set, String template, int ordinal) {
        return template + "-" + Meta.name(set) + "-" + ordinal;
    }

    /// The claims of an ordinal, as they are created.
    static List<PersistentVolumeClaim> claims(StatefulSet set, int ordinal) {
        var claims = new ArrayList<PersistentVolumeClaim>();
        var selector = set.getSpec().getSelector().getMatchLabels();
        for (var template : set.getSpec().getVolumeClaimTemplates()) {
            claims.add(
                    new PersistentVolumeClaimBuilder(template)
                            .editMetadata()
                            .withName(claimName(set, Meta.name(template), ordinal))
                            .withNamespace(Meta.namespace(set))
                            .addToLabels(selector == null ? Map.of() : selector)
                            .endMetadata()
                            .withStatus(null)
                            .build());
        }
        return claims;
    }

    static boolean countsAsReady(Pod pod) {
        return isReady(pod);
    }
}
