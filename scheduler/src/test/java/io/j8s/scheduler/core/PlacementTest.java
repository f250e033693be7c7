package io.j8s.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.j8s.machinery.timers.SystemTimers;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Random;

/// The search over all nodes of a snapshot.
final class PlacementTest {

    private final SystemTimers timers = new SystemTimers();
    private final ClusterCache cache = new ClusterCache(_ -> Map.of());
    private final Placement placement =
            new Placement(
                    new Profile("default-scheduler", null, Map.of(), Map.of()),
                    new Nominations(),
                    0,
                    new Random(1),
                    new SchedulerMetrics(new PrometheusRegistry(), timers).of("default-scheduler"));

    @AfterEach
    void end() {
        timers.close();
    }

    /// Each search begins where the one before it stopped, which may be past the last node now.
    @Test
    void goesOnWhenMostNodesHaveGone() {
        var names = List.of("a", "b", "c", "d", "e");
        names.forEach(this::add);
        for (int i = 0; i < names.size() - 1; i++) {
            placement.find(pod(), cache.snapshot());
        }
        names.subList(1, names.size()).forEach(cache::removeNode);

        assertThat(placement.find(pod(), cache.snapshot()))
                .isEqualTo(new Placement.Result.Found("a", 1, 1));
    }

    private void add(String name) {
        cache.putNode(
                new NodeBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .withNewStatus()
                        .endStatus()
                        .build());
    }

    private static PodInfo pod() {
        return new PodInfo(
                new PodBuilder()
                        .withNewMetadata()
                        .withName("p")
                        .withUid("p")
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .build());
    }
}
