package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.j8s.controllers.runtime.Kinds;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.function.Consumer;

/// What the condition of a pod says that no node can have.
class UnplaceablePodSimulationTest {

    private final Simulation sim = new Simulation(1);

    /// Upstream asks `DynamicResources` to make room, which did not come to look at the pod and
    /// ends the round with an error: nothing is said of preemption.
    @Test
    void nothingIsSaidOfPreemptionWhereThePodItselfIsTurnedDown() {
        assertThat(
                        messageFor(pod ->
                                pod.editSpec()
                                        .addNewVolume()
                                        .withName("v")
                                        .withNewPersistentVolumeClaim("missing", false)
                                        .endVolume()
                                        .endSpec()))
                .isEqualTo(
                        "0/2 nodes are available: persistentvolumeclaim \"missing\" not found."
                                + " not found");
    }

    @Test
    void preemptionIsSpokenOfWhereNodesTurnThePodDown() {
        assertThat(messageFor(pod -> pod.editSpec().addToNodeSelector("no", "where").endSpec()))
                .isEqualTo(
                        "0/2 nodes are available: 2 node(s) didn't match Pod's node"
                                + " affinity/selector. preemption: 0/2 nodes are available: 2"
                                + " Preemption is not helpful for scheduling.");
    }

    private String messageFor(Consumer<PodBuilder> more) {
        sim.withWorker(context -> new SchedulerWorker(context, sim.random()));
        DefaultNamespace.in(sim);
        for (var name : new String[] {"n0", "n1"}) {
            sim.api().create(Kinds.NODES, SmallNode.named(name));
        }
        var pod =
                new PodBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName("p")
                        .endMetadata()
                        .withNewSpec()
                        .withSchedulerName("default-scheduler")
                        .addNewContainer()
                        .withName("c")
                        .withImage("x")
                        .endContainer()
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Pending")
                        .endStatus();
        more.accept(pod);
        sim.api().create(Kinds.PODS, pod.build());
        sim.start();
        sim.settle(Duration.ofSeconds(30));
        return sim.api()
                .find(Kinds.PODS, "default", "p")
                .orElseThrow()
                .getStatus()
                .getConditions()
                .getFirst()
                .getMessage();
    }
}
