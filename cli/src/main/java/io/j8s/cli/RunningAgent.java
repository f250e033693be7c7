package io.j8s.cli;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.j8s.certs.AltNames;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateSpec;
import io.j8s.certs.ClientTls;
import io.j8s.certs.Credential;
import io.j8s.certs.Pem;
import io.j8s.certs.PrivateFiles;
import io.j8s.certs.ServerTls;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.ClientApi;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.timers.Timers;
import io.j8s.machinery.version.KubernetesVersion;
import io.j8s.nodeagent.NodeAgent;
import io.j8s.nodeagent.NodeAgentConfig;
import io.j8s.nodeagent.join.ClusterInfo;
import io.j8s.nodeagent.join.ClusterSettings;
import io.j8s.nodeagent.join.NodeCertificate;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;

/// Everything `j8s agent` runs. One thread starts and closes it.
final class RunningAgent implements AutoCloseable {

    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration SERVER_MAX = Duration.ofSeconds(60);

    private final CloseStack parts = new CloseStack();
    private final AgentConfig config;
    private final DataDirectory directory;
    private final Timers timers;
    private final Stages stages;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private @Nullable Informer<Service> services;

    /// Who we are, and where.
    ///
    /// @param renewals null when somebody else renews our certificate
    private record Identity(
            String server, Api api, @Nullable Path authorityFile, @Nullable Runnable renewals) {}

    private RunningAgent(
            AgentConfig config, DataDirectory directory, Timers timers, Stages stages) {
        this.config = config;
        this.directory = directory;
        this.timers = timers;
        this.stages = stages;
    }

    /// Returns when the node is registered; whatever was started is closed again if it never gets
    /// there.
    static RunningAgent start(
            AgentConfig config, DataDirectory directory, Timers timers, Stages stages)
            throws CommandException, IOException, InterruptedException {
        var agent = new RunningAgent(config, directory, timers, stages);
        try {
            agent.start();
            return agent;
        } catch (CommandException | IOException | InterruptedException | RuntimeException e) {
            agent.close();
            throw e;
        } catch (GeneralSecurityException e) {
            agent.close();
            throw new CommandException(
                    "unusable certificates in %s: %s; remove them and join again"
                            .formatted(directory.certificates(), e.getMessage()),
                    e);
        }
    }

    private void start()
            throws CommandException, IOException, InterruptedException, GeneralSecurityException {
        var kubeconfig = config.kubeconfig();
        var identity = kubeconfig.isPresent() ? existing(kubeconfig.get()) : joined();
        stages.reached("credentials for " + identity.server());
        var api = identity.api();
        var settings = settings(api);
        var addresses = addresses(identity.server(), settings);
        Map<String, String> annotations = Map.of();
        if (config.hasNetwork()) {
            var informers = parts.add(new Informers(api, timers, random));
            var network =
                    parts.add(
                            NodeNetwork.start(
                                    new NodeNetwork.Settings(
                                            directory,
                                            config.nodeName(),
                                            addresses.getFirst(),
                                            settings.clusterCidrs(),
                                            settings.serviceCidrs(),
                                            settings.clusterDomain()),
                                    informers,
                                    api,
                                    timers));
            annotations = network.annotations();
            services = informers.of(Kinds.SERVICES);
            informers.start();
            stages.reached("Services and DNS");
        }
        startNode(identity, settings, addresses, annotations);
        stages.reached("node " + config.nodeName() + " registered");
        if (identity.renewals() != null) {
            identity.renewals().run();
        }
    }

