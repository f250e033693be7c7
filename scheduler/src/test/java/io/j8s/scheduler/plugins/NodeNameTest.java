package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.scheduler.core.FilterPlugin.Preparation;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.Verdict;

import org.junit.jupiter.api.Test;

import java.util.Map;

/// Pods that name their node. Cases worked out by hand from the documented meaning.
final class NodeNameTest {

    private final Cluster cluster = new Cluster().node("a", "z").node("b", "z");

    @Test
    void asksOnlyTheNamedNode() {
        assertThat(cluster.filter(new NodeName(), p -> p.editSpec().withNodeName("b").endSpec()))
                .isEqualTo(Map.of("a", "not asked", "b", "ok"));
    }

    @Test
    void turnsOtherNodesDownForGood() {
        var pod = new PodInfo(cluster.pod(p -> p.editSpec().withNodeName("b").endSpec()));
        var check = (Preparation.Check) new NodeName().preFilter(pod, cluster.snapshot());

        assertThat(check.check().filter(cluster.snapshot().node("a").orElseThrow()))
                .isEqualTo(
                        new Verdict.Rejected(
                                "node(s) didn't match the requested node name", false));
    }

    @Test
    void hasNothingToSayOfPodsThatNameNone() {
        assertThat(cluster.filter(new NodeName(), PodShapes::plain))
                .isEqualTo(Map.of("a", "ok", "b", "ok"));
    }
}
