package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.machinery.meta.ObjectKey;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Random;

/// A scheduler one of whose attempts overflows the stack: that is one pod's trouble, and only for
/// one attempt.
class OverflowingPluginTest {

    private final Simulation sim = new Simulation(1);
    private final OverflowingOnce dice = new OverflowingOnce();

    /// Overflows when it is asked for the first time which of two equal nodes it shall be.
    private static final class OverflowingOnce extends Random {

        private static final long serialVersionUID = 1;

        private boolean hasOverflowed;

        OverflowingOnce() {
            super(1);
        }

        @Override
        public int nextInt(int bound) {
            if (bound == 2 && !hasOverflowed) {
                hasOverflowed = true;
                throw new StackOverflowError("too deep");
            }
            return super.nextInt(bound);
        }
    }

    @BeforeEach
    void twoNodesAlike() {
        sim.withWorker(context -> new SchedulerWorker(context, dice));
        DefaultNamespace.in(sim);
        sim.api().create(Kinds.NODES, SmallNode.named("n0"));
        sim.api().create(Kinds.NODES, SmallNode.named("n1"));
    }

    private static Pod pod(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
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
                .endStatus()
                .build();
    }

    @Test
    void bothPodsAreBoundInTheEnd() {
        sim.api().create(Kinds.PODS, pod("a"));
        sim.api().create(Kinds.PODS, pod("b"));

        sim.start();
        sim.settle(Duration.ofSeconds(30));

        assertThat(dice.hasOverflowed).isTrue();
        for (var name : new String[] {"a", "b"}) {
            var pod = sim.api().get(Kinds.PODS, new ObjectKey("default", name));
            assertThat(pod.getSpec().getNodeName()).as(name).isNotEmpty();
        }
    }
}
