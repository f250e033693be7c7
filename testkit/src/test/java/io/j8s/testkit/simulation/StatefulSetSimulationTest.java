package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ControllerRevisionBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetPersistentVolumeClaimRetentionPolicy;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.workload.PodRules;
import io.j8s.controllers.workload.StatefulSetController;
import io.j8s.testkit.FakeNodes;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

class StatefulSetSimulationTest {

    @Test
    void everySeedStartsInOrderAndUpdatesOneByOne() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        var sim = new Simulation(seed).with(StatefulSetController::new).with(FakeNodes::new);
        int replicas = (int) (1 + seed % 4);
        sim.api().create(Kinds.STATEFUL_SETS, set(replicas));
        boolean[] starting = {true};
        sim.invariant(() -> {
            var pods = byOrdinal(sim);
            if (starting[0]) {
                pods.forEach((ordinal, pod) -> {
                    for (int below = 0; below < ordinal; below++) {
                        var lower = pods.get(below);
                        assertThat(lower != null && PodRules.isReady(lower)).isTrue();
                    }
                });
            } else {
                long missing =
                        replicas
                                - pods.values().stream()
                                        .filter(p -> !Meta.isTerminating(p))
                                        .filter(PodRules::isReady)
                                        .count();
                assertThat(missing).as("unavailable at a time").isLessThanOrEqualTo(1);
            }
        });
        sim.start();
        sim.disorder(250);
        sim.settle(Duration.ofMinutes(20));
        sim.guarded(() -> assertThat(byOrdinal(sim)).hasSize(replicas));
        starting[0] = false;
        update(sim, "db:2");
        sim.disorder(300);
        sim.settle(Duration.ofMinutes(30));
        sim.guarded(() -> {
            assertThat(byOrdinal(sim).values())
                    .hasSize(replicas)
                    .allMatch(
                            p -> p.getSpec().getContainers().getFirst().getImage().equals("db:2"));
            assertThat(sim.api().all(Kinds.CLAIMS)).hasSize(replicas);
            var status = sim.api().all(Kinds.STATEFUL_SETS).getFirst().getStatus();
            assertThat(status.getCurrentRevision()).isEqualTo(status.getUpdateRevision());
            assertThat(status.getReadyReplicas()).isEqualTo(replicas);
        });
    }

    @Test
    void partitionKeepsLowerOrdinalsAndScalingDownGoesFromTheTop() {
        var sim = new Simulation(1).with(StatefulSetController::new).with(FakeNodes::new);
        var set = set(3);
        set.getSpec().getUpdateStrategy().getRollingUpdate().setPartition(2);
        sim.api().create(Kinds.STATEFUL_SETS, set);
        sim.start();
        sim.settle(Duration.ofMinutes(5));
        update(sim, "db:2");
        sim.settle(Duration.ofMinutes(5));
        assertThat(byOrdinal(sim).values())
                .extracting(p -> p.getSpec().getContainers().getFirst().getImage())
                .containsExactly("db:1", "db:1", "db:2");
        sim.api()
                .update(
                        Kinds.STATEFUL_SETS,
                        new StatefulSetBuilder(sim.api().all(Kinds.STATEFUL_SETS).getFirst())
                                .editSpec()
                                .withReplicas(1)
                                .endSpec()
                                .build());
        sim.settle(Duration.ofMinutes(5));
        assertThat(byOrdinal(sim)).containsOnlyKeys(0);
        assertThat(sim.api().all(Kinds.CLAIMS)).hasSize(3);
    }

    /// Names and owners as a v1.37.2 `kube-controller-manager` writes them.
    @Test
    void claimsBelongToTheSetAndOfAPodThatGoesToThePod() {
        var sim = new Simulation(1).with(StatefulSetController::new).with(FakeNodes::new);
        var set = set(2);
        set.getSpec()
                .setPersistentVolumeClaimRetentionPolicy(
                        new StatefulSetPersistentVolumeClaimRetentionPolicy("Delete", "Delete"));
        sim.api().create(Kinds.STATEFUL_SETS, set);
        sim.start();
        sim.settle(Duration.ofMinutes(5));
        assertThat(byOrdinal(sim).values())
                .allMatch(pod -> pod.getMetadata().getGenerateName().equals("db-"));
        var owner = sim.api().all(Kinds.STATEFUL_SETS).getFirst();
        assertThat(sim.api().all(Kinds.CLAIMS))
                .hasSize(2)
                .allSatisfy(claim ->
                        assertThat(Meta.owners(claim))
                                .containsExactly(Meta.controllerRef(Kinds.STATEFUL_SETS, owner)));
        var going = Meta.controllerRef(Kinds.PODS, Objects.requireNonNull(byOrdinal(sim).get(1)));
        sim.api()
                .update(
                        Kinds.STATEFUL_SETS,
                        new StatefulSetBuilder(owner).editSpec().withReplicas(1).endSpec().build());
        sim.settle(Duration.ofMinutes(5));
        assertThat(sim.api().all(Kinds.CLAIMS))
                .filteredOn(claim -> Meta.name(claim).equals("data-db-1"))
                .singleElement()
                .satisfies(claim -> assertThat(Meta.owners(claim)).containsExactly(going));
    }

    @Test
    void aSetThatComesBackAdoptsItsRevisions() {
        var sim = new Simulation(1).with(StatefulSetController::new).with(FakeNodes::new);
        sim.api().create(Kinds.STATEFUL_SETS, set(1));
        sim.start();
        sim.settle(Duration.ofMinutes(5));
        var revision = sim.api().all(Kinds.CONTROLLER_REVISIONS).getFirst();
        sim.api()
                .update(
                        Kinds.CONTROLLER_REVISIONS,
                        new ControllerRevisionBuilder(revision)
                                .editMetadata()
                                .withOwnerReferences(List.of())
                                .endMetadata()
                                .build());
        update(sim, "db:2");
        sim.settle(Duration.ofMinutes(5));
        assertThat(sim.api().all(Kinds.CONTROLLER_REVISIONS))
                .hasSize(2)
                .allSatisfy(r -> assertThat(Meta.owners(r)).hasSize(1));
    }

    private static void update(Simulation sim, String image) {
        sim.api()
                .update(
                        Kinds.STATEFUL_SETS,
                        new StatefulSetBuilder(sim.api().all(Kinds.STATEFUL_SETS).getFirst())
                                .editSpec()
                                .editTemplate()
                                .editSpec()
                                .editFirstContainer()
                                .withImage(image)
                                .endContainer()
                                .endSpec()
                                .endTemplate()
                                .endSpec()
                                .build());
    }

    private static Map<Integer, Pod> byOrdinal(Simulation sim) {
        var pods = new TreeMap<Integer, Pod>();
        sim.api()
                .all(Kinds.PODS)
                .forEach(pod -> pods.put(Integer.parseInt(Meta.name(pod).substring(3)), pod));
        return pods;
    }

    private static StatefulSet set(int replicas) {
        return new StatefulSetBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("db")
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withServiceName("db")
                .withNewSelector()
                .withMatchLabels(Map.of("app", "db"))
                .endSelector()
                .withNewUpdateStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withPartition(0)
                .endRollingUpdate()
                .endUpdateStrategy()
                .withVolumeClaimTemplates(
                        new PersistentVolumeClaimBuilder()
                                .withNewMetadata()
                                .withName("data")
                                .endMetadata()
                                .withNewSpec()
                                .withAccessModes("ReadWriteOnce")
                                .endSpec()
                                .build())
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", "db")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("db")
                .withImage("db:1")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }
}
