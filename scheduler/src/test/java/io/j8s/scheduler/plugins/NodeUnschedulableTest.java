package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Map;

/// Cordoned nodes. Cases worked out by hand from the documented meaning.
final class NodeUnschedulableTest {

    @Test
    void keepsOffCordonedNodesUnlessTolerated() {
        var cluster =
                new Cluster().node("n", "z", n -> n.editSpec().withUnschedulable(true).endSpec());

        assertThat(cluster.filter(new NodeUnschedulable(), PodShapes::plain))
                .isEqualTo(Map.of("n", "node(s) were unschedulable"));
        assertThat(
                        cluster.filter(
                                new NodeUnschedulable(),
                                p ->
                                        p.editSpec()
                                                .addNewToleration()
                                                .withOperator("Exists")
                                                .endToleration()
                                                .endSpec()))
                .isEqualTo(Map.of("n", "ok"));
    }
}
