package io.j8s.nodeagent.eviction;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.j8s.nodeagent.core.PodFacts;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;

/// How much of the node's disk one pod has taken, and whether it may. Pure.
///
/// @param emptyDirs bytes by volume, those in memory too
/// @param containers bytes of writable layer and logs by container
/// @param total all of it, but for volumes in memory
record PodDisk(Map<String, Long> emptyDirs, Map<String, Long> containers, long total) {

    private static final String STORAGE = "ephemeral-storage";

    PodDisk {
        emptyDirs = Map.copyOf(emptyDirs);
        containers = Map.copyOf(containers);
    }

    /// Whether anything of the pod is limited, so that it is worth measuring.
    static boolean isLimited(Pod pod) {
        return PodFacts.allContainers(pod).stream().anyMatch(found -> limit(found) != null)
                || pod.getSpec().getVolumes().stream()
                        .anyMatch(volume ->
                                volume.getEmptyDir() != null
                                        && volume.getEmptyDir().getSizeLimit() != null);
    }

    /// The first limit that the pod exceeds, as the event tells it. upstream: localStorageEviction.
    Optional<String> excess(Pod pod) {
        return volumeExcess(pod).or(() -> podExcess(pod)).or(() -> containerExcess(pod));
    }

    private Optional<String> volumeExcess(Pod pod) {
        for (var volume : pod.getSpec().getVolumes()) {
            var limit = volume.getEmptyDir() == null ? null : volume.getEmptyDir().getSizeLimit();
            if (limit != null
                    && limit.getNumericalAmount().signum() > 0
                    && isAbove(emptyDirs.getOrDefault(volume.getName(), 0L), limit)) {
                return Optional.of(
                        "Usage of EmptyDir volume \"%s\" exceeds the limit \"%s\". "
                                .formatted(volume.getName(), limit));
            }
        }
        return Optional.empty();
    }

    private Optional<String> podExcess(Pod pod) {
        BigDecimal sum = BigDecimal.ZERO;
        Quantity only = null;
        int limits = 0;
        for (var container : lasting(pod)) {
            var limit = limit(container);
            if (limit != null) {
                sum = sum.add(limit.getNumericalAmount());
                only = limit;
                limits++;
            }
        }
        if (only == null || BigDecimal.valueOf(total).compareTo(sum) <= 0) {
            return Optional.empty();
        }
        return Optional.of(
                "Pod ephemeral local storage usage exceeds the total limit of containers %s. "
                        .formatted(
                                limits == 1 ? only : EvictionMessages.quantity(sum.longValue())));
    }

    private Optional<String> containerExcess(Pod pod) {
        for (var container : lasting(pod)) {
            var limit = limit(container);
            if (limit != null && isAbove(containers.getOrDefault(container.getName(), 0L), limit)) {
                return Optional.of(
                        "Container %s exceeded its local ephemeral storage limit \"%s\". "
                                .formatted(container.getName(), limit));
            }
        }
        return Optional.empty();
    }

    private static Iterable<Container> lasting(Pod pod) {
        var containers = new ArrayList<>(pod.getSpec().getContainers());
        pod.getSpec().getInitContainers().stream()
                .filter(PodFacts::isSidecar)
                .forEach(containers::add);
        return containers;
    }

    private static @Nullable Quantity limit(Container container) {
        var resources = container.getResources();
        var limit =
                resources == null || resources.getLimits() == null
                        ? null
                        : resources.getLimits().get(STORAGE);
        return limit == null || limit.getNumericalAmount().signum() == 0 ? null : limit;
    }

    private static boolean isAbove(long bytes, Quantity limit) {
        return BigDecimal.valueOf(bytes).compareTo(limit.getNumericalAmount()) > 0;
    }
}
