package io.j8s.cli;

import io.j8s.apiserver.ApiServer;
import io.j8s.apiserver.access.Access;
import io.j8s.apiserver.access.token.IssuerDocuments;
import io.j8s.apiserver.allocation.AllocationRepair;
import io.j8s.apiserver.allocation.ClusterIps;
import io.j8s.apiserver.allocation.NodePorts;
import io.j8s.apiserver.allocation.ServiceAllocation;
import io.j8s.apiserver.bootstrap.Bootstrap;
import io.j8s.apiserver.bootstrap.BootstrapConfig;
import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Impersonation;
import io.j8s.apiserver.chain.Observer;
import io.j8s.apiserver.chain.PathRoutes;
import io.j8s.apiserver.chain.Routes;
import io.j8s.apiserver.discovery.DocumentEndpoint;
import io.j8s.apiserver.discovery.DocumentRoutes;
import io.j8s.apiserver.discovery.DocumentSource;
import io.j8s.apiserver.discovery.RuntimeConfig;
import io.j8s.apiserver.discovery.ServedApi;
import io.j8s.apiserver.http.HttpConfig;
import io.j8s.apiserver.local.LocalTransport;
import io.j8s.apiserver.plugins.Admission;
import io.j8s.apiserver.proxy.ProxyRoutes;
import io.j8s.apiserver.registry.ApiState;
import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.resources.Resources;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.subresource.VirtualRoutes;
import io.j8s.apiserver.table.Tables;
import io.j8s.certs.ServerTls;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.timers.Timers;
import io.j8s.machinery.version.KubernetesVersion;
import io.j8s.storage.model.Store;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/// The API server over a store that it does not own. Dependencies are read top to bottom; closing
/// goes the other way. Constructed, started and closed by one thread.
final class ControlPlane implements AutoCloseable {

    private static final Duration CACHES_FILLED_MAX = Duration.ofMinutes(1);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(2);

    private final CloseStack parts = new CloseStack();
    private final Bootstrap bootstrap;
    private final AllocationRepair repair;
    private final ApiServer server;
    private final LocalTransport transport;
    private volatile boolean isBootstrapped;

    /// The objects of a store in memory, as the API serves them: the longer half of what there is
    /// to do before a server can listen, and it needs no keys.
    ///
    /// @return filled; the caller closes it
    static ApiState read(Store store, RuntimeConfig runtimeConfig, Timers timers)
            throws InterruptedException, CommandException {
        var schema = Schema.load();
        var state =
                new ApiState(
                        new ApiState.Source(
                                store,
                                timers,
                                schema,
                                Resources.all(),
                                new Tables(schema),
                                runtimeConfig::serves));
        state.start();
        try {
            awaitCaches(state, timers);
            return state;
        } catch (CommandException | InterruptedException | RuntimeException e) {
            state.close();
            throw e;
        }
    }

