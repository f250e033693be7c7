package io.j8s.nodeagent.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.j8s.nodeagent.TestPods;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class EvictionOrderTest {

    private static Pod pod(String name, String request, int priority) {
        return new PodBuilder(TestPods.pod(name, "Always", "true"))
                .editSpec()
                .withPriority(priority)
                .editFirstContainer()
                .withNewResources()
                .addToRequests("memory", new Quantity(request))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
    }

    @Test
    void thoseAboveTheirRequestGoFirstThenByPriorityThenByExcess() {
        var pods =
                List.of(
                        pod("within", "1000", 0),
                        pod("important", "10", 100),
                        pod("much", "10", 0),
                        pod("little", "10", 0),
                        pod("critical", "10", 2_000_000_000));
        var used =
                Map.of(
                        "uid-within", 500L,
                        "uid-important", 900L,
                        "uid-much", 800L,
                        "uid-little", 20L,
                        "uid-critical", 5000L);
        assertThat(
                        EvictionOrder.of(
                                pods, used, io.j8s.nodeagent.core.PodResources::requestedMemory))
                .extracting(pod -> pod.getMetadata().getName())
                .containsExactly("much", "little", "important", "within");
    }
}
