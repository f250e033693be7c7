package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.function.Consumer;

/// Even spreading. Cases worked out by hand from the documented meaning.
final class PodTopologySpreadTest {

    private final PodTopologySpread spreading =
            new PodTopologySpread(PodTopologySpread.Args.SYSTEM, _ -> null);

    @Test
    void spreadsOverZonesWithinTheSkew() {
        var cluster =
                new Cluster()
                        .node("a", "z1")
                        .node("b", "z2")
                        .running("a", PodShapes::plain)
                        .running("a", PodShapes::plain)
                        .running("b", PodShapes::plain);
        var plugin = spreading;

        assertThat(cluster.filter(plugin, PodShapes.spread("topology.kubernetes.io/zone", 1, null)))
                .isEqualTo(
                        Map.of(
                                "a",
                                "node(s) didn't match pod topology spread constraints",
                                "b",
                                "ok"));
        assertThat(cluster.filter(plugin, PodShapes.spread("topology.kubernetes.io/zone", 2, null)))
                .isEqualTo(Map.of("a", "ok", "b", "ok"));
        // two zones are fewer than three wanted: the least counts as 0
        assertThat(cluster.filter(plugin, PodShapes.spread("topology.kubernetes.io/zone", 2, 3)))
                .isEqualTo(
                        Map.of(
                                "a",
                                "node(s) didn't match pod topology spread constraints",
                                "b",
                                "ok"));
        assertThat(cluster.filter(plugin, PodShapes.spread("rack", 1, null)))
                .containsValue(
                        "node(s) didn't match pod topology spread constraints (missing required"
                                + " label)");
    }

    @Test
    void prefersEmptyZonesForSpreading() {
        var cluster =
                new Cluster()
                        .node("a", "z1")
                        .node("b", "z2")
                        .running("a", PodShapes::plain)
                        .running("a", PodShapes::plain);
        Consumer<PodBuilder> pod =
                p ->
                        p.editSpec()
                                .addNewTopologySpreadConstraint()
                                .withTopologyKey("topology.kubernetes.io/zone")
                                .withMaxSkew(1)
                                .withWhenUnsatisfiable("ScheduleAnyway")
                                .withLabelSelector(
                                        new LabelSelectorBuilder()
                                                .addToMatchLabels("app", "web")
                                                .build())
                                .endTopologySpreadConstraint()
                                .endSpec();
        assertThat(cluster.score(spreading, pod)).isEqualTo(Map.of("a", 0L, "b", 100L));
    }
}