    private void startNode(
            Identity identity,
            ClusterSettings settings,
            List<String> addresses,
            Map<String, String> annotations)
            throws CommandException, IOException, InterruptedException, GeneralSecurityException {
        if (config.runtimeEndpoint().isPresent()) {
            Files.writeString(
                    directory.runtimeEndpoint(),
                    RunningCluster.socket(config.runtimeEndpoint().get()));
        } else {
            Files.deleteIfExists(directory.runtimeEndpoint());
        }
        var names = new ArrayList<>(addresses);
        names.add(config.nodeName());
        var spec = CertificateSpec.kubeletServing(config.nodeName(), AltNames.of(names));
        var signed =
                parts.add(
                        new NodeCertificate(
                                directory.certificates().resolve("kubelet-server-current.pem"),
                                new NodeCertificate.Request("kubernetes.io/kubelet-serving", spec),
                                timers,
                                random));
        var serving = new AtomicReference<>(signed.current().orElse(selfSigned(spec)));
        var agent =
                parts.add(
                        new NodeAgent(
                                nodeConfig(identity, settings, addresses, annotations, serving),
                                identity.api(),
                                services,
                                timers,
                                random));
        try {
            agent.start();
        } catch (IOException e) {
            throw new CommandException("the node does not start: " + e.getMessage(), e);
        }
        if (config.kubeconfig().isEmpty()) {
            // its addresses are known from now on, by which the request is judged
            if (signed.current().isEmpty()) {
                serving.set(signed.obtain(identity.api()));
            }
            signed.start(identity.api(), serving::set);
        }
    }

    private NodeAgentConfig nodeConfig(
            Identity identity,
            ClusterSettings settings,
            List<String> addresses,
            Map<String, String> annotations,
            AtomicReference<Credential> serving)
            throws IOException, GeneralSecurityException {
        var clientCa = config.clientCaFile().orElse(identity.authorityFile());
        List<X509Certificate> named =
                clientCa == null ? List.of() : Pem.readCertificates(Files.readString(clientCa));
        return new NodeAgentConfig(
                directory.path(),
                config.nodeName(),
                addresses,
                config.port(),
                ServerTls.context(serving::get, named),
                clientCa,
                List.of(),
                settings.clusterCidrs(),
                config.clusterDns().isEmpty() ? settings.clusterDns() : config.clusterDns(),
                settings.clusterDomain(),
                config.runtimeEndpoint()
                        .map(endpoint -> Path.of(RunningCluster.socket(endpoint)))
                        .orElse(null),
                config.node().staticPodPath().orElse(null),
                config.node().maxPods(),
                config.node().eviction(),
                config.node().shutdown(),
                config.node().labels(),
                annotations,
                KubernetesVersion.GIT_VERSION);
    }

    /// Until the cluster has signed one, as the kubelet does it.
    private Credential selfSigned(CertificateSpec spec) throws GeneralSecurityException {
        var authority = CertificateAuthority.create(config.nodeName() + "-ca", timers.now());
        return authority.issue(spec, timers.now());
    }

    /// As a kubelet with the credentials of a file.
    private Identity existing(Path kubeconfig) throws CommandException {
        var client = parts.add(NetworkClients.of(kubeconfig));
        var server = client.getMasterUrl().toString();
        return new Identity(server, new ClientApi(client), null, null);
    }

    /// With the certificate of an earlier run, else by the token.
    private Identity joined()
            throws CommandException, IOException, InterruptedException, GeneralSecurityException {
        var server = server();
        var authorityFile = directory.certificates().resolve("ca.crt");
        var certificate =
                parts.add(
                        new NodeCertificate(
                                directory.certificates().resolve("kubelet-client-current.pem"),
                                NodeCertificate.Request.client(config.nodeName()),
                                timers,
                                random));
        if (certificate.current().isEmpty() || !Files.exists(authorityFile)) {
            join(server, authorityFile, certificate);
        }
        PrivateFiles.writeIfChanged(directory.path().resolve("server"), server + "\n");
        var client =
                parts.add(
                        new RenewingClient(
                                server,
                                Files.readString(authorityFile),
                                certificate.current().orElseThrow(),
                                "kubelet"));
        return new Identity(
                server,
                client.api(),
                authorityFile,
                () -> certificate.start(client.api(), client::use));
    }

