package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Taint;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Each score against cases worked out by hand from its documented meaning.
final class ScoresTest {

    private static final long MIB = 1024 * 1024;

    private static void plain(PodBuilder pod) {
        // as it comes: labelled, without requests
    }

    private static Cluster halfFull() {
        // on `busy` 2 of 4 CPUs and 2 of 8 GiB are requested
        return new Cluster()
                .node("busy", "z1")
                .node("idle", "z2")
                .running("busy", Cluster.requests("2", "2Gi"));
    }

    @Test
    void prefersEmptyOrFullNodesByStrategy() {
        var pod = Cluster.requests("1", "2Gi");
        // least: busy cpu (4-3)/4=25, memory (8-4)/8=50; idle 75 and 75
        assertThat(halfFull().score(NodeResourcesFit.standard(), pod))
                .isEqualTo(Map.of("busy", 37L, "idle", 75L));
        var most =
                new NodeResourcesFit(
                        new NodeResourcesFit.Strategy.MostAllocated(),
                        Map.of("cpu", 1, "memory", 1),
                        Set.of());
        // most: busy 75 and 50; idle 25 and 25
        assertThat(halfFull().score(most, pod)).isEqualTo(Map.of("busy", 62L, "idle", 25L));
        var ratio =
                new NodeResourcesFit(
                        new NodeResourcesFit.Strategy.RequestedToCapacityRatio(
                                List.of(new int[] {0, 0}, new int[] {100, 10})),
                        Map.of("cpu", 1),
                        Set.of());
        assertThat(halfFull().score(ratio, pod)).isEqualTo(Map.of("busy", 75L, "idle", 25L));
    }

    @Test
    void prefersEvenUseOfCpuAndMemory() {
        // busy: cpu 3/4, memory 4/8, apart by 0.25, deviation 0.125; idle: 1/4 and 2/8, apart by 0
        assertThat(
                        halfFull()
                                .score(
                                        new NodeResourcesBalancedAllocation(),
                                        Cluster.requests("1", "2Gi")))
                .isEqualTo(Map.of("busy", 87L, "idle", 100L));
        assertThat(halfFull().score(new NodeResourcesBalancedAllocation(), ScoresTest::plain))
                .isEmpty();
    }

    @Test
    void prefersNodesWithFewerSoftTaints() {
        var cluster =
                new Cluster()
                        .node("clean", "z")
                        .node(
                                "soft",
                                "z",
                                n ->
                                        n.editSpec()
                                                .withTaints(
                                                        new Taint(
                                                                "PreferNoSchedule", "k", null, "v"))
                                                .endSpec());
        assertThat(cluster.score(new TaintToleration(), ScoresTest::plain))
                .isEqualTo(Map.of("clean", 100L, "soft", 0L));
    }

    @Test
    void prefersNodesThatHaveTheImage() {
        var cluster =
                new Cluster()
                        .node(
                                "has",
                                "z",
                                n ->
                                        n.editStatus()
                                                .addNewImage()
                                                .withNames("localhost/web:1")
                                                .withSizeBytes(1000 * MIB)
                                                .endImage()
                                                .endStatus())
                        .node("lacks", "z");
        // one of two nodes has it: 500 MiB count; (500-23)/(1000-23) = 48 %
        assertThat(cluster.score(new ImageLocality(), ScoresTest::plain))
                .isEqualTo(Map.of("has", 48L, "lacks", 0L));
    }

    @Test
    void prefersPlacesOfFriendsAndAvoidsOthers() {
        var cluster =
                new Cluster()
                        .node("a", "z1")
                        .node("b", "z2")
                        .node("c", "z3")
                        .running("a", ScoresTest::plain);
        assertThat(cluster.score(new InterPodAffinity(1, false), preferred(true)))
                .isEqualTo(Map.of("a", 100L, "b", 0L, "c", 0L));
        assertThat(cluster.score(new InterPodAffinity(1, false), preferred(false)))
                .isEqualTo(Map.of("a", 0L, "b", 100L, "c", 100L));
    }

    @Test
    void prefersEmptyZonesForSpreading() {
        var cluster =
                new Cluster()
                        .node("a", "z1")
                        .node("b", "z2")
                        .running("a", ScoresTest::plain)
                        .running("a", ScoresTest::plain);
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
        assertThat(cluster.score(new PodTopologySpread(_ -> null), pod))
                .isEqualTo(Map.of("a", 0L, "b", 100L));
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
                                new NodeAffinity(),
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

    private static Consumer<PodBuilder> preferred(boolean together) {
        return p -> {
            var term =
                    new io.fabric8.kubernetes.api.model.WeightedPodAffinityTermBuilder()
                            .withWeight(10)
                            .withNewPodAffinityTerm()
                            .withLabelSelector(
                                    new LabelSelectorBuilder()
                                            .addToMatchLabels("app", "web")
                                            .build())
                            .withTopologyKey("topology.kubernetes.io/zone")
                            .endPodAffinityTerm()
                            .build();
            var affinity = new io.fabric8.kubernetes.api.model.AffinityBuilder();
            if (together) {
                affinity.withNewPodAffinity()
                        .addToPreferredDuringSchedulingIgnoredDuringExecution(term)
                        .endPodAffinity();
            } else {
                affinity.withNewPodAntiAffinity()
                        .addToPreferredDuringSchedulingIgnoredDuringExecution(term)
                        .endPodAntiAffinity();
            }
            p.editSpec().withAffinity(affinity.build()).endSpec();
        };
    }
}
