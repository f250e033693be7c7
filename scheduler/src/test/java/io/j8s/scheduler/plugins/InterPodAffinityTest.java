package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Affinity between pods. Cases worked out by hand from the documented meaning.
final class InterPodAffinityTest {

    private final InterPodAffinity affinity =
            new InterPodAffinity(InterPodAffinity.Args.STANDARD, name -> Map.of("name", name));

    @Test
    void keepsPodsTogetherAndLetsTheFirstOfAGroupGoAnywhere() {
        var empty = new Cluster().node("a", "z1").node("b", "z2");
        assertThat(empty.filter(affinity, PodShapes.affinity("web", "topology.kubernetes.io/zone")))
                .isEqualTo(Map.of("a", "ok", "b", "ok"));

        var cluster =
                new Cluster()
                        .node("a", "z1")
                        .node("b", "z2")
                        .node("c", "z1")
                        .running("a", PodShapes::plain);
        assertThat(
                        cluster.filter(
                                affinity, PodShapes.affinity("web", "topology.kubernetes.io/zone")))
                .isEqualTo(
                        Map.of(
                                "a",
                                "ok",
                                "b",
                                "node(s) didn't match pod affinity rules",
                                "c",
                                "ok"));
        assertThat(
                        cluster.filter(
                                affinity, PodShapes.affinity("db", "topology.kubernetes.io/zone")))
                .containsValue("node(s) didn't match pod affinity rules")
                .doesNotContainValue("ok");
    }

    /// As upstream, where a label that is changed later changes no term.
    @Test
    void keysOfLabelsAreLeftToTheSelectorThatTheApiServerMade() {
        var cluster =
                new Cluster()
                        .node("a", "z1")
                        .node("b", "z2")
                        .running(
                                "a",
                                pod -> pod.editMetadata().addToLabels("ver", "1").endMetadata());
        Consumer<PodBuilder> relabelled =
                PodShapes.affinity("web", "kubernetes.io/hostname")
                        .andThen(pod ->
                                pod.editMetadata()
                                        .addToLabels("ver", "2")
                                        .endMetadata()
                                        .editSpec()
                                        .editAffinity()
                                        .editPodAffinity()
                                        .editRequiredDuringSchedulingIgnoredDuringExecution(0)
                                        .editLabelSelector()
                                        .addToMatchExpressions(
                                                new LabelSelectorRequirement(
                                                        "ver", "In", List.of("1")))
                                        .endLabelSelector()
                                        .withMatchLabelKeys("ver")
                                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                                        .endPodAffinity()
                                        .endAffinity()
                                        .endSpec());
        assertThat(cluster.filter(affinity, relabelled))
                .isEqualTo(Map.of("a", "ok", "b", "node(s) didn't match pod affinity rules"));
    }

    @Test
    void keepsPodsApartInBothDirections() {
        var own = new Cluster().node("a", "z1").node("b", "z1").running("a", PodShapes::plain);
        assertThat(own.filter(affinity, PodShapes.antiAffinity("kubernetes.io/hostname")))
                .isEqualTo(Map.of("a", "node(s) didn't match pod anti-affinity rules", "b", "ok"));

        var theirs =
                new Cluster()
                        .node("a", "z1")
                        .node("b", "z1")
                        .node("c", "z2")
                        .running("a", PodShapes.antiAffinity("topology.kubernetes.io/zone"));
        String reason = "node(s) didn't satisfy existing pods anti-affinity rules";
        assertThat(theirs.filter(affinity, PodShapes::plain))
                .isEqualTo(Map.of("a", reason, "b", reason, "c", "ok"));
    }

    @Test
    void prefersPlacesOfFriendsAndAvoidsOthers() {
        var cluster =
                new Cluster()
                        .node("a", "z1")
                        .node("b", "z2")
                        .node("c", "z3")
                        .running("a", PodShapes::plain);
        assertThat(cluster.score(affinity, PodShapes.preferred(true)))
                .isEqualTo(Map.of("a", 100L, "b", 0L, "c", 0L));
        assertThat(cluster.score(affinity, PodShapes.preferred(false)))
                .isEqualTo(Map.of("a", 0L, "b", 100L, "c", 100L));
    }
}
