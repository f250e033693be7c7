package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.j8s.controllers.gc.GarbageCollector;
import io.j8s.controllers.gc.NamespaceController;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.workload.DeploymentController;
import io.j8s.controllers.workload.ReplicaSetController;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.testkit.FakeNodes;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

class GarbageCollectorSimulationTest {

    private static final ObjectKey WEB = new ObjectKey("default", "web");

    private static Simulation simulation(long seed) {
        return new Simulation(seed)
                .with(GarbageCollector::new)
                .with(NamespaceController::new)
                .with(DeploymentController::new)
                .with(ReplicaSetController::of)
                .with(FakeNodes::new);
    }

    private static Simulation withDeployment(long seed) {
        var sim = simulation(seed);
        sim.api().create(Kinds.DEPLOYMENTS, DeploymentSimulationTest.deployment(3, 1, 1));
        sim.start();
        sim.settle(Duration.ofMinutes(2));
        return sim;
    }

    @Test
    void everySeedDeletesAllDependents() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            var sim = withDeployment(seed);
            sim.api()
                    .delete(
                            Kinds.DEPLOYMENTS,
                            WEB,
                            new Api.Delete(
                                    seed % 2 == 0 ? "Background" : "Foreground", null, null, null));
            if (seed % 2 == 1) {
                sim.invariant(() -> {
                    if (sim.api().all(Kinds.DEPLOYMENTS).isEmpty()) {
                        assertThat(sim.api().all(Kinds.REPLICA_SETS)).isEmpty();
                        assertThat(sim.api().all(Kinds.PODS)).isEmpty();
                    }
                });
            }
            sim.disorder(200);
            sim.settle(Duration.ofMinutes(30));
            sim.guarded(() -> {
                assertThat(sim.api().all(Kinds.DEPLOYMENTS)).isEmpty();
                assertThat(sim.api().all(Kinds.REPLICA_SETS)).isEmpty();
                assertThat(sim.api().all(Kinds.PODS)).isEmpty();
            });
        }
    }

    @Test
    void everySeedOrphansWithoutDeletingAnything() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            var sim = withDeployment(seed);
            sim.invariant(() -> assertThat(sim.api().all(Kinds.REPLICA_SETS)).hasSize(1));
            sim.api().delete(Kinds.DEPLOYMENTS, WEB, new Api.Delete("Orphan", null, null, null));
            sim.disorder(150);
            sim.settle(Duration.ofMinutes(30));
            sim.guarded(() -> {
                assertThat(sim.api().all(Kinds.DEPLOYMENTS)).isEmpty();
                assertThat(Meta.owners(sim.api().all(Kinds.REPLICA_SETS).getFirst())).isEmpty();
                assertThat(sim.api().all(Kinds.PODS)).hasSize(3);
            });
        }
    }

    /// Half of the pod's grace period would be 15 s.
    @Test
    void namespaceGoesSoonAfterItsLastPod() {
        var sim = new Simulation(1).with(NamespaceController::new);
        DefaultNamespace.in(sim);
        var pod =
                sim.api()
                        .create(
                                Kinds.PODS,
                                new PodBuilder()
                                        .withNewMetadata()
                                        .withNamespace("default")
                                        .withName("slow")
                                        .endMetadata()
                                        .withNewSpec()
                                        .withNodeName("elsewhere")
                                        .withTerminationGracePeriodSeconds(30L)
                                        .addNewContainer()
                                        .withName("main")
                                        .withImage("app:1")
                                        .endContainer()
                                        .endSpec()
                                        .build());
        sim.start();
        sim.api().delete(Kinds.NAMESPACES, ObjectKey.clusterScoped("default"), Api.Delete.PLAIN);
        sim.settle(Duration.ofSeconds(3));
        assertThat(sim.api().all(Kinds.PODS)).as("the node has not ended it").hasSize(1);
        sim.api().delete(Kinds.PODS, Meta.key(pod), Api.Delete.PLAIN.grace(0));
        sim.settle(Duration.ofSeconds(2));
        assertThat(sim.api().all(Kinds.NAMESPACES)).isEmpty();
    }

    /// What a v1.37.2 `kube-controller-manager` tells: of pods only once they are late.
    @Test
    void conditionsTellOfPodsThatOutliveTheirGrace() {
        var sim = new Simulation(1).with(NamespaceController::new);
        DefaultNamespace.in(sim);
        sim.api()
                .create(
                        Kinds.PODS,
                        new PodBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("stuck")
                                .endMetadata()
                                .withNewSpec()
                                .withNodeName("elsewhere")
                                .withTerminationGracePeriodSeconds(30L)
                                .endSpec()
                                .build());
        sim.start();
        sim.api().delete(Kinds.NAMESPACES, ObjectKey.clusterScoped("default"), Api.Delete.PLAIN);
        sim.settle(Duration.ofSeconds(5));
        assertThat(told(sim, "NamespaceContentRemaining")).isEqualTo("False ContentRemoved");
        assertThat(told(sim, "NamespaceDeletionContentFailure")).isEqualTo("False ContentDeleted");
        sim.settle(Duration.ofSeconds(40));
        assertThat(told(sim, "NamespaceDeletionContentFailure"))
                .isEqualTo("True ContentDeletionFailed");
    }

    private static String told(Simulation sim, String type) {
        return sim.api().all(Kinds.NAMESPACES).getFirst().getStatus().getConditions().stream()
                .filter(c -> c.getType().equals(type))
                .map(c -> c.getStatus() + " " + c.getReason())
                .collect(Collectors.joining());
    }

    @Test
    void everySeedEmptiesANamespaceThatIsDeleted() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            var sim = simulation(seed);
            DefaultNamespace.in(sim);
            sim.api().create(Kinds.DEPLOYMENTS, DeploymentSimulationTest.deployment(3, 1, 1));
            sim.start();
            sim.disorder(100);
            sim.api()
                    .delete(Kinds.NAMESPACES, ObjectKey.clusterScoped("default"), Api.Delete.PLAIN);
            sim.disorder(100);
            sim.settle(Duration.ofMinutes(30));
            sim.guarded(() -> {
                assertThat(sim.api().all(Kinds.NAMESPACES)).isEmpty();
                assertThat(sim.api().all(Kinds.PODS)).isEmpty();
                assertThat(sim.api().all(Kinds.REPLICA_SETS)).isEmpty();
            });
        }
    }

    @Test
    void deletesWhatNamesAnOwnerThatNeverWas() {
        var sim = simulation(1);
        sim.api()
                .create(
                        Kinds.CONFIG_MAPS,
                        new ConfigMapBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("stray")
                                .withOwnerReferences(
                                        List.of(
                                                new OwnerReferenceBuilder()
                                                        .withApiVersion("v1")
                                                        .withKind("Pod")
                                                        .withName("gone")
                                                        .withUid("never")
                                                        .build()))
                                .endMetadata()
                                .build());
        sim.start();
        sim.settle(Duration.ofMinutes(2));
        assertThat(sim.api().all(Kinds.CONFIG_MAPS)).isEmpty();
    }
}
