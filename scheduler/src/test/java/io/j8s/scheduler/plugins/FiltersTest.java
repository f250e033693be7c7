package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Each filter against cases worked out by hand from its documented meaning.
final class FiltersTest {

    private static void plain(PodBuilder pod) {
        // as it comes: labelled, without requests
    }

    @Test
    void tellsEveryResourceThatIsShort() {
        var cluster =
                new Cluster()
                        .node(
                                "full",
                                "z",
                                n ->
                                        n.editStatus()
                                                .addToAllocatable("pods", new Quantity("1"))
                                                .endStatus())
                        .node("free", "z")
                        .running("full", Cluster.requests("3500m", "7Gi"));

        assertThat(cluster.filter(NodeResourcesFit.standard(), Cluster.requests("1", "2Gi")))
                .isEqualTo(
                        Map.of(
                                "full", "Too many pods\nInsufficient cpu\nInsufficient memory",
                                "free", "ok"));
    }

    @Test
    void countsTheLargestInitContainerButNotOnTopOfTheOthers() {
        var cluster = new Cluster().node("n", "z");
        Consumer<PodBuilder> pod =
                Cluster.requests("3", "1Gi")
                        .andThen(p ->
                                p.editSpec()
                                        .addNewInitContainer()
                                        .withName("i")
                                        .withNewResources()
                                        .addToRequests("cpu", new Quantity("4"))
                                        .endResources()
                                        .endInitContainer()
                                        .endSpec());
        assertThat(cluster.filter(NodeResourcesFit.standard(), pod)).isEqualTo(Map.of("n", "ok"));

        Consumer<PodBuilder> withSidecar =
                pod.andThen(p ->
                        p.editSpec()
                                .editFirstInitContainer()
                                .withRestartPolicy("Always")
                                .endInitContainer()
                                .endSpec());
        assertThat(cluster.filter(NodeResourcesFit.standard(), withSidecar))
                .isEqualTo(Map.of("n", "Insufficient cpu"));
    }

    @Test
    void keepsOffTaintsThatAreNotTolerated() {
        var cluster =
                new Cluster()
                        .node(
                                "tainted",
                                "z",
                                n ->
                                        n.editSpec()
                                                .withTaints(
                                                        new Taint("NoSchedule", "gpu", null, "yes"))
                                                .endSpec())
                        .node(
                                "soft",
                                "z",
                                n ->
                                        n.editSpec()
                                                .withTaints(
                                                        new Taint(
                                                                "PreferNoSchedule",
                                                                "gpu",
                                                                null,
                                                                "yes"))
                                                .endSpec());

        assertThat(cluster.filter(new TaintToleration(), FiltersTest::plain))
                .isEqualTo(
                        Map.of(
                                "tainted",
                                "node(s) had untolerated taint {gpu: yes}",
                                "soft",
                                "ok"));
        assertThat(
                        cluster.filter(
                                new TaintToleration(),
                                p ->
                                        p.editSpec()
                                                .addNewToleration()
                                                .withKey("gpu")
                                                .withOperator("Exists")
                                                .endToleration()
                                                .endSpec()))
                .isEqualTo(Map.of("tainted", "ok", "soft", "ok"));
    }

