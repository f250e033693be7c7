package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.quantity.IntOrPercent;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The arithmetic of a rollout, pure: how large each replica set of a deployment may be now
/// (upstream: `pkg/controller/deployment/{rolling,sync}.go` and its `util`).
final class DeploymentRules {

    static final String HASH_LABEL = "pod-template-hash";

    static final Comparator<ReplicaSet> OLDEST_FIRST =
            Comparator.<ReplicaSet, java.time.Instant>comparing(Meta::created)
                    .thenComparing(Meta::name);

    /// A replica set and the size it is to get.
    record Scale(ReplicaSet set, int replicas) {}

    private DeploymentRules() {}

    static int replicas(Deployment deployment) {
        var replicas = deployment.getSpec().getReplicas();
        return replicas == null ? 1 : replicas;
    }

    static int size(ReplicaSet set) {
        var replicas = set.getSpec().getReplicas();
        return replicas == null ? 1 : replicas;
    }

    static int size(Collection<ReplicaSet> sets) {
        return sets.stream().mapToInt(DeploymentRules::size).sum();
    }

    static int available(ReplicaSet set) {
        return set.getStatus() == null ? 0 : Meta.orZero(set.getStatus().getAvailableReplicas());
    }

    static int available(Collection<ReplicaSet> sets) {
        return sets.stream().mapToInt(DeploymentRules::available).sum();
    }

    /// What to count on: a status from before the last scale-down still counts pods that are about
    /// to be deleted. Upstream counts them and can fall below minAvailable for a moment.
    private static int surelyAvailable(ReplicaSet set) {
        return Math.min(available(set), size(set));
    }

    static List<ReplicaSet> active(Collection<ReplicaSet> sets) {
        return sets.stream().filter(set -> size(set) > 0).toList();
    }

    static boolean isRolling(Deployment deployment) {
        var strategy = deployment.getSpec().getStrategy();
        return strategy == null || !"Recreate".equals(strategy.getType());
    }

    /// @param surge pods above the wanted number
    /// @param unavailable pods below it
    private record Margins(int surge, int unavailable) {}

    private static Margins margins(Deployment deployment) {
        int wanted = replicas(deployment);
        if (!isRolling(deployment)) {
            return new Margins(0, 0);
        }
        var strategy = deployment.getSpec().getStrategy();
        var rolling = strategy == null ? null : strategy.getRollingUpdate();
        var zero = new IntOrString(0);
        var surge = rolling == null || rolling.getMaxSurge() == null ? zero : rolling.getMaxSurge();
        var lack =
                rolling == null || rolling.getMaxUnavailable() == null
                        ? zero
                        : rolling.getMaxUnavailable();
        int up = IntOrPercent.resolve(surge, wanted, true);
        int down = IntOrPercent.resolve(lack, wanted, false);
        // upstream: both may round to zero, and then nothing would ever move
        return new Margins(up, up == 0 && down == 0 ? 1 : down);
    }

    static int maxSurge(Deployment deployment) {
        return margins(deployment).surge;
    }

    static int maxUnavailable(Deployment deployment) {
        int wanted = replicas(deployment);
        return wanted == 0 ? 0 : Math.min(margins(deployment).unavailable, wanted);
    }

    /// The replica set with the deployment's template; of several the oldest.
    static Optional<ReplicaSet> newest(Deployment deployment, List<ReplicaSet> sets) {
        var wanted = withoutHash(deployment.getSpec().getTemplate());
        return sets.stream()
                .sorted(OLDEST_FIRST)
                .filter(set -> withoutHash(set.getSpec().getTemplate()).equals(wanted))
                .findFirst();
    }

    static boolean sameTemplate(Deployment deployment, ReplicaSet set) {
        return withoutHash(set.getSpec().getTemplate())
                .equals(withoutHash(deployment.getSpec().getTemplate()));
    }

    static PodTemplateSpec withoutHash(PodTemplateSpec template) {
        return new PodTemplateSpecBuilder(template)
                .editOrNewMetadata()
                .withCreationTimestamp(null)
                .removeFromLabels(HASH_LABEL)
                .endMetadata()
                .build();
    }

