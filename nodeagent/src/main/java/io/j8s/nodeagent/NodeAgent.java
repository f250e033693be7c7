package io.j8s.nodeagent;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Service;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Informer;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.api.ClusterApi;
import io.j8s.nodeagent.api.EventRecorder;
import io.j8s.nodeagent.api.KubernetesClusterApi;
import io.j8s.nodeagent.cgroups.CgroupLimits;
import io.j8s.nodeagent.cgroups.Cgroups;
import io.j8s.nodeagent.core.Backoff;
import io.j8s.nodeagent.core.NodeSettings;
import io.j8s.nodeagent.cri.ContainerRuntime;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.cri.GrpcContainerRuntime;
import io.j8s.nodeagent.cri.MeasuredRuntime;
import io.j8s.nodeagent.eviction.NodePressure;
import io.j8s.nodeagent.eviction.Pressures;
import io.j8s.nodeagent.images.ImagePuller;
import io.j8s.nodeagent.images.PullRecords;
import io.j8s.nodeagent.node.Machine;
import io.j8s.nodeagent.node.NodeFacts;
import io.j8s.nodeagent.node.NodeRegistration;
import io.j8s.nodeagent.node.StaticPods;
import io.j8s.nodeagent.node.SystemShutdown;
import io.j8s.nodeagent.pods.Housekeeping;
import io.j8s.nodeagent.pods.PlacedPods;
import io.j8s.nodeagent.pods.PodAdmission;
import io.j8s.nodeagent.pods.PodTools;
import io.j8s.nodeagent.pods.PodWorkers;
import io.j8s.nodeagent.probes.ProbeMetrics;
import io.j8s.nodeagent.runtime.ContainerRuntimeProcess;
import io.j8s.nodeagent.runtime.HostSettings;
import io.j8s.nodeagent.runtime.NodePaths;
import io.j8s.nodeagent.runtime.PodNetwork;
import io.j8s.nodeagent.server.AgentMetrics;
import io.j8s.nodeagent.server.KubeletServer;
import io.j8s.nodeagent.volumes.PodVolumes;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/// A whole node. [#start] returns when the Node is registered and pods are watched; [#close] ends
/// the agent and leaves pods and runtime running.
public final class NodeAgent implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NodeAgent.class);
    private static final Duration CRASH_BACKOFF_FIRST = Duration.ofSeconds(10);
    private static final Duration CRASH_BACKOFF_LONGEST = Duration.ofMinutes(5);
    private static final Duration CIDR_RETRY = Duration.ofMillis(250);

    private final NodeAgentConfig config;
    private final ClusterApi api;
    private final Timers timers;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private @Nullable PodWorkers pods;
    private @Nullable NodeRegistration registration;

    /// @param services null where nobody watches them
    public NodeAgent(
            NodeAgentConfig config,
            Api api,
            @Nullable Informer<Service> services,
            Timers timers,
            RandomGenerator random) {
        this(config, new KubernetesClusterApi(api, services, timers, random), timers);
    }

    NodeAgent(NodeAgentConfig config, ClusterApi api, Timers timers) {
        this.config = config;
        this.api = api;
        this.timers = timers;
    }

    /// @throws IOException when this machine can't be a node; the message says what to do
    public void start() throws IOException, InterruptedException {
        var paths = NodePaths.of(config.dataDirectory());
        createDirectories(paths);
        HostSettings.apply(config.clusterCidrs().stream().anyMatch(cidr -> cidr.contains(":")));
        var runtime = new MeasuredRuntime(openRuntime(paths), timers);
        var cgroups = Cgroups.ofHost();
        var machine = Machine.read();
        long disk = NodeRegistration.diskBytes(paths.root());
        var allocatable = NodeFacts.allocatable(machine, disk, config.maxPods(), config.eviction());
        prepareCgroups(cgroups, paths, machine);
        var events = keep(new EventRecorder(api, timers, "kubelet", config.nodeName()));
        events.start(threads);
        var tools =
                new PodTools(
                        api,
                        runtime,
                        events,
                        new ImagePuller(
                                runtime, api, events, new PullRecords(paths.pullRecords()), timers),
                        new PodVolumes(api, paths, timers, events, threads),
                        cgroups,
                        timers,
                        paths,
                        new NodeSettings(
                                config.nodeName(),
                                config.nodeAddresses(),
                                config.clusterDns(),
                                config.clusterDomain(),
                                machine.memoryBytes(),
                                allocatable,
                                runtimeName(runtime),
                                hasUserNamespaces(runtime),
                                config.maxPods(),
                                config.eviction()),
                        new Backoff(CRASH_BACKOFF_FIRST, CRASH_BACKOFF_LONGEST),
                        new ProbeMetrics(),
                        threads);
        var pressures =
                new Pressures(
                        timers,
                        new PlacedPods(
                                new PodAdmission(
                                        allocatable,
                                        Files.exists(
                                                Path.of("/sys/kernel/security/apparmor/profiles")),
                                        hasGroupsPolicy(runtime)),
                                this::node,
                                () -> api.node(config.nodeName())));
        var pods = new PodWorkers(tools, pressures);
        var server =
                keep(
                        new KubeletServer(
                                tools,
                                pods,
                                new AgentMetrics(tools, pods, runtime::metrics, config.version()),
                                config.serving(),
                                config.clientCaFile(),
                                config.port()));
        server.start();
        var pressure = keep(new NodePressure(tools, pods, pressures));
        var registration =
                keep(
                        new NodeRegistration(
                                api,
                                runtime,
                                events,
                                timers,
                                new NodeRegistration.Identity(
                                        config.nodeName(),
                                        config.nodeAddresses(),
                                        config.nodeLabels(),
                                        config.nodeAnnotations(),
                                        config.podCidrs(),
                                        NodeFacts.capacity(machine, disk, config.maxPods()),
                                        allocatable,
                                        config.version()),
                                server::port,
                                pods::isHealthy,
                                pressures));
        this.pods = pods;
        this.registration = registration;
        var node = registration.register();
        if (config.runtimeEndpoint() == null) {
            var network = new PodNetwork(paths, awaitPodCidrs(node), config.clusterCidrs());
            network.apply();
            keep(network.keep(threads, timers));
        }
        registration.start(threads);
        pods.start();
        keep(pods::close);
        pressure.start();
        keep(new Housekeeping(tools, pods));
        startStaticPods(paths, pods, registration);
        keep(api.watchPods(config.nodeName(), pods));
        if (config.shutdown().isOn()) {
            keep(
                    new SystemShutdown(this::shutDown)
                            .start(SystemShutdown.Programs.OF_SYSTEMD, threads));
        }
        log.atInfo().addKeyValue("node", config.nodeName()).log("node agent runs");
    }

    /// As last seen, null before the registration.
    private @Nullable Node node() {
        var known = registration;
        return known == null ? null : known.node();
    }

    private void startStaticPods(NodePaths paths, PodWorkers pods, NodeRegistration registration) {
        Path directory = config.staticPodPath();
        var statics =
                keep(
                        new StaticPods(
                                directory == null ? paths.staticPods() : directory,
                                config.nodeName(),
                                pods,
                                api,
                                timers,
                                () -> {
                                    var node = registration.node();
                                    return node == null ? "" : node.getMetadata().getUid();
                                }));
        threads.execute(statics::run);
    }

    /// The machine goes down: the node says so, ordinary pods end, then critical ones.
    private void shutDown() throws InterruptedException {
        var node = registration;
        var workers = pods;
        if (node == null || workers == null) {
            return;
        }
        workers.refuseForShutdown();
        node.shutDown();
        for (var isCritical : List.of(false, true)) {
            workers.endForShutdown(isCritical, config.shutdown().of(isCritical));
        }
    }

    /// The port of the kubelet's API is in the Node's status; pods and the runtime stay.
    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                log.atWarn().setCause(e).log("could not close");
            }
        }
        threads.shutdownNow();
    }

    private <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    private static void createDirectories(NodePaths paths) throws IOException {
        for (var directory :
                List.of(
                        paths.root(),
                        paths.pods(),
                        paths.podLogs(),
                        paths.seccompProfiles(),
                        paths.staticPods())) {
            Files.createDirectories(directory);
        }
        // what pods keep on the node is nobody else's to read
        Files.setAttribute(paths.pods(), "unix:mode", 0750);
    }

    private ContainerRuntime openRuntime(NodePaths paths) throws IOException, InterruptedException {
        Path endpoint = config.runtimeEndpoint();
        if (endpoint != null) {
            return keep(new GrpcContainerRuntime(endpoint));
        }
        var process = keep(new ContainerRuntimeProcess(paths, timers));
        process.start(threads);
        return process.runtime();
    }

    /// The classes' groups; pods' groups are made when they start.
    private static void prepareCgroups(Cgroups cgroups, NodePaths paths, Machine machine)
            throws IOException {
        var root = paths.cgroupParent() + "/kubepods";
        cgroups.create(root, new CgroupLimits(1024L * machine.processors(), -1, 100_000, -1));
        cgroups.create(root + "/burstable", new CgroupLimits(2, -1, 100_000, -1));
        cgroups.create(root + "/besteffort", new CgroupLimits(2, -1, 100_000, -1));
    }

    /// This node's pod ranges: our own when we were told, else those the control plane gives.
    private List<String> awaitPodCidrs(Node registered) throws InterruptedException {
        var node = registered;
        while (true) {
            var given = node.getSpec() == null ? List.<String>of() : node.getSpec().getPodCIDRs();
            if (!given.isEmpty()) {
                return given;
            }
            if (!config.podCidrs().isEmpty()) {
                return config.podCidrs();
            }
            timers.sleep(CIDR_RETRY);
            node = api.node(config.nodeName()).orElse(node);
        }
    }

    private static String runtimeName(ContainerRuntime runtime) {
        try {
            return runtime.version().getRuntimeName();
        } catch (CriException e) {
            return "containerd";
        }
    }

    private static boolean hasUserNamespaces(ContainerRuntime runtime) {
        try {
            return runtime.status().getRuntimeHandlersList().stream()
                    .anyMatch(handler -> handler.getFeatures().getUserNamespaces());
        } catch (CriException e) {
            return false;
        }
    }

    private static boolean hasGroupsPolicy(ContainerRuntime runtime) {
        try {
            return runtime.status().getFeatures().getSupplementalGroupsPolicy();
        } catch (CriException e) {
            return false;
        }
    }
}
