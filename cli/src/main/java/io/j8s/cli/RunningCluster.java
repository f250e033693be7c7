package io.j8s.cli;

import io.fabric8.kubernetes.api.model.Service;
import io.j8s.certs.AltNames;
import io.j8s.certs.CertificateSpec;
import io.j8s.certs.Pki;
import io.j8s.certs.ServerTls;
import io.j8s.certs.ServingNames;
import io.j8s.controllers.ControllerProcess;
import io.j8s.controllers.Controllers;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.ControllerConfig;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.machinery.timers.Timers;
import io.j8s.machinery.version.KubernetesVersion;
import io.j8s.nodeagent.NodeAgent;
import io.j8s.nodeagent.NodeAgentConfig;
import io.j8s.nodeagent.runtime.ContainerRuntimeProcess;
import io.j8s.nodeagent.runtime.NodePaths;
import io.j8s.scheduler.SchedulerProcess;
import io.j8s.scheduler.config.ConfigurationException;
import io.j8s.scheduler.config.SchedulerConfiguration;
import io.j8s.storage.model.Store;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Everything `j8s up` runs, started in the order in which DESIGN.md's "ready" demands it. One
/// thread starts and closes it.
final class RunningCluster implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RunningCluster.class);

    static final Duration READY_MAX = Duration.ofMinutes(1);
    // upstream: --cluster-signing-duration
    private static final Duration SIGNING_DURATION = Duration.ofDays(365);

    private final CloseStack parts = new CloseStack();
    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private final UpConfig config;
    private final DataDirectory directory;
    private final Timers timers;
    private final Stages stages;
    private final Runnable onLostLease;
    private @Nullable NodeNetwork network;
    private @Nullable Informer<Service> services;

    private RunningCluster(
            UpConfig config,
            DataDirectory directory,
            Timers timers,
            Stages stages,
            Runnable onLostLease) {
        this.config = config;
        this.directory = directory;
        this.timers = timers;
        this.stages = stages;
        this.onLostLease = onLostLease;
    }

    /// Returns when it is ready; whatever was started is closed again if it never gets there.
    ///
    /// @param onLostLease told when several share an etcd and another one leads from now on: this
    ///   one must be closed
    static RunningCluster start(
            UpConfig config,
            DataDirectory directory,
            Timers timers,
            Stages stages,
            Runnable onLostLease)
            throws CommandException, IOException, InterruptedException {
        var cluster = new RunningCluster(config, directory, timers, stages, onLostLease);
        try {
            cluster.start();
            return cluster;
        } catch (CommandException | IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        } catch (GeneralSecurityException e) {
            cluster.close();
            throw new CommandException(
                    "unusable keys in %s: %s; put the right ones back, or remove them all to begin anew"
                            .formatted(directory.certificates(), e.getMessage()),
                    e);
        }
    }

    private void start()
            throws CommandException, IOException, InterruptedException, GeneralSecurityException {
        int port = apiPort(); // a wrong one fails before anything is started
        var advertised = advertisedAddress();
        var runtime = startRuntimeEarly();
        var keys = Early.begin("keys", () -> openPki(advertised));
        Store store = parts.add(Stores.open(config.storage(), directory.store(), timers));
        stages.reached("storage");
        var state = parts.add(ControlPlane.read(store, config.runtimeConfig(), timers));
        var pki = keys.get();
        stages.reached("certificates");
        var controlPlane =
                parts.add(
                        new ControlPlane(
                                ApiServerConfig.of(config, port, advertised, pki),
                                state,
                                store,
                                metrics,
                                timers));
        var clients = parts.add(new LocalClients(controlPlane.transport(), metrics, timers));
        var addresses = nodeAddresses(advertised);
        var workers =
                Early.begin("workers", () -> buildWorkers(clients, pki, addresses.getFirst()));
        controlPlane.start();
        var url = "https://127.0.0.1:" + port;
        stages.reached("API server on " + url);
        workers.get().start();
        var node = Early.begin("node", () -> startNode(runtime, clients, pki, addresses));
        var kubeconfig = Early.begin("kubeconfig", () -> writeKubeconfig(pki, url));
        var administrator = clients.forAdministrator();
        publishFacts(
                new ClusterFacts(
                        administrator,
                        config,
                        "https://" + host(advertised) + ":" + port,
                        pki.authorityPem(),
                        timers));
        new Readiness(administrator, timers).ofControlPlane().await(READY_MAX);
        kubeconfig.get();
        stages.reached("controllers and scheduler");
        if (node.get()) {
            new Readiness(administrator, timers)
                    .ofNode(config.nodeName())
                    .ofDns(new DnsProbe(config.clusterDns(), config.clusterDomain()))
                    .await(READY_MAX);
            stages.reached("node " + config.nodeName());
        }
    }

    /// containerd takes as long as the control plane does, so it starts beside it. It belongs to
    /// the node agent, which takes a running one over and tells what is wrong with one that is not.
    private Thread startRuntimeEarly() {
        boolean isOurs = !config.isControlPlaneOnly() && config.runtimeEndpoint().isEmpty();
        return Thread.ofVirtual()
                .name("early container runtime")
                .start(() -> {
                    if (!isOurs) {
                        return;
                    }
                    try (var process =
                            new ContainerRuntimeProcess(NodePaths.of(directory.path()), timers)) {
                        process.start(_ -> {});
                    } catch (IOException e) {
                        log.atDebug().setCause(e).log("containerd did not start early");
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    /// @return false when there is to be none
    private boolean startNode(Thread runtime, LocalClients clients, Pki pki, List<String> addresses)
            throws CommandException, IOException, InterruptedException, GeneralSecurityException {
        if (config.isControlPlaneOnly()) {
            return false;
        }
        runtime.join();
        if (config.runtimeEndpoint().isPresent()) {
            Files.writeString(directory.runtimeEndpoint(), socket(config.runtimeEndpoint().get()));
        } else {
            Files.deleteIfExists(directory.runtimeEndpoint());
        }
        var agent =
                parts.add(
                        new NodeAgent(
                                nodeConfig(pki, addresses),
                                clients.forNode(config.nodeName()),
                                services,
                                timers,
                                RandomGenerator.getDefault()));
        try {
            agent.start();
            return true;
        } catch (IOException e) {
            throw new CommandException("the node does not start: " + e.getMessage(), e);
        }
    }

    private NodeAgentConfig nodeConfig(Pki pki, List<String> addresses)
            throws IOException, GeneralSecurityException {
        var name = config.nodeName();
        var names = new ArrayList<>(addresses);
        names.add(name);
        var spec = CertificateSpec.kubeletServing(name, AltNames.of(names));
        var serving = pki.credential("kubelet-serving", spec, timers.now());
        return new NodeAgentConfig(
                directory.path(),
                name,
                addresses,
                config.agentPort(),
                ServerTls.context(() -> serving, pki.authorities()),
                pki.directory().resolve("ca.crt"),
                config.clusterCidrs().stream().map(cidr -> Cidr.parse(cidr).firstOfNode()).toList(),
                config.clusterCidrs(),
                List.of(config.clusterDns()),
                config.clusterDomain(),
                config.runtimeEndpoint().map(endpoint -> Path.of(socket(endpoint))).orElse(null),
                config.node().staticPodPath().orElse(null),
                config.node().maxPods(),
                config.node().eviction(),
                config.node().shutdown(),
                config.node().labels(),
                network == null ? Map.of() : network.annotations(),
                KubernetesVersion.GIT_VERSION);
    }

    static String socket(String endpoint) {
        return endpoint.startsWith("unix://") ? endpoint.substring("unix://".length()) : endpoint;
    }

    /// In the background: nobody who starts a cluster waits for it.
    private void publishFacts(ClusterFacts facts) {
        var publishing =
                Thread.ofVirtual()
                        .name("cluster facts")
                        .start(() -> {
                            try {
                                facts.publish();
                            } catch (InterruptedException stopped) {
                                Thread.currentThread().interrupt();
                            }
                        });
        parts.add(publishing::interrupt);
    }

    private static String host(String address) {
        return address.contains(":") ? "[" + address + "]" : address;
    }

    /// Controllers, scheduler and the network's part of the node; everything that reads from the
    /// shared informers is there before they start.
    private Workers buildWorkers(LocalClients clients, Pki pki, String nodeAddress)
            throws IOException {
        var random = RandomGenerator.getDefault();
        var leadership = leadership(clients);
        var controllers =
                parts.add(
                        new ControllerProcess(
                                clients,
                                Controllers.all(),
                                ControllerConfig.of(pki.authorityPem(), config.clusterCidrs())
                                        .withSigner(pki.authority(), SIGNING_DURATION)
                                        .withClusterDns(config.clusterDns())
                                        .withAccountTokens(
                                                new AccountTokens(pki::serviceAccountKeys)),
                                timers,
                                random,
                                metrics));
        var scheduler =
                parts.add(scheduler(clients.forScheduler(), controllers.informers(), random));
        if (!config.isControlPlaneOnly()) {
            services = controllers.informers().of(Kinds.SERVICES);
            network =
                    parts.add(
                            NodeNetwork.start(
                                    new NodeNetwork.Settings(
                                            directory,
                                            config.nodeName(),
                                            nodeAddress,
                                            config.clusterCidrs(),
                                            config.serviceCidrs(),
                                            config.clusterDomain()),
                                    controllers.informers(),
                                    clients.forNode(config.nodeName()),
                                    timers));
        }
        if (leadership.isEmpty()) {
            return () -> {
                controllers.start();
                scheduler.start();
            };
        }
        return () -> {
            controllers.informers().start(); // the node's network reads them too
            leadership.getFirst().begin(controllers::start);
            leadership.getLast().begin(scheduler::start);
        };
    }

    /// Of the controllers and of the scheduler where other processes may have the same objects;
    /// none with the embedded store, whose directory is locked.
    private List<Leadership> leadership(LocalClients clients) throws IOException {
        if (!(config.storage() instanceof UpConfig.StorageConfig.Etcd)) {
            return List.of();
        }
        var identity = directory.identity();
        return List.of(
                parts.add(
                        new Leadership(
                                clients.forServiceAccount(""),
                                "kube-controller-manager",
                                identity,
                                timers,
                                onLostLease)),
                parts.add(
                        new Leadership(
                                clients.forScheduler(),
                                "kube-scheduler",
                                identity,
                                timers,
                                onLostLease)));
    }

    /// What begins to work when the API server answers.
    private interface Workers {
        void start();
    }

    private SchedulerProcess scheduler(Api api, Informers informers, RandomGenerator random) {
        try {
            return new SchedulerProcess(
                    api,
                    informers,
                    timers,
                    random,
                    SchedulerConfiguration.STANDARD,
                    UpConfig.hostName(),
                    metrics);
        } catch (ConfigurationException impossible) {
            throw new IllegalStateException("the standard profile does not work", impossible);
        }
    }

    @Override
    public void close() {
        parts.close();
    }

    /// What pods and other nodes reach the API server at: never loopback, so without any network it
    /// is the pod bridge's address.
    private String advertisedAddress() {
        return config.advertiseAddress()
                .or(HostAddresses::ofDefaultRoute)
                .orElseGet(() -> Cidr.parse(config.clusterCidrs().getFirst()).address(1));
    }

    private List<String> nodeAddresses(String advertised) {
        return NodeAddresses.complete(
                config.nodeIps(), advertised, config.clusterCidrs(), HostAddresses::ofDefaultRoute);
    }

    /// A free port is taken once and then kept, so that a kubeconfig stays good over restarts.
    private int apiPort() throws CommandException, IOException {
        if (config.port() != 0) {
            if (!Ports.isFree(config.port())) {
                throw new CommandException(
                        "port %d is in use: stop what listens there, or give another --port"
                                .formatted(config.port()));
            }
            return config.port();
        }
        int before = Ports.ofKubeconfig(directory.kubeconfig());
        return before != 0 && Ports.isFree(before) ? before : Ports.free();
    }

    private Pki openPki(String advertised) throws IOException, GeneralSecurityException {
        var serviceIps =
                config.serviceCidrs().stream().map(cidr -> Cidr.parse(cidr).address(1)).toList();
        var addresses = new ArrayList<>(List.of(advertised, config.bindAddress()));
        addresses.addAll(config.nodeIps());
        var names =
                ServingNames.of(
                        UpConfig.hostName(),
                        addresses,
                        serviceIps,
                        config.clusterDomain(),
                        config.tlsNames());
        return Pki.openAdminLater(directory.certificates(), names, timers.now());
    }

    /// Waits for the admin's key.
    ///
    /// @return the file
    private Path writeKubeconfig(Pki pki, String url) throws IOException {
        var kubeconfig = pki.adminKubeconfig(url);
        kubeconfig.write(directory.kubeconfig());
        CallingUser.owns(directory.kubeconfig());
        if (config.writeKubeconfig().isPresent()) {
            var file = config.writeKubeconfig().get();
            var made = firstMissing(file);
            kubeconfig.write(file);
            CallingUser.ownsAll(made, "");
            CallingUser.owns(file);
        }
        return directory.kubeconfig();
    }

    /// The uppermost directory that writing `file` makes; the file itself when none is missing.
    private static Path firstMissing(Path file) {
        var made = file;
        for (var at = file.getParent(); at != null && !Files.exists(at); at = at.getParent()) {
            made = at;
        }
        return made;
    }
}