    /// The size of the newest replica set now: as much as surge allows, never above what is wanted.
    static int newSize(Deployment deployment, Collection<ReplicaSet> all, int sizeOfNew) {
        int wanted = replicas(deployment);
        if (!isRolling(deployment)) {
            return wanted;
        }
        int room = wanted + maxSurge(deployment) - size(all);
        return room <= 0 ? sizeOfNew : sizeOfNew + Math.min(room, wanted - sizeOfNew);
    }

    /// One step of a rolling update: grow the new replica set if it may, else shrink old ones.
    static List<Scale> roll(Deployment deployment, ReplicaSet newest, List<ReplicaSet> old) {
        int wanted = replicas(deployment);
        int size = size(newest);
        if (size != wanted) {
            var all = new ArrayList<>(old);
            all.add(newest);
            int next = size > wanted ? wanted : newSize(deployment, all, size);
            if (next != size) {
                return List.of(new Scale(newest, next));
            }
        }
        return shrinkOld(deployment, newest, active(old));
    }

    private static List<Scale> shrinkOld(
            Deployment deployment, ReplicaSet newest, List<ReplicaSet> old) {
        int oldSize = size(old);
        if (oldSize == 0) {
            return List.of();
        }
        int minAvailable = replicas(deployment) - maxUnavailable(deployment);
        int newUnavailable = size(newest) - surelyAvailable(newest);
        int most = oldSize + size(newest) - minAvailable - newUnavailable;
        if (most <= 0) {
            return List.of();
        }
        var sorted = old.stream().sorted(OLDEST_FIRST).toList();
        var sizes = new LinkedHashMap<ReplicaSet, Integer>();
        sorted.forEach(set -> sizes.put(set, size(set)));
        shrinkUnhealthy(sorted, sizes, most);
        int available =
                old.stream().mapToInt(DeploymentRules::surelyAvailable).sum()
                        + surelyAvailable(newest);
        shrinkHealthy(sorted, sizes, available - minAvailable);
        return sizes.entrySet().stream()
                .filter(entry -> entry.getValue() != size(entry.getKey()))
                .map(entry -> new Scale(entry.getKey(), entry.getValue()))
                .toList();
    }

    /// Pods that are not available anyway go first: their going makes nothing worse.
    private static void shrinkUnhealthy(
            List<ReplicaSet> old, Map<ReplicaSet, Integer> sizes, int most) {
        int done = 0;
        for (var set : old) {
            int unhealthy = size(set) - surelyAvailable(set);
            int count = Math.min(most - done, unhealthy);
            if (done < most && count > 0) {
                sizes.merge(set, -count, Integer::sum);
                done += count;
            }
        }
    }

    private static void shrinkHealthy(
            List<ReplicaSet> old, Map<ReplicaSet, Integer> sizes, int most) {
        int done = 0;
        for (var set : old) {
            int now = sizes.getOrDefault(set, 0);
            if (done >= most || now == 0) {
                continue;
            }
            int count = Math.min(now, most - done);
            sizes.put(set, now - count);
            done += count;
        }
    }

    /// The sizes after `spec.replicas` changed in the middle of a rollout (or while paused): all
    /// active replica sets share the change in proportion to their sizes.
    ///
    /// @param before `status.replicas`, the base when a replica set's own annotation is missing
    static List<Scale> scale(
            Deployment deployment, @Nullable ReplicaSet newest, List<ReplicaSet> old, int before) {
        var only = onlyActive(newest, old);
        if (only.isPresent()) {
            return size(only.get()) == replicas(deployment)
                    ? List.of()
                    : List.of(new Scale(only.get(), replicas(deployment)));
        }
        if (newest != null && isSaturated(deployment, newest)) {
            return active(old).stream().map(set -> new Scale(set, 0)).toList();
        }
        return isRolling(deployment) ? share(deployment, newest, old, before) : List.of();
    }

    private static Optional<ReplicaSet> onlyActive(
            @Nullable ReplicaSet newest, List<ReplicaSet> old) {
        var all = new ArrayList<>(old);
        if (newest != null) {
            all.add(newest);
        }
        var active = active(all);
        return switch (active.size()) {
            case 0 -> newest != null ? Optional.of(newest) : old.stream().max(OLDEST_FIRST);
            case 1 -> Optional.of(active.getFirst());
            default -> Optional.empty();
        };
    }

