package io.j8s.nodeagent.pods;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.j8s.nodeagent.TestPods;

import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The cases are worked out by hand from upstream's rules.
final class PreemptionTest {

    private static final int CRITICAL = 2_000_000_000;

    private final Pod critical = pod("critical", CRITICAL, "500m", "100Mi", true);

    @Test
    void takesOnePodOfTheLowestClassThatFreesEnough() {
        var small = pod("small", 0, "100m", "10Mi", false);
        var fitting = pod("fitting", 0, "300m", "10Mi", false);
        var large = pod("large", 0, "2", "1Gi", false);
        var guaranteed = pod("guaranteed", 0, "300m", "10Mi", true);

        assertThat(names(List.of(large, small, guaranteed, fitting), Map.of("cpu", 300L)))
                .containsExactly("fitting");
    }

    @Test
    void sparesGuaranteedPodsWhatBurstableOnesCanGive() {
        var burstable = pod("burstable", 0, "300m", "10Mi", false);
        var guaranteed = pod("guaranteed", 0, "1", "10Mi", true);

        assertThat(names(List.of(guaranteed, burstable), Map.of("cpu", 250L)))
                .containsExactly("burstable");
        // the guaranteed pod is needed for the rest, and frees all of it: nobody else has to go
        assertThat(names(List.of(guaranteed, burstable), Map.of("cpu", 900L)))
                .containsExactly("guaranteed");
    }

    @Test
    void takesABestEffortPodWhereOnlyItsPlaceIsMissing() {
        var other = pod("other", 0, "300m", "10Mi", false);
        var bestEffort = TestPods.pod("best-effort", "Always", "");

        assertThat(names(List.of(other, bestEffort), Map.of("pods", 1L)))
                .containsExactly("best-effort");
    }

    @Test
    void goesOnUntilEverythingIsFreed() {
        var a = pod("a", 0, "300m", "10Mi", false);
        var b = pod("b", 0, "200m", "50Mi", false);
        var missing = new LinkedHashMap<String, Long>();
        missing.put("cpu", 450L);
        missing.put("memory", 50L << 20);

        assertThat(names(List.of(a, b), missing)).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void neverTakesCriticalPodsForALesserOne() {
        var other = pod("other", CRITICAL, "1", "1Gi", true);
        var higher = pod("higher", CRITICAL + 1000, "500m", "10Mi", true);
        var missing = Map.of("cpu", 300L);

        assertThat(Preemption.victims(critical, List.of(other), missing)).isEmpty();
        assertThat(Preemption.victims(higher, List.of(other), missing).orElseThrow())
                .containsExactly(other);
        assertThat(Preemption.inVain(missing).message())
                .isEqualTo(
                        "Unexpected error while attempting to recover from admission failure:"
                                + " preemption: error finding a set of pods to preempt: no set of"
                                + " running pods found to reclaim resources: [(res: cpu, q: 300),"
                                + " ]");
    }

    private List<String> names(List<Pod> running, Map<String, Long> missing) {
        return Preemption.victims(critical, running, missing).orElseThrow().stream()
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    private static Pod pod(String name, int priority, String cpu, String memory, boolean isFull) {
        var requests = Map.of("cpu", new Quantity(cpu), "memory", new Quantity(memory));
        return new PodBuilder(TestPods.pod(name, "Always", ""))
                .editSpec()
                .withPriority(priority)
                .editFirstContainer()
                .withNewResources()
                .withRequests(requests)
                .withLimits(isFull ? requests : Map.of())
                .endResources()
                .endContainer()
                .endSpec()
                .build();
    }
}
