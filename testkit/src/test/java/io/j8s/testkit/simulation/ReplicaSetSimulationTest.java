package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.workload.ReplicaSetController;
import io.j8s.testkit.FakeNodes;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;

class ReplicaSetSimulationTest {

    @Test
    void everySeedEndsWithAsManyReadyPodsAsAskedAndNeverHasSurplus() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        var sim = new Simulation(seed).with(ReplicaSetController::of).with(FakeNodes::new);
        var random = sim.random();
        int[] most = {random.nextInt(1, 6)};
        sim.api().create(Kinds.REPLICA_SETS, set(most[0]));
        sim.start();
        sim.disorder(150);
        for (int round = 0; round < 3; round++) {
            int wanted = random.nextInt(0, 7);
            most[0] = wanted;
            sim.api().update(Kinds.REPLICA_SETS, scaled(sim, wanted));
            sim.disorder(150);
        }
        sim.settle(Duration.ofMinutes(20));
        sim.guarded(() -> {
            var live = active(sim);
            assertThat(live).hasSize(most[0]);
            var status = sim.api().all(Kinds.REPLICA_SETS).getFirst().getStatus();
            assertThat(Meta.orZero(status.getReadyReplicas())).isEqualTo(most[0]);
            assertThat(Meta.orZero(status.getReplicas())).isEqualTo(most[0]);
        });
    }

    private static ReplicaSet scaled(Simulation sim, int replicas) {
        return new ReplicaSetBuilder(sim.api().all(Kinds.REPLICA_SETS).getFirst())
                .editMetadata()
                .withResourceVersion(null)
                .endMetadata()
                .editSpec()
                .withReplicas(replicas)
                .endSpec()
                .build();
    }

    private static List<Pod> active(Simulation sim) {
        return sim.api().all(Kinds.PODS).stream().filter(pod -> !Meta.isTerminating(pod)).toList();
    }

    static ReplicaSet set(int replicas) {
        return new ReplicaSetBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("web")
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withNewSelector()
                .withMatchLabels(Map.of("app", "web"))
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", "web")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("web")
                .withImage("web:1")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }
}
