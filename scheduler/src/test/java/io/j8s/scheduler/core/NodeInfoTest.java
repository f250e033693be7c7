package io.j8s.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;

import org.junit.jupiter.api.Test;

import java.util.List;

/// Sums of a node's pods as they come and go, and as they would.
final class NodeInfoTest {

    private final NodeInfo node =
            NodeInfo.empty(new NodeBuilder().withNewMetadata().withName("n").endMetadata().build());

    @Test
    void aCopyWithoutPodsHasNothingOfThem() {
        node.add(pod("a", 100));
        node.add(pod("b", 200));
        node.add(pod("c", 400));

        var copy = node.copyWithout(pod -> !pod.uid().equals("b"));

        assertThat(copy.pods()).extracting(PodInfo::uid).containsExactly("b");
        assertThat(copy.requested().milliCpu()).isEqualTo(200);
        assertThat(copy.podsWithAffinity()).hasSize(1);
        assertThat(copy.conflicts(new HostPort("0.0.0.0", "TCP", 100))).isFalse();
        assertThat(copy.conflicts(new HostPort("0.0.0.0", "TCP", 200))).isTrue();
        assertThat(node.requested().milliCpu()).isEqualTo(700);
    }

    @Test
    void whatItWouldBeWithOthersFollowsItsOwnPodsAndTheOthers() {
        node.add(pod("a", 100));
        var promised = List.of(pod("p", 1000));

        var with = node.with(promised);
        assertThat(with.requested().milliCpu()).isEqualTo(1100);
        assertThat(node.with(promised)).isSameAs(with);
        assertThat(node.with(List.of(pod("q", 2000))).requested().milliCpu()).isEqualTo(2100);

        node.add(pod("b", 10));
        assertThat(node.with(promised).requested().milliCpu()).isEqualTo(1110);
        node.remove("b");
        assertThat(node.with(promised).requested().milliCpu()).isEqualTo(1100);
        assertThat(node.podCount()).isEqualTo(1);
    }

    /// A pod with affinity to others and a host port of the number of its milli-CPUs.
    private static PodInfo pod(String uid, int cpu) {
        return new PodInfo(
                new PodBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName(uid)
                        .withUid(uid)
                        .endMetadata()
                        .withNewSpec()
                        .withNewAffinity()
                        .withNewPodAffinity()
                        .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .withTopologyKey("zone")
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endPodAffinity()
                        .endAffinity()
                        .addNewContainer()
                        .withName("c")
                        .addNewPort()
                        .withContainerPort(1)
                        .withHostPort(cpu)
                        .endPort()
                        .withNewResources()
                        .addToRequests("cpu", new Quantity(cpu + "m"))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .build());
    }
}
