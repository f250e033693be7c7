package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.workload.DaemonSetController;
import io.j8s.controllers.workload.PodRules;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.testkit.FakeNodes;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;

class DaemonSetSimulationTest {

    @Test
    void everySeedRunsOnePodANodeAndUpdatesOneByOne() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        var sim =
                new Simulation(seed)
                        .with(DaemonSetController::new)
                        .with(context -> new FakeNodes(context, false, _ -> FakeNodes.Fate.READY));
        int count = (int) (1 + seed % 4);
        for (int i = 0; i < count; i++) {
            sim.api().create(Kinds.NODES, FakeNodes.node("n" + i));
        }
        sim.api().create(Kinds.DAEMON_SETS, set());
        sim.start();
        for (int round = 0; round < 40; round++) {
            bind(sim);
            sim.disorder(10);
        }
        finish(sim);
        sim.guarded(() -> assertThat(ready(sim)).isEqualTo(count));
        sim.invariant(() ->
                assertThat(ready(sim))
                        .as("ready during the update")
                        .isGreaterThanOrEqualTo(count - 1));
        sim.api()
                .update(
                        Kinds.DAEMON_SETS,
                        new DaemonSetBuilder(sim.api().all(Kinds.DAEMON_SETS).getFirst())
                                .editSpec()
                                .editTemplate()
                                .editSpec()
                                .editFirstContainer()
                                .withImage("agent:2")
                                .endContainer()
                                .endSpec()
                                .endTemplate()
                                .endSpec()
                                .build());
        for (int round = 0; round < 40; round++) {
            bind(sim);
            sim.disorder(10);
        }
        finish(sim);
        sim.guarded(() -> {
            assertThat(sim.api().all(Kinds.PODS))
                    .hasSize(count)
                    .allMatch(p ->
                            p.getSpec().getContainers().getFirst().getImage().equals("agent:2"));
            var status = sim.api().all(Kinds.DAEMON_SETS).getFirst().getStatus();
            assertThat(status.getNumberReady()).isEqualTo(count);
            assertThat(status.getUpdatedNumberScheduled()).isEqualTo(count);
        });
    }

    @Test
    void newNodesGetAPodAndTaintedOnesLoseIt() {
        var sim =
                new Simulation(1)
                        .with(DaemonSetController::new)
                        .with(context -> new FakeNodes(context, false, _ -> FakeNodes.Fate.READY));
        sim.api().create(Kinds.DAEMON_SETS, set());
        sim.start();
        sim.settle(Duration.ofMinutes(1));
        assertThat(sim.api().all(Kinds.PODS)).isEmpty();
        sim.api().create(Kinds.NODES, FakeNodes.node("a"));
        finish(sim);
        assertThat(ready(sim)).isEqualTo(1);
        sim.api()
                .update(
                        Kinds.NODES,
                        new NodeBuilder(sim.api().get(Kinds.NODES, ObjectKey.clusterScoped("a")))
                                .editSpec()
                                .addNewTaint("NoExecute", "gone", null, "yes")
                                .endSpec()
                                .build());
        finish(sim);
        assertThat(sim.api().all(Kinds.PODS)).isEmpty();
    }

    private static void finish(Simulation sim) {
        for (int i = 0; i < 12; i++) {
            bind(sim);
            sim.settle(Duration.ofMinutes(2));
        }
    }

    private static void bind(Simulation sim) {
        for (var pod : sim.api().all(Kinds.PODS)) {
            if (PodRules.node(pod).isEmpty() && !Meta.isTerminating(pod)) {
                var node =
                        pod.getSpec()
                                .getAffinity()
                                .getNodeAffinity()
                                .getRequiredDuringSchedulingIgnoredDuringExecution()
                                .getNodeSelectorTerms()
                                .getFirst()
                                .getMatchFields()
                                .getFirst()
                                .getValues()
                                .getFirst();
                sim.api()
                        .update(
                                Kinds.PODS,
                                new PodBuilder(pod)
                                        .editSpec()
                                        .withNodeName(node)
                                        .endSpec()
                                        .build());
            }
        }
    }

    private static long ready(Simulation sim) {
        return sim.api().all(Kinds.PODS).stream()
                .filter(p -> !Meta.isTerminating(p) && PodRules.isReady(p))
                .count();
    }

    private static DaemonSet set() {
        return new DaemonSetBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("agent")
                .endMetadata()
                .withNewSpec()
                .withNewSelector()
                .withMatchLabels(Map.of("app", "agent"))
                .endSelector()
                .withNewUpdateStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxUnavailable(new IntOrString(1))
                .withMaxSurge(new IntOrString(0))
                .endRollingUpdate()
                .endUpdateStrategy()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", "agent")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("agent")
                .withImage("agent:1")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }
}
