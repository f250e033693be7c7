package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

/// Node selectors and node affinity. Cases worked out by hand from the documented meaning.
final class NodeAffinityTest {

    @Test
    void matchesNodeSelectorsAndAffinity() {
        var cluster =
                new Cluster()
                        .node(
                                "ssd",
                                "z",
                                n ->
                                        n.editMetadata()
                                                .addToLabels("disk", "ssd")
                                                .addToLabels("cores", "8")
                                                .endMetadata())
                        .node(
                                "hdd",
                                "z",
                                n ->
                                        n.editMetadata()
                                                .addToLabels("disk", "hdd")
                                                .addToLabels("cores", "4")
                                                .endMetadata());
        String other = "node(s) didn't match Pod's node affinity/selector";

        assertThat(
                        cluster.filter(
                                new NodeAffinity(NodeAffinity.Args.NONE),
                                p -> p.editSpec().addToNodeSelector("disk", "ssd").endSpec()))
                .isEqualTo(Map.of("ssd", "ok", "hdd", other));
        assertThat(
                        cluster.filter(
                                new NodeAffinity(NodeAffinity.Args.NONE),
                                PodShapes.required(
                                        new NodeSelectorRequirement("cores", "Lt", List.of("8")))))
                .isEqualTo(Map.of("ssd", other, "hdd", "ok"));
        assertThat(
                        cluster.filter(
                                new NodeAffinity(NodeAffinity.Args.NONE),
                                PodShapes.required(
                                        new NodeSelectorRequirement(
                                                "gpu", "DoesNotExist", List.of()))))
                .isEqualTo(Map.of("ssd", "ok", "hdd", "ok"));
        assertThat(
                        cluster.filter(
                                new NodeAffinity(NodeAffinity.Args.NONE),
                                p ->
                                        p.editSpec()
                                                .withNewAffinity()
                                                .withNewNodeAffinity()
                                                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                                                .addNewNodeSelectorTerm()
                                                .addToMatchFields(
                                                        new NodeSelectorRequirement(
                                                                "metadata.name",
                                                                "In",
                                                                List.of("hdd")))
                                                .endNodeSelectorTerm()
                                                .endRequiredDuringSchedulingIgnoredDuringExecution()
                                                .endNodeAffinity()
                                                .endAffinity()
                                                .endSpec()))
                .isEqualTo(Map.of("ssd", "not asked", "hdd", "ok"));
    }

    @Test
    void prefersNodesByWeightedAffinity() {
        var cluster =
                new Cluster()
                        .node(
                                "ssd",
                                "z",
                                n -> n.editMetadata().addToLabels("disk", "ssd").endMetadata())
                        .node("hdd", "z");
        assertThat(
                        cluster.score(
                                new NodeAffinity(NodeAffinity.Args.NONE),
                                p ->
                                        p.editSpec()
                                                .withNewAffinity()
                                                .withNewNodeAffinity()
                                                .addNewPreferredDuringSchedulingIgnoredDuringExecution()
                                                .withWeight(7)
                                                .withNewPreference()
                                                .addToMatchExpressions(
                                                        new io.fabric8.kubernetes.api.model
                                                                .NodeSelectorRequirement(
                                                                "disk", "In", List.of("ssd")))
                                                .endPreference()
                                                .endPreferredDuringSchedulingIgnoredDuringExecution()
                                                .endNodeAffinity()
                                                .endAffinity()
                                                .endSpec()))
                .isEqualTo(Map.of("ssd", 100L, "hdd", 0L));
    }
}