    @Test
    void keepsOffCordonedNodesUnlessTolerated() {
        var cluster =
                new Cluster().node("n", "z", n -> n.editSpec().withUnschedulable(true).endSpec());

        assertThat(cluster.filter(new NodeUnschedulable(), FiltersTest::plain))
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
                                new NodeAffinity(),
                                p -> p.editSpec().addToNodeSelector("disk", "ssd").endSpec()))
                .isEqualTo(Map.of("ssd", "ok", "hdd", other));
        assertThat(
                        cluster.filter(
                                new NodeAffinity(),
                                required(new NodeSelectorRequirement("cores", "Lt", List.of("8")))))
                .isEqualTo(Map.of("ssd", other, "hdd", "ok"));
        assertThat(
                        cluster.filter(
                                new NodeAffinity(),
                                required(
                                        new NodeSelectorRequirement(
                                                "gpu", "DoesNotExist", List.of()))))
                .isEqualTo(Map.of("ssd", "ok", "hdd", "ok"));
        assertThat(
                        cluster.filter(
                                new NodeAffinity(),
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
    void seesHostPortsTakenOnOverlappingAddresses() {
        var cluster =
                new Cluster().node("a", "z").node("b", "z").running("a", hostPort("127.0.0.1", 80));
        String taken = "node(s) didn't have free ports for the requested pod ports";

        assertThat(cluster.filter(new NodePorts(), hostPort(null, 80)))
                .isEqualTo(Map.of("a", taken, "b", "ok"));
        assertThat(cluster.filter(new NodePorts(), hostPort("127.0.0.2", 80)))
                .isEqualTo(Map.of("a", "ok", "b", "ok"));
    }

    @Test
    void keepsPodsTogetherAndLetsTheFirstOfAGroupGoAnywhere() {
        var empty = new Cluster().node("a", "z1").node("b", "z2");
        assertThat(
                        empty.filter(
                                new InterPodAffinity(1, false),
                                affinity("web", "topology.kubernetes.io/zone")))
                .isEqualTo(Map.of("a", "ok", "b", "ok"));

        var cluster =
                new Cluster()
                        .node("a", "z1")
                        .node("b", "z2")
                        .node("c", "z1")
                        .running("a", FiltersTest::plain);
        assertThat(
                        cluster.filter(
                                new InterPodAffinity(1, false),
                                affinity("web", "topology.kubernetes.io/zone")))
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
                                new InterPodAffinity(1, false),
                                affinity("db", "topology.kubernetes.io/zone")))
                .containsValue("node(s) didn't match pod affinity rules")
                .doesNotContainValue("ok");
    }

    @Test
    void keepsPodsApartInBothDirections() {
        var own = new Cluster().node("a", "z1").node("b", "z1").running("a", FiltersTest::plain);
        assertThat(
                        own.filter(
                                new InterPodAffinity(1, false),
                                antiAffinity("kubernetes.io/hostname")))
                .isEqualTo(Map.of("a", "node(s) didn't match pod anti-affinity rules", "b", "ok"));

        var theirs =
                new Cluster()
                        .node("a", "z1")
                        .node("b", "z1")
                        .node("c", "z2")
                        .running("a", antiAffinity("topology.kubernetes.io/zone"));
        String reason = "node(s) didn't satisfy existing pods anti-affinity rules";
        assertThat(theirs.filter(new InterPodAffinity(1, false), FiltersTest::plain))
                .isEqualTo(Map.of("a", reason, "b", reason, "c", "ok"));
    }

    @Test
    void spreadsOverZonesWithinTheSkew() {
        var cluster =
                new Cluster()
                        .node("a", "z1")
                        .node("b", "z2")
                        .running("a", FiltersTest::plain)
                        .running("a", FiltersTest::plain)
                        .running("b", FiltersTest::plain);
        var plugin = new PodTopologySpread(_ -> null);

        assertThat(cluster.filter(plugin, spread("topology.kubernetes.io/zone", 1, null)))
                .isEqualTo(
                        Map.of(
                                "a",
                                "node(s) didn't match pod topology spread constraints",
                                "b",
                                "ok"));
        assertThat(cluster.filter(plugin, spread("topology.kubernetes.io/zone", 2, null)))
                .isEqualTo(Map.of("a", "ok", "b", "ok"));
        // two zones are fewer than three wanted: the least counts as 0
        assertThat(cluster.filter(plugin, spread("topology.kubernetes.io/zone", 2, 3)))
                .isEqualTo(
                        Map.of(
                                "a",
                                "node(s) didn't match pod topology spread constraints",
                                "b",
                                "ok"));
        assertThat(cluster.filter(plugin, spread("rack", 1, null)))
                .containsValue(
                        "node(s) didn't match pod topology spread constraints (missing required"
                                + " label)");
    }

    private static Consumer<PodBuilder> required(NodeSelectorRequirement rule) {
        return p ->
                p.editSpec()
                        .withNewAffinity()
                        .withNewNodeAffinity()
                        .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .addNewNodeSelectorTerm()
                        .withMatchExpressions(rule)
                        .endNodeSelectorTerm()
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endNodeAffinity()
                        .endAffinity()
                        .endSpec();
    }

    private static Consumer<PodBuilder> hostPort(
            @org.jspecify.annotations.Nullable String ip, int port) {
        return p ->
                p.editSpec()
                        .editFirstContainer()
                        .addNewPort()
                        .withHostIP(ip)
                        .withHostPort(port)
                        .withContainerPort(port)
                        .withProtocol("TCP")
                        .endPort()
                        .endContainer()
                        .endSpec();
    }

    private static Consumer<PodBuilder> affinity(String app, String key) {
        return p ->
                p.editSpec()
                        .withNewAffinity()
                        .withNewPodAffinity()
                        .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .withLabelSelector(
                                new LabelSelectorBuilder().addToMatchLabels("app", app).build())
                        .withTopologyKey(key)
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endPodAffinity()
                        .endAffinity()
                        .endSpec();
    }

    private static Consumer<PodBuilder> antiAffinity(String key) {
        return p ->
                p.editSpec()
                        .withNewAffinity()
                        .withNewPodAntiAffinity()
                        .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .withLabelSelector(
                                new LabelSelectorBuilder().addToMatchLabels("app", "web").build())
                        .withTopologyKey(key)
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endPodAntiAffinity()
                        .endAffinity()
                        .endSpec();
    }

    private static Consumer<PodBuilder> spread(
            String key, int skew, @org.jspecify.annotations.Nullable Integer minDomains) {
        return p ->
                p.editSpec()
                        .addNewTopologySpreadConstraint()
                        .withTopologyKey(key)
                        .withMaxSkew(skew)
                        .withMinDomains(minDomains)
                        .withWhenUnsatisfiable("DoNotSchedule")
                        .withLabelSelector(
                                new LabelSelectorBuilder().addToMatchLabels("app", "web").build())
                        .endTopologySpreadConstraint()
                        .endSpec();
    }
}
