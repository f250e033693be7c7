package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Map;

/// Even use of resources. Cases worked out by hand from the documented meaning.
final class NodeResourcesBalancedAllocationTest {

    private final NodeResourcesBalancedAllocation balance =
            new NodeResourcesBalancedAllocation(WeightedResource.CPU_AND_MEMORY);

    @Test
    void prefersEvenUseOfCpuAndMemory() {
        // busy with the pod: cpu 3/4, memory 4/8, deviation 0.125, so 87; without: 2/4 and 2/8,
        // also 87: nothing gained. idle: 1/4 and 2/8 with it, nothing without: 100 both
        assertThat(halfFull().score(balance, Cluster.requests("1", "2Gi")))
                .isEqualTo(Map.of("busy", 75L, "idle", 75L));
        assertThat(halfFull().score(balance, PodShapes::plain)).isEmpty();
    }

    private static Cluster halfFull() {
        // on `busy` 2 of 4 CPUs and 2 of 8 GiB are requested
        return new Cluster()
                .node("busy", "z1")
                .node("idle", "z2")
                .running("busy", Cluster.requests("2", "2Gi"));
    }

    @Test
    void prefersNodesThatThePodEvensOut() {
        // uneven: cpu 3/4, memory 1/8 before, 0.3125 apart from the mean, so 68; with the pod 3/4
        // and 5/8: 93
        var cluster = new Cluster().node("n", "z").running("n", Cluster.requests("3", "1Gi"));
        assertThat(cluster.score(balance, Cluster.requests("0", "4Gi")))
                .isEqualTo(Map.of("n", 50L + (50 + 93 - 68) / 2));
    }
}