    private static boolean isSaturated(Deployment deployment, ReplicaSet set) {
        int wanted = replicas(deployment);
        var desired = DeploymentAnnotations.size(set, DeploymentAnnotations.DESIRED_REPLICAS);
        return desired != null
                && size(set) == wanted
                && desired == wanted
                && available(set) == wanted;
    }

    private static List<Scale> share(
            Deployment deployment, @Nullable ReplicaSet newest, List<ReplicaSet> old, int before) {
        var sets = new ArrayList<>(active(old));
        if (newest != null && size(newest) > 0) {
            sets.add(newest);
        }
        int wanted = replicas(deployment);
        int allowed = wanted > 0 ? wanted + maxSurge(deployment) : 0;
        int toAdd = allowed - size(sets);
        // upstream: larger first; of equal ones the newer grows and the older shrinks first
        var bySize = Comparator.comparingInt((ReplicaSet set) -> -size(set));
        sets.sort(bySize.thenComparing(toAdd > 0 ? OLDEST_FIRST.reversed() : OLDEST_FIRST));
        var sizes = new HashMap<String, Integer>();
        int added = 0;
        for (var set : sets) {
            int part = toAdd == 0 ? 0 : part(deployment, set, toAdd, added, before);
            sizes.put(Meta.name(set), size(set) + part);
            added += part;
        }
        if (toAdd != 0 && !sets.isEmpty()) {
            int leftover = toAdd - added;
            sizes.computeIfPresent(
                    Meta.name(sets.getFirst()), (_, size) -> Math.max(0, size + leftover));
        }
        return sets.stream()
                .map(set -> new Scale(set, sizes.getOrDefault(Meta.name(set), size(set))))
                .toList();
    }

    private static int part(
            Deployment deployment, ReplicaSet set, int toAdd, int added, int before) {
        if (size(set) == 0 || toAdd == added) {
            return 0;
        }
        int fraction = fraction(deployment, set, before);
        int allowed = toAdd - added;
        return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed);
    }

    private static int fraction(Deployment deployment, ReplicaSet set, int before) {
        int wanted = replicas(deployment);
        if (wanted == 0) {
            return -size(set);
        }
        var annotated = DeploymentAnnotations.size(set, DeploymentAnnotations.MAX_REPLICAS);
        int base = annotated == null || annotated == 0 ? before : annotated;
        if (base == 0) {
            return 0;
        }
        double size = (double) size(set) * (wanted + maxSurge(deployment)) / base;
        return (int) (size < 0 ? size - 0.5 : size + 0.5) - size(set);
    }

    /// Whether `spec.replicas` differs from what the active replica sets were sized for.
    static boolean isScalingEvent(Deployment deployment, List<ReplicaSet> sets) {
        return active(sets).stream()
                .map(set -> DeploymentAnnotations.size(set, DeploymentAnnotations.DESIRED_REPLICAS))
                .anyMatch(desired -> desired != null && desired != replicas(deployment));
    }

    /// Old replica sets beyond the history limit, which have nothing left, oldest revision first.
    static List<ReplicaSet> surplusHistory(Deployment deployment, List<ReplicaSet> old) {
        var limit = deployment.getSpec().getRevisionHistoryLimit();
        if (limit == null || limit == Integer.MAX_VALUE) {
            return List.of();
        }
        var alive = old.stream().filter(set -> !Meta.isTerminating(set)).toList();
        return alive.stream()
                .sorted(
                        Comparator.comparingLong(DeploymentAnnotations::revision)
                                .thenComparing(OLDEST_FIRST))
                .limit(Math.max(0, alive.size() - limit))
                .filter(DeploymentRules::isEmpty)
                .toList();
    }

    private static boolean isEmpty(ReplicaSet set) {
        var status = set.getStatus();
        return size(set) == 0
                && (status == null
                        || (Meta.orZero(status.getReplicas()) == 0
                                && Meta.orZero(status.getObservedGeneration())
                                        >= Meta.generation(set)));
    }
}
