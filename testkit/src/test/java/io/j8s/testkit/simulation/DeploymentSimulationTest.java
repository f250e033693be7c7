package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentFluent;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.workload.DeploymentController;
import io.j8s.controllers.workload.PodRules;
import io.j8s.controllers.workload.ReplicaSetController;
import io.j8s.testkit.FakeNodes;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;

class DeploymentSimulationTest {

    @Test
    void everySeedRollsOutWithinItsMargins() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            rolling(seed);
        }
    }

    @Test
    void everySeedRecreatesWithoutTwoTemplatesAtATime() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            recreating(seed);
        }
    }

    private static Simulation simulation(long seed) {
        return new Simulation(seed)
                .with(DeploymentController::new)
                .with(ReplicaSetController::of)
                .with(FakeNodes::new);
    }

    private static void rolling(long seed) {
        var sim = simulation(seed);
        int replicas = sim.random().nextInt(1, 7);
        int surge = sim.random().nextInt(0, 3);
        int unavailable = surge == 0 ? 1 : sim.random().nextInt(0, 3);
        sim.api().create(Kinds.DEPLOYMENTS, deployment(replicas, surge, unavailable));
        sim.start();
        sim.settle(Duration.ofMinutes(1));
        sim.guarded(() -> assertThat(ready(sim)).isEqualTo(replicas));
        sim.invariant(() -> {
            assertThat(asked(sim)).as("pods asked for").isLessThanOrEqualTo(replicas + surge);
            assertThat(ready(sim))
                    .as("ready pods")
                    .isGreaterThanOrEqualTo(replicas - Math.min(unavailable, replicas));
        });
        for (int image = 2; image < 5; image++) {
            var next = "web:" + image;
            change(
                    sim,
                    spec ->
                            spec.editTemplate()
                                    .editSpec()
                                    .editFirstContainer()
                                    .withImage(next)
                                    .endContainer()
                                    .endSpec()
                                    .endTemplate());
            sim.disorder(sim.random().nextInt(400));
        }
        sim.settle(Duration.ofMinutes(30));
        sim.guarded(() -> {
            assertThat(ready(sim)).isEqualTo(replicas);
            assertThat(sim.api().all(Kinds.PODS)).allMatch(p -> image(p).equals("web:4"));
            var status = sim.api().all(Kinds.DEPLOYMENTS).getFirst().getStatus();
            assertThat(status.getUpdatedReplicas()).isEqualTo(replicas);
            assertThat(status.getConditions())
                    .anyMatch(c -> "NewReplicaSetAvailable".equals(c.getReason()));
        });
    }

    private static void recreating(long seed) {
        var sim = simulation(seed);
        var one = deployment(3, 0, 1);
        one.getSpec().getStrategy().setType("Recreate");
        one.getSpec().getStrategy().setRollingUpdate(null);
        sim.api().create(Kinds.DEPLOYMENTS, one);
        sim.start();
        sim.settle(Duration.ofMinutes(1));
        sim.invariant(() ->
                assertThat(
                                sim.api().all(Kinds.PODS).stream()
                                        .filter(pod -> !PodRules.isTerminal(pod))
                                        .map(DeploymentSimulationTest::image)
                                        .distinct())
                        .hasSizeLessThanOrEqualTo(1));
        change(
                sim,
                spec ->
                        spec.editTemplate()
                                .editSpec()
                                .editFirstContainer()
                                .withImage("web:2")
                                .endContainer()
                                .endSpec()
                                .endTemplate());
        sim.disorder(300);
        sim.settle(Duration.ofMinutes(30));
        sim.guarded(() -> {
            assertThat(ready(sim)).isEqualTo(3);
            assertThat(sim.api().all(Kinds.PODS)).allMatch(p -> image(p).equals("web:2"));
        });
    }

    @Test
    void pausesResumesScalesInProportionAndRollsBack() {
        var sim = simulation(1);
        sim.api().create(Kinds.DEPLOYMENTS, deployment(10, 3, 2));
        sim.start();
        sim.settle(Duration.ofMinutes(1));
        change(
                sim,
                spec ->
                        spec.withPaused(true)
                                .editTemplate()
                                .editSpec()
                                .editFirstContainer()
                                .withImage("web:2")
                                .endContainer()
                                .endSpec()
                                .endTemplate());
        sim.settle(Duration.ofMinutes(1));
        assertThat(sim.api().all(Kinds.REPLICA_SETS)).hasSize(1);
        assertThat(reasons(sim)).contains("DeploymentPaused");
        change(sim, spec -> spec.withPaused(false));
        sim.settle(Duration.ofMinutes(1));
        assertThat(sim.api().all(Kinds.REPLICA_SETS)).hasSize(2);
        assertThat(ready(sim)).isEqualTo(10);
        change(sim, spec -> spec.withReplicas(20));
        sim.settle(Duration.ofMinutes(1));
        assertThat(ready(sim)).isEqualTo(20);
        assertThat(Meta.annotations(sim.api().all(Kinds.DEPLOYMENTS).getFirst()))
                .containsEntry("deployment.kubernetes.io/revision", "2");
        change(
                sim,
                spec ->
                        spec.editTemplate()
                                .editSpec()
                                .editFirstContainer()
                                .withImage("web:1")
                                .endContainer()
                                .endSpec()
                                .endTemplate());
        sim.settle(Duration.ofMinutes(1));
        assertThat(Meta.annotations(sim.api().all(Kinds.DEPLOYMENTS).getFirst()))
                .containsEntry("deployment.kubernetes.io/revision", "3");
        assertThat(sim.api().all(Kinds.REPLICA_SETS)).hasSize(2);
        assertThat(sim.api().events().getFirst().getMessage())
                .matches("Scaled up replica set web-[a-z0-9]+ from 0 to 10");
    }

    @Test
    void reportsARolloutThatStandsStill() {
        var sim =
                new Simulation(1)
                        .with(DeploymentController::new)
                        .with(ReplicaSetController::of)
                        .with(c -> new FakeNodes(c, true, _ -> FakeNodes.Fate.UNREADY));
        sim.api().create(Kinds.DEPLOYMENTS, deployment(2, 1, 0));
        sim.start();
        sim.settle(Duration.ofMinutes(11));
        assertThat(sim.api().all(Kinds.DEPLOYMENTS).getFirst().getStatus().getConditions())
                .anyMatch(c ->
                        "ProgressDeadlineExceeded".equals(c.getReason())
                                && c.getMessage().endsWith("has timed out progressing."));
    }

    private static java.util.List<String> reasons(Simulation sim) {
        return sim.api().all(Kinds.DEPLOYMENTS).getFirst().getStatus().getConditions().stream()
                .map(c -> Meta.orEmpty(c.getReason()))
                .toList();
    }

    private static void change(
            Simulation sim,
            UnaryOperator<DeploymentFluent<DeploymentBuilder>.SpecNested<DeploymentBuilder>> edit) {
        var builder = new DeploymentBuilder(sim.api().all(Kinds.DEPLOYMENTS).getFirst());
        sim.api().update(Kinds.DEPLOYMENTS, edit.apply(builder.editSpec()).endSpec().build());
    }

    private static String image(io.fabric8.kubernetes.api.model.Pod pod) {
        return pod.getSpec().getContainers().getFirst().getImage();
    }

    private static int asked(Simulation sim) {
        return sim.api().all(Kinds.REPLICA_SETS).stream()
                .mapToInt(set -> Meta.orZero(set.getSpec().getReplicas()))
                .sum();
    }

    private static int ready(Simulation sim) {
        return (int)
                sim.api().all(Kinds.PODS).stream()
                        .filter(pod -> !Meta.isTerminating(pod) && PodRules.isReady(pod))
                        .count();
    }

    static Deployment deployment(int replicas, int surge, int unavailable) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("web")
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withProgressDeadlineSeconds(600)
                .withRevisionHistoryLimit(10)
                .withNewSelector()
                .withMatchLabels(Map.of("app", "web"))
                .endSelector()
                .withNewStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxSurge(new IntOrString(surge))
                .withMaxUnavailable(new IntOrString(unavailable))
                .endRollingUpdate()
                .endStrategy()
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
