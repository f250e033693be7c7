package io.j8s.apiserver;

import io.j8s.apiserver.chain.Authenticator;
import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.chain.Chain;
import io.j8s.apiserver.chain.Fixed;
import io.j8s.apiserver.chain.HealthChecks;
import io.j8s.apiserver.chain.Impersonation;
import io.j8s.apiserver.chain.Inflight;
import io.j8s.apiserver.chain.Observer;
import io.j8s.apiserver.chain.PathRoutes;
import io.j8s.apiserver.chain.Routes;
import io.j8s.apiserver.http.HttpConfig;
import io.j8s.apiserver.http.UndertowServer;
import io.j8s.apiserver.metrics.ClientMetrics;
import io.j8s.apiserver.metrics.HealthMetrics;
import io.j8s.apiserver.metrics.MetricsEndpoint;
import io.j8s.apiserver.metrics.RequestMetrics;
import io.j8s.apiserver.metrics.StateMetrics;
import io.j8s.apiserver.registry.ApiState;
import io.j8s.apiserver.registry.UnknownPaths;
import io.j8s.apiserver.subresource.SubresourceRoutes;
import io.j8s.apiserver.zpages.Flagz;
import io.j8s.apiserver.zpages.Statusz;
import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/// The Kubernetes API server: its chain, its paths and its socket over an [ApiState], which it does
/// not own.
public final class ApiServer implements AutoCloseable {

    private static final String COMPONENT = "apiserver"; // as its z-pages call it

    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final Chain chain;
    private final UndertowServer server;
    private volatile boolean isClosing;

    /// What others bring.
    ///
    /// @param routes asked in order, before the server's own
    /// @param hooks checks that are told beside the server's own: what runs after the start
    /// @param others metrics of what else runs in this process
    /// @param flags that the process was started with, for `/flagz`; none for no such page
    public record Parts(
            List<Authenticator> authenticators,
            Impersonation impersonation,
            Authorizer authorizer,
            List<Routes> routes,
            Map<String, BooleanSupplier> hooks,
            Inflight inflight,
            Observer observer,
            PrometheusRegistry others,
            Map<String, String> flags) {

        /// A server that is alone in its process.
        public Parts(
                List<Authenticator> authenticators,
                Impersonation impersonation,
                Authorizer authorizer,
                List<Routes> routes,
                Map<String, BooleanSupplier> hooks,
                Inflight inflight,
                Observer observer) {
            this(
                    authenticators,
                    impersonation,
                    authorizer,
                    routes,
                    hooks,
                    inflight,
                    observer,
                    new PrometheusRegistry(),
                    Map.of());
        }

        public Parts {
            authenticators = List.copyOf(authenticators);
            routes = List.copyOf(routes);
            hooks = new LinkedHashMap<>(hooks);
            flags = Map.copyOf(flags);
        }
    }

    public ApiServer(HttpConfig http, ApiState state, Parts parts, Timers timers) {
        var own = new PathRoutes.Builder();
        var health = new HealthMetrics();
        health(own, state, parts.hooks(), health::observe);
        var registry = new PrometheusRegistry();
        StateMetrics.register(registry, state.registry());
        own.exact(
                "/metrics",
                new MetricsEndpoint(
                        List.of(registry, parts.others()), state.serving().answers()::fail));
        own.exact(
                "/metrics/slis",
                new MetricsEndpoint(List.of(health.registry()), state.serving().answers()::fail));
        own.exact("/version", Fixed.version());
        if (!parts.flags().isEmpty()) {
            own.exact("/flagz", new Flagz(COMPONENT, parts.flags()));
        }
        own.exact("/statusz", new Statusz(COMPONENT, timers, this::paths));
        own.exact("/", Fixed.paths(this::paths));
        var routes = new ArrayList<Routes>(parts.routes());
        routes.add(new SubresourceRoutes(state));
        routes.add(state.routes());
        routes.add(own.build());
        routes.add(new UnknownPaths(state.schema().api()));
        this.chain =
                new Chain(
                        new Chain.Parts(
                                parts.authenticators(),
                                parts.impersonation(),
                                parts.authorizer(),
                                routes,
                                state.serving().answers(),
                                parts.inflight(),
                                parts.observer()
                                        .and(new RequestMetrics(registry, timers))
                                        .and(new ClientMetrics(registry)),
                                timers));
        this.server = new UndertowServer(http, timers, workers, chain::accept);
    }

    private List<String> paths() {
        return chain.paths().stream().filter(path -> !path.equals("/")).toList();
    }

    private void health(
            PathRoutes.Builder routes,
            ApiState state,
            Map<String, BooleanSupplier> hooks,
            HealthChecks.Results results) {
        Map<String, BooleanSupplier> healthy = new LinkedHashMap<>();
        healthy.put("ping", () -> true);
        healthy.put("log", () -> true);
        healthy.put("etcd", state::isStorageHealthy);
        Map<String, BooleanSupplier> ready = new LinkedHashMap<>(healthy);
        ready.put("etcd-readiness", state::isStorageHealthy);
        ready.put("informer-sync", () -> state.registry().isReady());
        healthy.putAll(hooks);
        ready.putAll(hooks);
        ready.put("shutdown", () -> !isClosing);
        new HealthChecks("livez", healthy, results).addTo(routes);
        new HealthChecks("readyz", ready, results).addTo(routes);
        new HealthChecks("healthz", healthy, results).addTo(routes);
    }

    /// Where requests from inside the process enter.
    public Chain chain() {
        return chain;
    }

    public void start() {
        server.start();
    }

    public InetSocketAddress address() {
        return server.address();
    }

    /// Requests and streams that are not over.
    public int underWay() {
        return server.underWay();
    }

    @Override
    public void close() {
        isClosing = true;
        server.close();
        workers.shutdownNow();
    }
}
