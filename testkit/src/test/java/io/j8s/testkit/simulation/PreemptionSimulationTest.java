package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashMap;
import java.util.Objects;

/// Important pods that come to nodes full of unimportant ones, with late, repeated and lost events,
/// refused evictions and bindings, and restarts: they must get their room, and then be left alone.
class PreemptionSimulationTest {

    private static final int NODES = 3;
    private static final int NODE_CPU = 4000;

    @Test
    void importantPodsGetTheRoomOfUnimportantOnes() {
        for (long seed = 0; seed < Math.max(1, Simulation.seeds() / 10); seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        var sim = new Simulation(seed);
        sim.withWorker(context -> new SchedulerWorker(context, sim.random()));
        sim.withWorker(_ -> new Agents(sim));
        DefaultNamespace.in(sim);
        for (int i = 0; i < NODES; i++) {
            sim.api().create(Kinds.NODES, SmallNode.named("n" + i));
        }
        sim.invariant(() -> noNodeIsOvercommitted(sim));
        for (int i = 0; i < NODES * 4; i++) {
            sim.api().create(Kinds.PODS, pod("low" + i, 1000, 0));
        }
        sim.start();
        sim.settle(Duration.ofMinutes(1));
        // all nodes' worth, of two ranks: the higher one may take back what the lower was promised
        for (int i = 0; i < NODES * 2; i++) {
            int priority = 1000 + 1000 * sim.random().nextInt(2);
            sim.api().create(Kinds.PODS, pod("high" + i, 2000, priority));
            sim.disorder(sim.random().nextInt(40));
        }
        sim.disorder(sim.random().nextInt(200));
        sim.settle(Duration.ofMinutes(10));
        sim.guarded(() -> noImportantPodWaits(sim));
    }

    /// The nodes' agents in one: ends pods that are to go, one at a time.
    private record Agents(Simulation sim) implements Simulation.Worker {

        @Override
        public boolean step() {
            for (var pod : sim.api().all(Kinds.PODS)) {
                if (Meta.isTerminating(pod)) {
                    try {
                        sim.api().delete(Kinds.PODS, Meta.key(pod), Api.Delete.PLAIN.grace(0));
                    } catch (StatusException refused) {
                        // the next step tries again
                        continue;
                    }
                    return true;
                }
            }
            return false;
        }

        @Override
        public void close() {}
    }

    private static void noImportantPodWaits(Simulation sim) {
        assertThat(sim.api().all(Kinds.PODS))
                .filteredOn(pod -> pod.getSpec().getPriority() > 0)
                .isNotEmpty()
                .filteredOn(pod -> Meta.orEmpty(pod.getSpec().getNodeName()).isEmpty())
                .extracting(Meta::name)
                .as("important pods that wait")
                .isEmpty();
    }

    private static void noNodeIsOvercommitted(Simulation sim) {
        var used = new HashMap<String, Integer>();
        for (var pod : sim.api().all(Kinds.PODS)) {
            var node = Meta.orEmpty(pod.getSpec().getNodeName());
            if (!node.isEmpty()) {
                assertThat(used.merge(node, cpu(pod), Integer::sum))
                        .as("CPU requested of " + node)
                        .isLessThanOrEqualTo(NODE_CPU);
            }
        }
    }

    private static int cpu(Pod pod) {
        var requests = pod.getSpec().getContainers().getFirst().getResources().getRequests();
        var text = Objects.requireNonNull(requests.get("cpu")).toString();
        return Integer.parseInt(text.replace("m", ""));
    }

    private static Pod pod(String name, int cpu, int priority) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withSchedulerName("default-scheduler")
                .withPriority(priority)
                .withTerminationGracePeriodSeconds(priority == 0 ? 30L : 0L)
                .addNewContainer()
                .withName("c")
                .withImage("x")
                .withNewResources()
                .addToRequests("cpu", new Quantity(cpu + "m"))
                .endResources()
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Pending")
                .endStatus()
                .build();
    }
}
