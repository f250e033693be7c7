package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Taint;
import io.j8s.controllers.node.NodeIpamController;
import io.j8s.controllers.node.NodeLifecycleController;
import io.j8s.controllers.node.PodGarbageCollector;
import io.j8s.controllers.node.TaintEvictionController;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.ControllerConfig;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.workload.PodRules;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.testkit.FakeNodes;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

class NodeSimulationTest {

    @Test
    void aZoneHasItsCountOfEvictionsBeforeTheFirst() {
        var sim = new Simulation(1).with(NodeLifecycleController::new);
        sim.api()
                .create(
                        Kinds.NODES,
                        SmallNode.named("a", Map.of("topology.kubernetes.io/zone", "east")));
        sim.start();
        sim.settle(Duration.ofSeconds(1));
        var evictions =
                (CounterSnapshot) sim.told().scrape("node_collector_evictions"::equals).get(0);
        assertThat(evictions.getDataPoints())
                .singleElement()
                .satisfies(zone -> {
                    assertThat(zone.getLabels().get("zone")).isEqualTo(":\0:east");
                    assertThat(zone.getValue()).isZero();
                });
    }

    @Test
    void everySeedTaintsTheSilentNodeEvictsItsPodsAndHealsIt() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        var sim =
                new Simulation(seed)
                        .config(ControllerConfig.of("CA", List.of("10.42.0.0/16")))
                        .with(NodeIpamController::new)
                        .with(NodeLifecycleController::new)
                        .with(TaintEvictionController::new)
                        .with(PodGarbageCollector::new)
                        .with(context -> new FakeNodes(context, false, _ -> FakeNodes.Fate.READY));
        for (var name : List.of("a", "b", "c")) {
            sim.api().create(Kinds.NODES, FakeNodes.node(name));
            pod(sim, name);
        }
        sim.start();
        sim.disorder(200);
        sim.settle(Duration.ofSeconds(5));
        sim.guarded(() ->
                assertThat(
                                sim.api().all(Kinds.NODES).stream()
                                        .map(n -> n.getSpec().getPodCIDR())
                                        .distinct()
                                        .filter(Objects::nonNull))
                        .hasSize(3));
        for (int i = 0; i < 50; i++) {
            beat(sim, "a");
            beat(sim, "b");
            sim.settle(Duration.ofSeconds(10));
        }
        sim.guarded(() -> {
            var silent = node(sim, "c");
            assertThat(silent.getSpec().getTaints())
                    .extracting(t -> t.getKey() + ":" + t.getEffect())
                    .containsExactlyInAnyOrder(
                            "node.kubernetes.io/unreachable:NoSchedule",
                            "node.kubernetes.io/unreachable:NoExecute");
            assertThat(silent.getStatus().getConditions())
                    .anyMatch(c -> "NodeStatusUnknown".equals(c.getReason()));
            assertThat(sim.api().all(Kinds.PODS))
                    .extracting(Meta::name)
                    .containsExactlyInAnyOrder("a", "b");
        });
        beat(sim, "c");
        sim.settle(Duration.ofSeconds(20));
        sim.guarded(() -> assertThat(node(sim, "c").getSpec().getTaints()).isEmpty());
        sim.api().delete(Kinds.NODES, ObjectKey.clusterScoped("b"), Api.Delete.PLAIN);
        sim.settle(Duration.ofMinutes(2));
        sim.guarded(() ->
                assertThat(sim.api().all(Kinds.PODS)).extracting(Meta::name).containsExactly("a"));
    }

    private static Node node(Simulation sim, String name) {
        return sim.api().get(Kinds.NODES, ObjectKey.clusterScoped(name));
    }

    /// Its agent goes on to tell how its pods are; only for a silent one does the controller.
    @Test
    void podsOfANodeThatSaysItIsNotReadyStayAsItsAgentTellsThem() {
        var sim =
                new Simulation(1)
                        .with(NodeLifecycleController::new)
                        .with(context -> new FakeNodes(context, false, _ -> FakeNodes.Fate.READY));
        sim.api().create(Kinds.NODES, FakeNodes.node("a"));
        pod(sim, "a");
        sim.start();
        sim.settle(Duration.ofSeconds(5));
        tell(sim, "a", "False");
        sim.settle(Duration.ofSeconds(20));
        assertThat(PodRules.isReady(sim.api().all(Kinds.PODS).getFirst())).isTrue();
        assertThat(node(sim, "a").getSpec().getTaints())
                .extracting(Taint::getKey)
                .contains("node.kubernetes.io/not-ready");
    }

    @Test
    void nodesThatNeverToldHowTheyAreDoNotBecomeNotReadyAndGetTheLabelsOfOld() {
        var sim = new Simulation(1).with(NodeLifecycleController::new);
        sim.api()
                .create(
                        Kinds.NODES,
                        new NodeBuilder()
                                .withNewMetadata()
                                .withName("a")
                                .addToLabels("kubernetes.io/os", "linux")
                                .addToLabels("kubernetes.io/arch", "arm64")
                                .addToLabels("beta.kubernetes.io/arch", "amd64")
                                .endMetadata()
                                .build());
        sim.start();
        sim.settle(Duration.ofMinutes(3));
        assertThat(node(sim, "a").getStatus().getConditions())
                .anyMatch(c -> "NodeStatusNeverUpdated".equals(c.getReason()));
        assertThat(sim.api().events())
                .extracting(Event::getReason)
                .contains("RegisteredNode")
                .doesNotContain("NodeNotReady");
        assertThat(Meta.labels(node(sim, "a")))
                .containsEntry("beta.kubernetes.io/os", "linux")
                .containsEntry("beta.kubernetes.io/arch", "arm64");
    }

    private static void beat(Simulation sim, String name) {
        tell(sim, name, "True");
    }

    private static void tell(Simulation sim, String name, String ready) {
        sim.api()
                .updateStatus(
                        Kinds.NODES,
                        new NodeBuilder(node(sim, name))
                                .editStatus()
                                .editMatchingCondition(c -> c.getType().equals("Ready"))
                                .withStatus(ready)
                                .withLastHeartbeatTime(Meta.timestamp(sim.timers().now()))
                                .endCondition()
                                .endStatus()
                                .build());
    }

    private static void pod(Simulation sim, String node) {
        sim.api()
                .create(
                        Kinds.PODS,
                        new PodBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName(node)
                                .endMetadata()
                                .withNewSpec()
                                .withNodeName(node)
                                .addNewToleration()
                                .withKey("node.kubernetes.io/unreachable")
                                .withOperator("Exists")
                                .withEffect("NoExecute")
                                .withTolerationSeconds(300L)
                                .endToleration()
                                .addNewContainer()
                                .withName("c")
                                .withImage("c")
                                .endContainer()
                                .endSpec()
                                .build());
    }
}
