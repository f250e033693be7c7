package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;

/// The scheduler over a cluster whose pods come and go, with late, repeated and lost events,
/// refused bindings, bindings that take their time, and restarts. A seed takes as long as ten of
/// the controllers: a tenth of them runs every day.
class SchedulerSimulationTest {

    private static final int NODES = 5;
    private static final int NODE_CPU = 4000;

    @Test
    void everySeedKeepsTheRulesAndPlacesWhatFits() {
        for (long seed = 0; seed < Simulation.seeds() / 10; seed++) {
            run(seed);
        }
    }

    private static Simulation cluster(long seed) {
        var sim = new Simulation(seed);
        sim.withWorker(context -> new SchedulerWorker(context, sim.random()));
        DefaultNamespace.in(sim);
        for (int i = 0; i < NODES; i++) {
            var zone = Map.of("topology.kubernetes.io/zone", "z" + i % 2);
            sim.api().create(Kinds.NODES, SmallNode.named("n" + i, zone));
        }
        var firstNode = new HashMap<String, String>();
        sim.invariant(() -> check(sim, firstNode));
        return sim;
    }

    /// Never too much on a node, never two of a kind that want to be apart, never moved.
    private static void check(Simulation sim, Map<String, String> firstNode) {
        var used = new HashMap<String, Integer>();
        var apart = new HashSet<String>();
        for (var pod : sim.api().all(Kinds.PODS)) {
            var node = Meta.orEmpty(pod.getSpec().getNodeName());
            if (node.isEmpty()) {
                continue;
            }
            used.merge(node, cpu(pod), Integer::sum);
            assertThat(used.get(node)).as("CPU requested of " + node).isLessThanOrEqualTo(NODE_CPU);
            var first = firstNode.putIfAbsent(Meta.uid(pod), node);
            assertThat(first == null ? node : first).as("node of " + Meta.key(pod)).isEqualTo(node);
            if (Meta.labels(pod).containsKey("apart")) {
                assertThat(apart.add(node)).as("alone on " + node).isTrue();
            }
        }
    }

    private static int cpu(Pod pod) {
        var requests = pod.getSpec().getContainers().getFirst().getResources().getRequests();
        var text = Objects.requireNonNull(requests.get("cpu")).toString();
        return Integer.parseInt(text.replace("m", ""));
    }

    private static Pod pod(String name, int cpu, int priority, boolean apart) {
        var builder =
                new PodBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withSchedulerName("default-scheduler")
                        .withPriority(priority)
                        .withTerminationGracePeriodSeconds(0L)
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
                        .endStatus();
        if (apart) {
            builder.editMetadata().addToLabels("apart", "yes").endMetadata();
            builder.editSpec()
                    .withNewAffinity()
                    .withNewPodAntiAffinity()
                    .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                    .withTopologyKey("kubernetes.io/hostname")
                    .withLabelSelector(
                            new LabelSelectorBuilder().addToMatchLabels("apart", "yes").build())
                    .endRequiredDuringSchedulingIgnoredDuringExecution()
                    .endPodAntiAffinity()
                    .endAffinity()
                    .endSpec();
        }
        return builder.build();
    }

    private static void run(long seed) {
        var sim = cluster(seed);
        sim.start();
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < 6; i++) {
                int cpu = 100 * (1 + sim.random().nextInt(20));
                boolean apart = sim.random().nextInt(4) == 0;
                sim.api().create(Kinds.PODS, pod("p" + round + "-" + i, cpu, 0, apart));
            }
            sim.disorder(60);
            var pods = sim.api().all(Kinds.PODS);
            remove(sim, Meta.key(pods.get(sim.random().nextInt(pods.size()))));
        }
        sim.settle(Duration.ofMinutes(10));
        sim.guarded(() -> everythingThatFitsIsPlaced(sim));
    }

    private static void remove(Simulation sim, ObjectKey key) {
        try {
            sim.api().delete(Kinds.PODS, key, Api.Delete.PLAIN.grace(0));
        } catch (StatusException gone) {
            assertThat(gone.isNotFound()).isTrue();
        }
    }

    /// Whoever still waits fits nowhere.
    private static void everythingThatFitsIsPlaced(Simulation sim) {
        var free = new HashMap<String, Integer>();
        var taken = new HashSet<String>();
        for (int i = 0; i < NODES; i++) {
            free.put("n" + i, NODE_CPU);
        }
        for (var pod : sim.api().all(Kinds.PODS)) {
            var node = Meta.orEmpty(pod.getSpec().getNodeName());
            if (!node.isEmpty()) {
                free.merge(node, -cpu(pod), Integer::sum);
                if (Meta.labels(pod).containsKey("apart")) {
                    taken.add(node);
                }
            }
        }
        for (var pod : sim.api().all(Kinds.PODS)) {
            if (Meta.orEmpty(pod.getSpec().getNodeName()).isEmpty()) {
                boolean apart = Meta.labels(pod).containsKey("apart");
                assertThat(free)
                        .as("room for " + Meta.key(pod))
                        .noneSatisfy((node, left) -> {
                            assertThat(left).isGreaterThanOrEqualTo(cpu(pod));
                            assertThat(apart && taken.contains(node)).isFalse();
                        });
                assertThat(pod.getStatus().getConditions())
                        .anyMatch(c -> "Unschedulable".equals(c.getReason()));
            }
        }
    }
}
