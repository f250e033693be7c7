package io.j8s.bench;

import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Pods a second on upstream's workloads, beside upstream's floors: `SchedulerBench [NODES [PODS
/// [ROW...]]]`. The time runs from the first create to the last binding seen by a watch, and the
/// API server, its clients and the scheduler share the machine, as in upstream's bench. Little is
/// being compiled any more then, as on a server that has been up for an hour: runs that are not
/// told come first.
public final class SchedulerBench {

    private static final int NODES = 5000;
    private static final int PODS = 10_000;
    // after one, a third of the measured time is still the compilers'
    private static final int WARM_UPS = 3;

    private SchedulerBench() {}

    public static void main(String[] args) throws Exception {
        int nodes = args.length > 0 ? Integer.parseInt(args[0]) : NODES;
        int pods = args.length > 1 ? Integer.parseInt(args[1]) : PODS;
        List<Workload> rows =
                args.length > 2
                        ? Arrays.stream(args)
                                .skip(2)
                                .map(name -> Workload.valueOf(name.toUpperCase(Locale.ROOT)))
                                .toList()
                        : List.of(Workload.values());
        PrintStream out = System.out;
        var nowhere =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        for (int i = 0; i < WARM_UPS; i++) {
            run(Workload.BASIC, nodes, pods, nowhere);
        }
        for (var row : rows) {
            run(row, nodes, pods, out);
        }
    }

    private static void run(Workload row, int nodes, int pods, PrintStream out) throws Exception {
        try (var cluster = new BenchCluster()) {
            cluster.nodes(nodes, row.zones());
            int before = row.before(nodes);
            cluster.schedule("before", before, i -> row.pod("before", i, nodes));
            int measured = row.measured(nodes, pods);
            Runnable beside =
                    switch (row.churn()) {
                        case NONE -> null;
                        case NODES_AND_PODS -> () -> churn(cluster);
                        case PREEMPTORS -> () -> preempt(cluster);
                    };
            var churn = beside == null ? null : Thread.ofVirtual().start(beside);
            var bound = cluster.schedule("measured", measured, i -> row.pod("measured", i, nodes));
            if (churn != null) {
                churn.interrupt();
                churn.join();
            }
            out.printf(
                    "%-20s %,d nodes, %,d pods before, %,d measured: %,.0f pods/s"
                            + " (upstream %s), %,.0f us CPU a pod, RSS %d MiB%n",
                    row.name().toLowerCase(Locale.ROOT),
                    nodes,
                    before,
                    measured,
                    measured / bound.seconds(),
                    row.floor().isEmpty() ? "-" : row.floor(),
                    bound.cpuMicros() / measured,
                    ProcessCost.now().residentMiB());
        }
    }

    /// A pod that needs a whole node comes five times a second.
    private static void preempt(BenchCluster cluster) {
        try {
            for (int i = 0; ; i++) {
                cluster.api().send(Kinds.PODS, Workload.preemptor(i));
                cluster.timers().sleep(Duration.ofMillis(200));
            }
        } catch (InterruptedException | StatusException over) {
            Thread.currentThread().interrupt();
        }
    }

    /// A node and a pod that never fits come and go every second.
    private static void churn(BenchCluster cluster) {
        try {
            for (int i = 0; ; i++) {
                var pod = Workload.PREEMPTION.pod("churn", i, 1);
                pod.getSpec().setPriority(0);
                pod.getSpec()
                        .getContainers()
                        .getFirst()
                        .getResources()
                        .getRequests()
                        .put("cpu", new io.fabric8.kubernetes.api.model.Quantity("9"));
                cluster.api().create(Kinds.PODS, pod);
                cluster.api().create(Kinds.NODES, BenchCluster.node("churn-" + i, "zone-0"));
                cluster.timers().sleep(Duration.ofSeconds(1));
                cluster.api()
                        .delete(
                                Kinds.PODS,
                                new ObjectKey("bench", "churn-" + i),
                                Api.Delete.PLAIN.grace(0));
                cluster.api()
                        .delete(
                                Kinds.NODES,
                                ObjectKey.clusterScoped("churn-" + i),
                                Api.Delete.PLAIN);
            }
        } catch (InterruptedException | StatusException over) {
            Thread.currentThread().interrupt();
        }
    }
}
