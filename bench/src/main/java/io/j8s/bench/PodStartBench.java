package io.j8s.bench;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/// How long a pod takes from its creation until a watcher sees it Running, its image being there,
/// and where the time goes. Pods are started one after the other against a running cluster; what
/// the runtime took is read from the agent's own metrics, before and after. The agent's share is
/// what is left of the time between the two events, the pod bound and the pod Running, as one
/// watcher sees them: it holds the agent's questions to the runtime, the API server's part in
/// telling the status, and the watch. The first pods run cold code, so each one's share is printed.
///
/// Arguments: a kubeconfig file, the image, the number of pods.
public final class PodStartBench {

    private static final List<String> STEPS =
            List.of("run_podsandbox", "create_container", "start_container");
    private static final int WARM_UP = 3;

    /// Milliseconds of one start.
    private record Start(
            double create,
            double schedule,
            Map<String, Double> runtime,
            double node,
            double whole) {

        double steps() {
            return STEPS.stream().mapToDouble(step -> runtime.getOrDefault(step, 0.0)).sum();
        }

        /// Without what ends the pod before this one, which goes on beside it.
        double questions() {
            return runtime.entrySet().stream()
                            .filter(call -> !call.getKey().startsWith("stop_"))
                            .filter(call -> !call.getKey().startsWith("remove_"))
                            .mapToDouble(Map.Entry::getValue)
                            .sum()
                    - steps();
        }

        double own() {
            return node - steps();
        }
    }

    private PodStartBench() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            System.err.println("usage: PodStartBench KUBECONFIG IMAGE PODS");
            System.exit(2);
        }
        var config = Config.fromKubeconfig(Files.readString(Path.of(args[0])));
        int pods = Integer.parseInt(args[2]);
        try (var client = new KubernetesClientBuilder().withConfig(config).build()) {
            var node = client.nodes().list().getItems().getFirst().getMetadata().getName();
            var starts = new ArrayList<Start>();
            for (int i = 0; i < WARM_UP + pods; i++) {
                var start = start(client, node, args[1], i);
                if (i >= WARM_UP) {
                    starts.add(start);
                }
            }
            print(starts);
        }
    }

    private static Start start(KubernetesClient client, String node, String image, int number)
            throws Exception {
        var name = "start-" + number;
        var scheduledAt = new AtomicLong();
        var runningAt = new AtomicLong();
        var done = new CountDownLatch(1);
        var before = operations(client, node);
        long begun;
        long created;
        try (var _ =
                client.pods()
                        .inNamespace("default")
                        .withName(name)
                        .watch(watcher(scheduledAt, runningAt, done))) {
            begun = System.nanoTime();
            client.pods().inNamespace("default").resource(pod(name, image)).create();
            created = System.nanoTime();
            if (!done.await(60, TimeUnit.SECONDS)) {
                throw new IOException("pod " + name + " does not run after a minute");
            }
        }
        var after = operations(client, node);
        client.pods().inNamespace("default").withName(name).withGracePeriod(0).delete();
        client.pods()
                .inNamespace("default")
                .withName(name)
                .waitUntilCondition(gone -> gone == null, 60, TimeUnit.SECONDS);
        var runtime = new LinkedHashMap<String, Double>();
        after.forEach((operation, seconds) ->
                runtime.put(operation, 1e3 * (seconds - before.getOrDefault(operation, 0.0))));
        return new Start(
                (created - begun) / 1e6,
                Math.max(0, scheduledAt.get() - created) / 1e6,
                runtime,
                // the node may begin before the answer to the creation has come back
                (runningAt.get() - scheduledAt.get()) / 1e6,
                (runningAt.get() - begun) / 1e6);
    }

    private static Watcher<Pod> watcher(
            AtomicLong scheduledAt, AtomicLong runningAt, CountDownLatch done) {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, Pod pod) {
                long now = System.nanoTime();
                if (pod.getSpec().getNodeName() != null) {
                    scheduledAt.compareAndSet(0, now);
                }
                if (pod.getStatus() != null && "Running".equals(pod.getStatus().getPhase())) {
                    runningAt.compareAndSet(0, now);
                    done.countDown();
                }
            }

            @Override
            public void onClose(WatcherException cause) {
                done.countDown();
            }
        };
    }

    private static Pod pod(String name, String image) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withTerminationGracePeriodSeconds(0L)
                .addNewContainer()
                .withName("main")
                .withImage(image)
                .withImagePullPolicy("IfNotPresent")
                .withCommand("sleep", "1000")
                .endContainer()
                .endSpec()
                .build();
    }

    /// Seconds spent in each operation of the runtime so far.
    private static Map<String, Double> operations(KubernetesClient client, String node) {
        var prefix = "kubelet_runtime_operations_duration_seconds_sum{operation_type=\"";
        var operations = new LinkedHashMap<String, Double>();
        client.raw("/api/v1/nodes/" + node + "/proxy/metrics")
                .lines()
                .filter(line -> line.startsWith(prefix))
                .forEach(line -> {
                    int quote = line.indexOf('"', prefix.length());
                    operations.put(
                            line.substring(prefix.length(), quote),
                            Double.parseDouble(line.substring(line.indexOf(' ') + 1)));
                });
        return operations;
    }

    private static void print(List<Start> starts) {
        System.out.printf("%d pods, milliseconds: median (least .. most)%n", starts.size());
        line("API: create", starts.stream().mapToDouble(Start::create).sorted().toArray());
        line("scheduling", starts.stream().mapToDouble(Start::schedule).sorted().toArray());
        for (var step : STEPS) {
            line(
                    "runtime: " + step,
                    starts.stream()
                            .mapToDouble(start -> start.runtime().getOrDefault(step, 0.0))
                            .sorted()
                            .toArray());
        }
        line(
                "runtime: questions, some beside",
                starts.stream().mapToDouble(Start::questions).sorted().toArray());
        line("node, bound to Running", starts.stream().mapToDouble(Start::node).sorted().toArray());
        line(
                "of which agent and status",
                starts.stream().mapToDouble(Start::own).sorted().toArray());
        line("create to Running", starts.stream().mapToDouble(Start::whole).sorted().toArray());
        System.out.printf(
                "agent and status, in order, from the first pod measured:%s%n",
                starts.stream()
                        .map(start -> " %.0f".formatted(start.own()))
                        .collect(Collectors.joining()));
    }

    private static void line(String what, double[] sorted) {
        System.out.printf(
                "%-34s %7.1f (%.1f .. %.1f)%n",
                what, sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
    }
}