    /// @param others counts of what else runs in the process; the server tells them with its own
    ControlPlane(
            ApiServerConfig config,
            ApiState state,
            Store store,
            PrometheusRegistry others,
            Timers timers)
            throws GeneralSecurityException {
        var schema = state.schema();
        var random = RandomGenerator.getDefault();
        ExecutorService workers = parts.add(Executors.newVirtualThreadPerTaskExecutor());
        var lookup = state.lookup();
        var access = Access.of(config.access(), lookup, timers);
        var ips =
                new ClusterIps(
                        config.serviceCidrs(),
                        lookup,
                        state.writer(),
                        Bootstrap.SELF,
                        schema,
                        random);
        var ports =
                new NodePorts(
                        config.nodePorts().first(),
                        config.nodePorts().last(),
                        store,
                        schema,
                        random);
        state.reserve(Map.of(new GroupResource("", "services"), new ServiceAllocation(ips, ports)));
        state.admit(
                Admission.plugins(
                        new Admission.Parts(
                                lookup,
                                state.writer(),
                                access.authorizer(),
                                access.grants(),
                                Bootstrap.SELF,
                                timers),
                        config.admissionOn(),
                        config.admissionOff(),
                        List.of()));
        repair = parts.add(new AllocationRepair(ips, ports, lookup, timers, workers));
        server =
                parts.add(
                        new ApiServer(
                                HttpConfig.of(
                                        new InetSocketAddress(config.bindAddress(), config.port()),
                                        ServerTls.context(
                                                config.serving(), config.namedAuthorities())),
                                state,
                                new ApiServer.Parts(
                                        List.of(access.authenticator()),
                                        impersonation(access),
                                        access.authorizer(),
                                        List.of(
                                                new VirtualRoutes(state, access.reviews()),
                                                issuer(access.documents()),
                                                new ProxyRoutes(state, config.kubelets(), workers),
                                                documents(state, config, timers)),
                                        StartHooks.of(
                                                state.registry()::isReady, () -> isBootstrapped),
                                        config.inflight(),
                                        Observer.NONE,
                                        others,
                                        config.flags()),
                                timers));
        transport = parts.add(new LocalTransport(server.chain()));
        bootstrap =
                parts.add(
                        new Bootstrap(
                                new BootstrapConfig(
                                        config.advertised(),
                                        config.port(),
                                        UpConfig.hostName(),
                                        config.serviceCidrs(),
                                        config.clientAuthorityPem(),
                                        config.access().frontProxy(),
                                        config.publishesClusterInfo(),
                                        ServedApi.builtIn(schema, config.runtimeConfig())),
                                access.policy(),
                                ips.firstAddresses(),
                                lookup,
                                state.writer(),
                                store,
                                schema,
                                timers,
                                workers));
    }

    /// Listens, then makes the objects that every cluster has; returns when they stand.
    void start() throws InterruptedException {
        server.start();
        bootstrap.run();
        isBootstrapped = true;
        repair.start();
    }

    /// How other parts of this process talk to it.
    LocalTransport transport() {
        return transport;
    }

    @Override
    public void close() {
        parts.close();
    }

    private static void awaitCaches(ApiState state, Timers timers)
            throws InterruptedException, CommandException {
        var deadline = timers.deadline(CACHES_FILLED_MAX);
        while (!state.registry().isReady()) {
            if (deadline.hasPassed()) {
                throw new CommandException(
                        "the storage does not answer within %d s: see the log in the data directory"
                                .formatted(CACHES_FILLED_MAX.toSeconds()));
            }
            timers.sleep(LOOK_INTERVAL);
        }
    }

    /// Discovery and OpenAPI.
    private static Routes documents(ApiState state, ApiServerConfig config, Timers timers) {
        var schema = state.schema();
        var source =
                new DocumentSource(
                        schema,
                        ServedApi.builtIn(schema, config.runtimeConfig()),
                        KubernetesVersion.GIT_VERSION,
                        config.advertised() + ":" + config.port());
        var answers = state.serving().answers();
        return new DocumentRoutes(source, new DocumentEndpoint(source, timers, answers::fail));
    }

    /// What others need to verify service accounts' tokens.
    private static Routes issuer(IssuerDocuments documents) {
        return new PathRoutes.Builder()
                .exact(
                        IssuerDocuments.CONFIGURATION_PATH,
                        document(documents.configuration(), Answer.JSON))
                .exact(
                        IssuerDocuments.KEYS_PATH,
                        document(documents.keys(), "application/jwk-set+json"))
                .build();
    }

    private static Endpoint document(String text, String type) {
        var headers = List.of(new Answer.Header("Cache-Control", IssuerDocuments.CACHE_CONTROL));
        var body = text.getBytes(StandardCharsets.UTF_8);
        return (exchange, _) -> exchange.answer(new Answer(200, type, headers, Body.of(body)));
    }

    private static Impersonation impersonation(Access access) {
        return (user, exchange) -> access.impersonate(user, exchange.headers());
    }
}
