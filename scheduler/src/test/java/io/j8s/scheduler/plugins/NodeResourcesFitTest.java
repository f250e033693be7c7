package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Room on nodes, and how full they rank. Cases worked out by hand from the documented meaning.
final class NodeResourcesFitTest {

    private final NodeResourcesFit fit = new NodeResourcesFit(NodeResourcesFit.Args.STANDARD);

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

        assertThat(cluster.filter(fit, Cluster.requests("1", "2Gi")))
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
        assertThat(cluster.filter(fit, pod)).isEqualTo(Map.of("n", "ok"));

        Consumer<PodBuilder> withSidecar =
                pod.andThen(p ->
                        p.editSpec()
                                .editFirstInitContainer()
                                .withRestartPolicy("Always")
                                .endInitContainer()
                                .endSpec());
        assertThat(cluster.filter(fit, withSidecar)).isEqualTo(Map.of("n", "Insufficient cpu"));
    }

    @Test
    void prefersEmptyOrFullNodesByStrategy() {
        var pod = Cluster.requests("1", "2Gi");
        // least: busy cpu (4-3)/4=25, memory (8-4)/8=50; idle 75 and 75
        assertThat(halfFull().score(fit, pod)).isEqualTo(Map.of("busy", 37L, "idle", 75L));
        // most: busy 75 and 50; idle 25 and 25
        var most = ranking(new NodeResourcesFit.Strategy.MostAllocated());
        assertThat(halfFull().score(most, pod)).isEqualTo(Map.of("busy", 62L, "idle", 25L));
        // by a shape that rises from 0 to 10: as most
        var shape =
                new UtilizationShape(
                        List.of(
                                new UtilizationShape.Point(0, 0),
                                new UtilizationShape.Point(100, 10)));
        var ratio = ranking(new NodeResourcesFit.Strategy.RequestedToCapacityRatio(shape));
        assertThat(halfFull().score(ratio, pod)).isEqualTo(Map.of("busy", 63L, "idle", 25L));
    }

    /// As upstream, whose ranking is not told that there are requests for whole pods.
    @Test
    void ranksByWhatContainersRequestWhereThePodRequestsMore() {
        Consumer<PodBuilder> whole =
                Cluster.requests("1", "2Gi")
                        .andThen(p ->
                                p.editSpec()
                                        .withNewResources()
                                        .addToRequests("cpu", new Quantity("2"))
                                        .addToRequests("memory", new Quantity("6Gi"))
                                        .endResources()
                                        .endSpec());
        assertThat(halfFull().score(fit, whole)).isEqualTo(Map.of("busy", 37L, "idle", 75L));
        assertThat(
                        new Cluster()
                                .node("n", "z")
                                .running("n", whole)
                                .filter(fit, Cluster.requests("1", "3Gi")))
                .isEqualTo(Map.of("n", "Insufficient memory"));
    }

    private static NodeResourcesFit ranking(NodeResourcesFit.Strategy strategy) {
        return new NodeResourcesFit(
                new NodeResourcesFit.Args(
                        strategy, WeightedResource.CPU_AND_MEMORY, Set.of(), Set.of()));
    }

    @Test
    void knowsThatSomeNodesAreTooSmallEvenWhenEmpty() {
        var cluster = new Cluster().node("n", "z").running("n", Cluster.requests("3", "1Gi"));
        assertThat(cluster.rejection(fit, Cluster.requests("2", "1Gi")).preemptionMayHelp())
                .isTrue();
        assertThat(cluster.rejection(fit, Cluster.requests("5", "1Gi")).preemptionMayHelp())
                .isFalse();
    }

    @Test
    void ignoresResourcesThatOthersAccountFor() {
        var cluster = new Cluster().node("n", "z");
        Consumer<PodBuilder> gpu =
                p ->
                        p.editSpec()
                                .editFirstContainer()
                                .withNewResources()
                                .addToRequests("example.com/gpu", new Quantity("1"))
                                .endResources()
                                .endContainer()
                                .endSpec();
        assertThat(cluster.filter(fit, gpu)).isEqualTo(Map.of("n", "Insufficient example.com/gpu"));
        var standard = NodeResourcesFit.Args.STANDARD;
        var ignoring =
                new NodeResourcesFit(
                        new NodeResourcesFit.Args(
                                standard.strategy(),
                                standard.resources(),
                                Set.of(),
                                Set.of("example.com")));
        assertThat(cluster.filter(ignoring, gpu)).isEqualTo(Map.of("n", "ok"));
    }

    @Test
    void countsWhatAContainerHasWhileItIsResized() {
        var cluster = new Cluster().node("n", "z").running("n", resizing("1", "3", ""));
        assertThat(cluster.filter(fit, Cluster.requests("2", "1Gi")))
                .isEqualTo(Map.of("n", "Insufficient cpu"));

        var hopeless = new Cluster().node("n", "z").running("n", resizing("3", "1", "Infeasible"));
        assertThat(hopeless.filter(fit, Cluster.requests("2", "1Gi"))).isEqualTo(Map.of("n", "ok"));
    }

    /// Upstream compares sums: what one container gives the other may have.
    @Test
    void comparesWhatAPodWantsAndHasAsAWhole() {
        Consumer<PodBuilder> swapping =
                resizing("1", "2", "")
                        .andThen(p ->
                                p.editSpec()
                                        .addNewContainer()
                                        .withName("other")
                                        .withNewResources()
                                        .addToRequests("cpu", new Quantity("2"))
                                        .endResources()
                                        .endContainer()
                                        .endSpec()
                                        .editStatus()
                                        .addNewContainerStatus()
                                        .withName("other")
                                        .withNewResources()
                                        .addToRequests("cpu", new Quantity("1"))
                                        .endResources()
                                        .endContainerStatus()
                                        .endStatus());
        var cluster = new Cluster().node("n", "z").running("n", swapping);
        assertThat(cluster.filter(fit, Cluster.requests("1", "1Gi"))).isEqualTo(Map.of("n", "ok"));
    }

    private static Consumer<PodBuilder> resizing(String wanted, String has, String pending) {
        return Cluster.requests(wanted, "1Gi")
                .andThen(p -> {
                    var status =
                            p.editStatus()
                                    .addNewContainerStatus()
                                    .withName("c")
                                    .withNewResources()
                                    .addToRequests("cpu", new Quantity(has))
                                    .endResources()
                                    .endContainerStatus();
                    if (!pending.isEmpty()) {
                        status.addNewCondition()
                                .withType("PodResizePending")
                                .withReason(pending)
                                .endCondition();
                    }
                    status.endStatus();
                });
    }

    private static Cluster halfFull() {
        // on `busy` 2 of 4 CPUs and 2 of 8 GiB are requested
        return new Cluster()
                .node("busy", "z1")
                .node("idle", "z2")
                .running("busy", Cluster.requests("2", "2Gi"));
    }
}
