package io.j8s.bench;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.j8s.apiserver.ApiServer;
import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.chain.Impersonation;
import io.j8s.apiserver.chain.Inflight;
import io.j8s.apiserver.chain.Observer;
import io.j8s.apiserver.http.HttpConfig;
import io.j8s.apiserver.local.LocalTransport;
import io.j8s.apiserver.registry.ApiState;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.resources.Resources;
import io.j8s.apiserver.schema.ApiTable;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.table.Tables;
import io.j8s.certs.AltNames;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateSpec;
import io.j8s.certs.ServerTls;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.ClientApi;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.scheduler.SchedulerProcess;
import io.j8s.scheduler.config.SchedulerConfiguration;
import io.j8s.storage.memory.MemoryStore;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// An API server on the memory engine and a scheduler, in this process, with nodes that nobody
/// runs. Everyone may do everything. One thread uses it.
final class BenchCluster implements AutoCloseable {

    private static final int CLIENTS = 32;
    private static final Duration BOUND_MAX = Duration.ofMinutes(10);

    private final SystemTimers timers = new SystemTimers();
    private final MemoryStore store = new MemoryStore(timers);
    private final ApiState state;
    private final ApiServer server;
    private final LocalTransport transport;
    private final KubernetesClient client;
    private final Api api;
    private final Informers informers;
    private final SchedulerProcess scheduler;

    BenchCluster() throws Exception {
        var schema = Schema.load();
        state =
                new ApiState(
                        new ApiState.Source(
                                store,
                                timers,
                                schema,
                                Resources.all(),
                                new Tables(schema),
                                ApiTable.Version::servedByDefault));
        state.start();
        var authority = CertificateAuthority.create("kubernetes", timers.now());
        var serving =
                authority.issue(
                        CertificateSpec.server("kube-apiserver", AltNames.of(Set.of("localhost"))),
                        timers.now());
        server =
                new ApiServer(
                        HttpConfig.of(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                ServerTls.context(() -> serving, List.of())),
                        state,
                        new ApiServer.Parts(
                                List.of(),
                                Impersonation.NONE,
                                (_, _) -> new Decision.Allowed(""),
                                List.of(),
                                Map.of(),
                                Inflight.standard(),
                                Observer.NONE),
                        timers);
        server.start();
        transport = new LocalTransport(server.chain());
        client =
                new KubernetesClientBuilder()
                        .withConfig(
                                new ConfigBuilder(Config.empty())
                                        .withMasterUrl("https://local")
                                        .build())
                        .withHttpClientFactory(
                                transport.factory(
                                        UserInfo.component("bench", UserInfo.MASTERS_GROUP)))
                        .build();
        api = new ClientApi(client);
        var random = new Random(1);
        informers = new Informers(api, timers, random);
        scheduler =
                new SchedulerProcess(
                        api,
                        informers,
                        timers,
                        random,
                        SchedulerConfiguration.STANDARD,
                        "bench",
                        new PrometheusRegistry());
        awaitServing();
        informers.start();
        scheduler.start();
        create(
                Kinds.NAMESPACES,
                1,
                _ ->
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName("bench")
                                .endMetadata()
                                .build());
    }

    private void awaitServing() throws InterruptedException {
        var deadline = timers.deadline(Duration.ofSeconds(60));
        while (!deadline.hasPassed()) {
            try {
                api.list(Kinds.PODS, Api.Query.all(""));
                return;
            } catch (RuntimeException notYet) {
                timers.sleep(Duration.ofMillis(50));
            }
        }
        throw new IllegalStateException("the API server does not answer");
    }

    Api api() {
        return api;
    }

    SystemTimers timers() {
        return timers;
    }

    /// Nodes of upstream's bench: 4 CPUs, 32 GiB, 110 pods, spread over zones.
    void nodes(int count, int zones) throws InterruptedException {
        create(Kinds.NODES, count, i -> node("node-" + i, "zone-" + i % zones));
        var deadline = timers.deadline(BOUND_MAX);
        while (informers.of(Kinds.NODES).list().size() < count && !deadline.hasPassed()) {
            timers.sleep(Duration.ofMillis(20));
        }
    }

    static Node node(String name, String zone) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("kubernetes.io/hostname", name)
                .addToLabels("topology.kubernetes.io/zone", zone)
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .addToAllocatable("cpu", new Quantity("4"))
                .addToAllocatable("memory", new Quantity("32Gi"))
                .addToAllocatable("pods", new Quantity("110"))
                .addToCapacity("cpu", new Quantity("4"))
                .addToCapacity("memory", new Quantity("32Gi"))
                .addToCapacity("pods", new Quantity("110"))
                .endStatus()
                .build();
    }

    /// What binding a group of pods took.
    ///
    /// @param seconds from the first create to the last binding
    record Bound(double seconds, double cpuMicros) {}

    /// Creates pods of one group and waits until all are bound. They are made before the clock
    /// runs: that is the load's cost, not the cluster's.
    Bound schedule(String group, int count, IntFunction<Pod> pod) throws InterruptedException {
        var pods = IntStream.range(0, count).mapToObj(pod).toList();
        var bound = new CountDownLatch(count);
        informers
                .of(Kinds.PODS)
                .onChange((before, after) -> {
                    if (after != null
                            && isBound(after, group)
                            && (before == null || !isBound(before, group))) {
                        bound.countDown();
                    }
                });
        var cost = ProcessCost.now();
        long began = timers.nanoTime();
        create(Kinds.PODS, count, pods::get);
        if (!bound.await(BOUND_MAX.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    "%d of %d pods were not bound".formatted(bound.getCount(), count));
        }
        double seconds = (timers.nanoTime() - began) / 1e9;
        return new Bound(seconds, ProcessCost.now().cpuMicros() - cost.cpuMicros());
    }

    private static boolean isBound(Pod pod, String group) {
        return group.equals(Meta.labels(pod).get("group"))
                && !Meta.orEmpty(pod.getSpec().getNodeName()).isEmpty();
    }

    private <T extends HasMetadata> void create(Kind<T> kind, int count, IntFunction<T> make)
            throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new java.util.ArrayList<>();
            for (int t = 0; t < CLIENTS; t++) {
                int first = t;
                running.add(
                        threads.submit(() -> {
                            for (int i = first; i < count; i += CLIENTS) {
                                api.send(kind, make.apply(i));
                            }
                        }));
            }
            for (var each : running) {
                each.get();
            }
        } catch (ExecutionException failed) {
            throw new IllegalStateException("could not create " + kind.plural(), failed);
        }
    }

    @Override
    public void close() {
        scheduler.close();
        informers.close();
        client.close();
        transport.close();
        server.close();
        state.close();
        store.close();
        timers.close();
    }
}