    private String server() throws CommandException, IOException {
        if (config.server().isPresent()) {
            return config.server().get();
        }
        var remembered = directory.path().resolve("server");
        if (!Files.exists(remembered)) {
            throw CommandException.usage(
                    "--server is missing: `j8s token create` on the cluster's machine shows the"
                            + " whole command");
        }
        return Files.readString(remembered).strip();
    }

    private void join(String server, Path authorityFile, NodeCertificate certificate)
            throws CommandException, IOException, InterruptedException, GeneralSecurityException {
        var token = config.token();
        if (token.isEmpty()) {
            throw CommandException.usage(
                    "--token is missing: this machine has no credentials yet; make a token with"
                            + " `j8s token create` on the cluster's machine");
        }
        try {
            // the signature of a token just made may be a moment behind
            var deadline = timers.deadline(SERVER_MAX);
            Optional<ClusterInfo> info = Optional.empty();
            while (info.isEmpty()) {
                try {
                    info = Optional.of(ClusterInfo.fetch(server, token.get(), config.pins()));
                } catch (IOException e) {
                    if (deadline.hasPassed()) {
                        throw e;
                    }
                    timers.sleep(RETRY);
                }
            }
            stages.reached("trust in " + server);
            try (var http = trusting(info.get().authorityPem())) {
                certificate.obtain(withToken(http, server, token.get().text()));
            }
            PrivateFiles.write(authorityFile, info.get().authorityPem());
        } catch (IOException e) {
            throw new CommandException("cannot join: " + e.getMessage(), e);
        } catch (StatusException | UncheckedIOException e) {
            throw new CommandException(
                    "cannot join: %s does not take the certificate request: %s"
                            .formatted(server, e.getMessage()),
                    e);
        }
    }

    private static HttpClient trusting(String authorityPem) throws GeneralSecurityException {
        HttpClient.Factory factory = new JdkHttpClientFactory();
        return factory.newBuilder()
                .sslContext(null, ClientTls.trustManagers(Pem.readCertificates(authorityPem)))
                .build();
    }

    private static Api withToken(HttpClient http, String server, String token) {
        return new ClientApi(
                http,
                server,
                Map.of(
                        "Authorization",
                        "Bearer " + token,
                        "User-Agent",
                        "kubelet/" + KubernetesVersion.GIT_VERSION));
    }

    private ClusterSettings settings(Api api) throws CommandException, InterruptedException {
        var deadline = timers.deadline(SERVER_MAX);
        while (true) {
            try {
                return settled(ClusterSettings.read(api));
            } catch (StatusException | UncheckedIOException e) {
                if (deadline.hasPassed()) {
                    throw new CommandException(
                            "the API server does not answer: " + e.getMessage(), e);
                }
            }
            timers.sleep(RETRY);
        }
    }

    private ClusterSettings settled(ClusterSettings told) throws CommandException {
        if (config.hasNetwork()
                && (told.clusterCidrs().isEmpty() || told.serviceCidrs().isEmpty())) {
            throw new CommandException(
                    "the cluster does not tell its address ranges (ConfigMap"
                        + " kube-system/kube-proxy, ServiceCIDR kubernetes): was it made by `j8s"
                        + " up`? Else use --service-proxy=false");
        }
        return new ClusterSettings(
                told.clusterCidrs(),
                told.serviceCidrs(),
                told.clusterDns(),
                config.clusterDomain().orElse(told.clusterDomain()));
    }

    /// Where the cluster finds this node: the address that reaches the server, unless that is on
    /// this machine itself.
    private List<String> addresses(String server, ClusterSettings settings)
            throws CommandException {
        var primary =
                config.nodeIps().stream()
                        .findFirst()
                        .or(() -> HostAddresses.towards(URI.create(server).getHost()))
                        .or(HostAddresses::ofDefaultRoute)
                        .orElseThrow(() ->
                                new CommandException(
                                        "this machine has no address: give its --node-ip"));
        return NodeAddresses.complete(
                config.nodeIps(), primary, settings.clusterCidrs(), HostAddresses::ofDefaultRoute);
    }

    @Override
    public void close() {
        parts.close();
    }
}
