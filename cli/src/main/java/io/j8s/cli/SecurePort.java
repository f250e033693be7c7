package io.j8s.cli;

import io.j8s.apiserver.access.authn.FrontProxy;
import io.j8s.apiserver.chain.Answers;
import io.j8s.apiserver.chain.Chain;
import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.HealthChecks;
import io.j8s.apiserver.chain.Impersonation;
import io.j8s.apiserver.chain.Inflight;
import io.j8s.apiserver.chain.Observer;
import io.j8s.apiserver.chain.PathRoutes;
import io.j8s.apiserver.http.HttpConfig;
import io.j8s.apiserver.http.UndertowServer;
import io.j8s.apiserver.metrics.HealthMetrics;
import io.j8s.apiserver.metrics.MetricsEndpoint;
import io.j8s.apiserver.metrics.ProcessMetrics;
import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.zpages.Flagz;
import io.j8s.apiserver.zpages.Statusz;
import io.j8s.certs.AltNames;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateSpec;
import io.j8s.certs.Credential;
import io.j8s.certs.CredentialFiles;
import io.j8s.certs.PrivateFiles;
import io.j8s.certs.ServerTls;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.ClientApi;
import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.ParseResult;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// The port that a component on its own serves: health, metrics and what it is set to, with the
/// cluster's authentication and authorization. One thread constructs, starts and closes it.
final class SecurePort implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SecurePort.class);

    /// What a component serves there.
    ///
    /// @param name e.g. `kube-scheduler`
    /// @param healthy checks of `/healthz`; none means that answering is enough
    /// @param configName what `/configz` calls the configuration
    /// @param more metrics at other paths
    record Component(
            String name,
            int port,
            boolean toleratesLookupFailure,
            Map<String, BooleanSupplier> healthy,
            Map<String, BooleanSupplier> ready,
            String configName,
            Map<String, ?> configuration,
            PrometheusRegistry metrics,
            Map<String, PrometheusRegistry> more) {
        Component {
            more = Map.copyOf(more);
            healthy = new LinkedHashMap<>(healthy);
            ready = new LinkedHashMap<>(ready);
        }
    }

    private final CloseStack parts = new CloseStack();
    private final @Nullable UndertowServer server;

    /// @param given flags of [SecurePortFlags]
    SecurePort(Component component, ParseResult given, Timers timers)
            throws CommandException, IOException {
        int port = SecurePortFlags.port(component.port()).in(given);
        if (port == 0) {
            server = null;
            return;
        }
        try {
            var address =
                    new InetSocketAddress(
                            UpConfig.address(SharedFlags.BIND_ADDRESS, given).orElse("0.0.0.0"),
                            port);
            if (!Ports.isFree(port)) {
                throw new CommandException(
                        "failed to create listener: port %d is in use: stop what listens there, or give another --secure-port"
                                .formatted(port));
            }
            var chain = chain(component, given, timers);
            ExecutorService workers = parts.add(Executors.newVirtualThreadPerTaskExecutor());
            server =
                    parts.add(
                            new UndertowServer(
                                    HttpConfig.of(
                                            address,
                                            ServerTls.context(
                                                    serving(component.name(), given, timers),
                                                    List.of())),
                                    timers,
                                    workers,
                                    // reviews block
                                    exchange -> exchange.onWorker(() -> chain.accept(exchange))));
        } catch (GeneralSecurityException e) {
            parts.close();
            throw CommandException.usage("the serving certificate: " + e.getMessage());
        } catch (CommandException | IOException | RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    void start() {
        if (server != null) {
            server.start();
        }
    }

    private Chain chain(Component component, ParseResult given, Timers timers)
            throws CommandException, IOException {
        var answers = new Answers(Answers.StatusCodec.JSON);
        var routes = new PathRoutes.Builder();
        var health = new HealthMetrics();
        new HealthChecks("healthz", orPing(component.healthy()), health::observe).addTo(routes);
        new HealthChecks("livez", orPing(Map.of()), health::observe).addTo(routes);
        new HealthChecks("readyz", orPing(component.ready()), health::observe).addTo(routes);
        ProcessMetrics.register(component.metrics());
        routes.exact("/metrics", new MetricsEndpoint(List.of(component.metrics()), answers::fail));
        routes.exact(
                "/metrics/slis", new MetricsEndpoint(List.of(health.registry()), answers::fail));
        routes.exact(
                "/configz", configz(Map.of(component.configName(), component.configuration())));
        component
                .more()
                .forEach((path, registry) ->
                        routes.exact(path, new MetricsEndpoint(List.of(registry), answers::fail)));
        routes.exact("/flagz", new Flagz(component.name(), Flag.valuesOf(given)));
        var served = new LinkedHashMap<String, List<String>>();
        routes.exact(
                "/statusz",
                new Statusz(
                        component.name(), timers, () -> served.getOrDefault("paths", List.of())));
        var built = routes.build();
        served.put("paths", built.paths());
        return new Chain(
                new Chain.Parts(
                        List.of(authentication(component, given, timers)),
                        Impersonation.NONE,
                        new DelegatedAuthorization(
                                api(SecurePortFlags.AUTHORIZATION_KUBECONFIG, given),
                                SecurePortFlags.ALWAYS_ALLOWED.in(given),
                                timers),
                        List.of(built),
                        answers,
                        Inflight.standard(),
                        Observer.NONE,
                        timers));
    }

    private static Endpoint configz(Map<String, ?> configurations) {
        byte[] json = new JsonMapper().writeValueAsBytes(configurations);
        return (exchange, _) -> exchange.answer(Answer.of(200, "application/json", json));
    }

    private static Map<String, BooleanSupplier> orPing(Map<String, BooleanSupplier> checks) {
        return checks.isEmpty() ? Map.of("ping", () -> true) : checks;
    }

    private DelegatedAuthentication authentication(
            Component component, ParseResult given, Timers timers)
            throws CommandException, IOException {
        var api = api(SecurePortFlags.AUTHENTICATION_KUBECONFIG, given);
        boolean asks = api != null && !SecurePortFlags.AUTHENTICATION_SKIP_LOOKUP.in(given);
        var authorities = new ClusterAuthorities(byFlags(given), asks ? api : null, timers);
        try {
            authorities.read();
        } catch (CommandException failed) {
            if (!SecurePortFlags.toleratesLookupFailure(component.toleratesLookupFailure())
                    .in(given)) {
                throw failed;
            }
            log.atWarn()
                    .addKeyValue("cause", failed.getMessage())
                    .log("clients' certificates may not be known");
        }
        return new DelegatedAuthentication(api, authorities, timers);
    }

    private static ClusterAuthorities.Known byFlags(ParseResult given)
            throws CommandException, IOException {
        var clients =
                FileFlags.certificates(
                        SharedFlags.CLIENT_CA_FILE,
                        FileFlags.text(SharedFlags.CLIENT_CA_FILE, given));
        var proxies =
                FileFlags.certificates(
                        SharedFlags.REQUESTHEADER_CLIENT_CA_FILE,
                        FileFlags.text(SharedFlags.REQUESTHEADER_CLIENT_CA_FILE, given));
        return new ClusterAuthorities.Known(
                clients,
                proxies.isEmpty()
                        ? null
                        : new FrontProxy(
                                proxies,
                                SharedFlags.REQUESTHEADER_ALLOWED_NAMES.in(given),
                                orElse(
                                        SharedFlags.REQUESTHEADER_USERNAME_HEADERS.in(given),
                                        "x-remote-user"),
                                SharedFlags.REQUESTHEADER_UID_HEADERS.in(given),
                                orElse(
                                        SharedFlags.REQUESTHEADER_GROUP_HEADERS.in(given),
                                        "x-remote-group"),
                                orElse(
                                        SharedFlags.REQUESTHEADER_EXTRA_PREFIX.in(given),
                                        "x-remote-extra-")));
    }

    private static List<String> orElse(List<String> values, String fallback) {
        return values.isEmpty() ? List.of(fallback) : values;
    }

    private @Nullable Api api(Flag<String> kubeconfig, ParseResult given) throws CommandException {
        var file = kubeconfig.path(given);
        return file.isEmpty() ? null : new ClientApi(parts.add(NetworkClients.of(file.get())));
    }

    /// Upstream: without a named certificate the component signs one for itself.
    private static Supplier<Credential> serving(String name, ParseResult given, Timers timers)
            throws CommandException, IOException, GeneralSecurityException {
        var named =
                FileFlags.pair(SharedFlags.TLS_CERT_FILE, SharedFlags.TLS_PRIVATE_KEY_FILE, given);
        if (named.isPresent()) {
            return named.get();
        }
        var directory = SecurePortFlags.CERT_DIR.path(given);
        if (directory.isEmpty()) {
            var made = selfSigned(timers);
            return () -> made;
        }
        Path certificate = directory.get().resolve(name + ".crt");
        Path key = directory.get().resolve(name + ".key");
        if (!Files.exists(certificate) || !Files.exists(key)) {
            var made = selfSigned(timers);
            PrivateFiles.write(key, made.keyPem());
            PrivateFiles.write(certificate, made.certificatePem());
        }
        return new CredentialFiles(certificate, key);
    }

    private static Credential selfSigned(Timers timers) throws GeneralSecurityException {
        var now = timers.now();
        return CertificateAuthority.create("localhost-ca", now)
                .issue(
                        CertificateSpec.server(
                                "localhost", AltNames.of(List.of("localhost", "127.0.0.1"))),
                        now);
    }

    @Override
    public void close() {
        parts.close();
    }
}
