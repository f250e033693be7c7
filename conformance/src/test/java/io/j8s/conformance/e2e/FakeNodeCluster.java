package io.j8s.conformance.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.ClientApi;
import io.j8s.controllers.runtime.ControllerConfig;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Fanout;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.QueueMetrics;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.testkit.FakeNodes;
import io.j8s.testkit.FakeNodes.Fate;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// A real control plane whose nodes are played by the test, over the network as a kubelet would:
/// pods get ready or end at once, as their annotations and images say. So every workload can be
/// driven by kubectl without a container.
final class FakeNodeCluster implements AutoCloseable {

    /// Pods of an image with this word in it run and never get ready.
    static final String BROKEN = "broken";

    /// The exit code with which a pod's container ends as soon as it runs.
    static final String EXIT_CODE = "test.j8s.io/exit-code";

    private static final Duration HEARTBEAT = Duration.ofSeconds(5);
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final Cluster cluster;
    private final SystemTimers timers = new SystemTimers();
    private final KubernetesClient client;
    private final Api api;
    private final Informers informers;
    private final List<ControllerLoop<?>> loops;
    private final Map<String, Set<String>> podsOfOwner = new ConcurrentHashMap<>();
    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private final Thread heart;

    /// Plays two nodes of a running control plane.
    static FakeNodeCluster on(Cluster cluster) {
        return on(cluster, FakeNodeCluster::fate);
    }

    /// As [#on], with broken images getting ready too.
    static FakeNodeCluster thatMendWhatIsBroken(Cluster cluster) {
        return on(cluster, _ -> Fate.READY);
    }

    private static FakeNodeCluster on(Cluster cluster, Function<Pod, Fate> fate) {
        var nodes = new FakeNodeCluster(cluster, fate);
        nodes.add("fake-1");
        nodes.add("fake-2");
        return nodes;
    }

    private FakeNodeCluster(Cluster cluster, Function<Pod, Fate> fate) {
        this.cluster = cluster;
        client = new KubernetesClientBuilder().withConfig(config(cluster)).build();
        api = new ClientApi(client);
        informers = new Informers(api, timers, new Random());
        var context =
                new ControllerContext(
                        "fake-nodes",
                        api,
                        informers,
                        timers,
                        new Random(),
                        new EventRecorder("fake-nodes", api, timers, Runnable::run),
                        new QueueMetrics(new PrometheusRegistry()),
                        ControllerConfig.of("", List.of()),
                        Fanout.inOrder());
        informers
                .of(Kinds.PODS)
                .onChange((_, pod) -> {
                    var owner = pod == null ? null : Meta.controllerOf(pod);
                    if (pod != null && owner != null) {
                        podsOfOwner
                                .computeIfAbsent(owner.getUid(), _ -> ConcurrentHashMap.newKeySet())
                                .add(Meta.uid(pod));
                    }
                });
        loops = new FakeNodes(context, false, fate).loops();
        informers.start();
        loops.forEach(ControllerLoop::start);
        heart = Thread.ofVirtual().name("heartbeats").start(this::beat);
    }

    private static Config config(Cluster cluster) {
        try {
            return Config.fromKubeconfig(Files.readString(cluster.kubeconfig()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Fate fate(Pod pod) {
        var exit = Meta.annotations(pod).get(EXIT_CODE);
        if (exit != null) {
            return new Fate.Exits(Integer.parseInt(exit), Duration.ZERO);
        }
        return pod.getSpec().getContainers().stream().anyMatch(c -> c.getImage().contains(BROKEN))
                ? Fate.UNREADY
                : Fate.READY;
    }

    Cluster cluster() {
        return cluster;
    }

    Kubectl kubectl() {
        return cluster.kubectl();
    }

    /// Every pod ever seen that a controller with this uid made.
    Set<String> podsEverOf(String ownerUid) {
        return Set.copyOf(podsOfOwner.getOrDefault(ownerUid, Set.of()));
    }

    void add(String name) {
        try {
            api.create(Kinds.NODES, FakeNodes.node(name));
        } catch (StatusException refused) {
            if (!refused.isAlreadyExists()) {
                throw refused;
            }
        }
        names.add(name);
        renew(name);
    }

    /// Its lease is no longer renewed and the node is deleted.
    void remove(String name) {
        names.remove(name);
        cluster.kubectl().get("delete", "node", name);
    }

    private void beat() {
        try {
            while (true) {
                timers.sleep(HEARTBEAT);
                for (var name : names) {
                    try {
                        renew(name);
                    } catch (StatusException | UncheckedIOException _) {
                        // the server is away: the next beat may reach it
                    }
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void renew(String name) {
        var lease =
                new LeaseBuilder()
                        .withNewMetadata()
                        .withNamespace("kube-node-lease")
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withHolderIdentity(name)
                        .withLeaseDurationSeconds(40)
                        .withRenewTime(timers.now().atZone(ZoneOffset.UTC))
                        .endSpec()
                        .build();
        try {
            api.create(Kinds.LEASES, lease);
        } catch (StatusException refused) {
            if (!refused.isAlreadyExists()) {
                throw refused;
            }
            var spec = "{\"spec\":{\"renewTime\":\"%s\"}}".formatted(MICROS.format(timers.now()));
            api.patch(Kinds.LEASES, Meta.key(lease), Api.Patch.merge(spec));
        }
    }

    /// The nodes fall silent; the control plane goes on.
    @Override
    public void close() {
        heart.interrupt();
        loops.forEach(ControllerLoop::stop);
        informers.close();
        client.close();
        timers.close();
    }
}
