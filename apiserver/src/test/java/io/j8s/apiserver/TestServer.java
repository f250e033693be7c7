package io.j8s.apiserver;

import io.j8s.apiserver.chain.Authenticator.Result;
import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Impersonation;
import io.j8s.apiserver.chain.Inflight;
import io.j8s.apiserver.chain.Observer;
import io.j8s.apiserver.discovery.DocumentEndpoint;
import io.j8s.apiserver.discovery.DocumentSource;
import io.j8s.apiserver.discovery.RuntimeConfig;
import io.j8s.apiserver.discovery.ServedApi;
import io.j8s.apiserver.http.HttpConfig;
import io.j8s.apiserver.proxy.GlobalUnicast;
import io.j8s.apiserver.proxy.ProxyRoutes;
import io.j8s.apiserver.registry.ApiState;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.resources.Resources;
import io.j8s.apiserver.schema.ApiTable;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.table.Tables;
import io.j8s.certs.AltNames;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateSpec;
import io.j8s.certs.ClientTls;
import io.j8s.certs.Credential;
import io.j8s.certs.ServerTls;
import io.j8s.machinery.timers.Deadline;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.machinery.version.KubernetesVersion;
import io.j8s.storage.memory.MemoryStore;
import io.j8s.storage.model.Store;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import javax.net.ssl.SSLContext;

/// A real server on a free port over TLS with the memory engine. Everyone may do everything, but
/// `nobody`, whose token is `nobody`; the token `admin` is `admin`.
public final class TestServer implements AutoCloseable {

    private static final Schema SCHEMA = Schema.load();

    private final PrometheusRegistry otherMetrics = new PrometheusRegistry();
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final SystemTimers timers = new SystemTimers();
    private final Store store;
    private final ApiState state;
    private final ApiServer server;
    private final CertificateAuthority authority;
    private final SSLContext tls;
    private final HttpClient client;
    private final DocumentEndpoint documents;

    public TestServer() throws Exception {
        this(new MemoryStore(new SystemTimers()), 0);
    }

    public TestServer(Store store, int port) throws Exception {
        this(store, port, Inflight.standard());
    }

    TestServer(Store store, int port, Inflight inflight) throws Exception {
        this.store = store;
        authority = CertificateAuthority.create("kubernetes", timers.now());
        Credential serving =
                authority.issue(
                        CertificateSpec.server(
                                "kube-apiserver", AltNames.of(Set.of("localhost", "127.0.0.1"))),
                        timers.now());
        tls = ServerTls.context(() -> serving, List.of());
        state =
                new ApiState(
                        new ApiState.Source(
                                store,
                                timers,
                                SCHEMA,
                                Resources.all(),
                                new Tables(SCHEMA),
                                ApiTable.Version::servedByDefault));
        state.start();
        documents =
                new DocumentEndpoint(
                        new DocumentSource(
                                SCHEMA,
                                ServedApi.builtIn(SCHEMA, RuntimeConfig.DEFAULT),
                                KubernetesVersion.GIT_VERSION,
                                "127.0.0.1"),
                        timers,
                        state.serving().answers()::fail);
        server =
                new ApiServer(
                        HttpConfig.of(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), tls),
                        state,
                        parts(inflight),
                        timers);
        server.start();
        client =
                HttpClient.newBuilder()
                        .sslContext(ClientTls.context(List.of(authority.certificate()), null))
                        .build();
        awaitReady();
    }

    /// What others in this process measure.
    public PrometheusRegistry otherMetrics() {
        return otherMetrics;
    }

    private ApiServer.Parts parts(Inflight inflight) {
        return new ApiServer.Parts(
                List.of(credentials ->
                        switch (credentials.bearerToken()) {
                            case "admin" ->
                                    new Result.Authenticated(
                                            UserInfo.component("admin", "system:masters"));
                            case "nobody" -> new Result.Authenticated(UserInfo.component("nobody"));
                            case "" -> new Result.NotMine();
                            default -> new Result.Rejected("unknown");
                        }),
                Impersonation.NONE,
                (user, _) ->
                        user.isInGroup("system:masters")
                                ? new Decision.Allowed("")
                                : new Decision.NoOpinion(""),
                List.of(
                        this::document,
                        new ProxyRoutes(state, agents(), workers, TestServer::isReachable)),
                Map.of(),
                inflight,
                Observer.NONE,
                otherMetrics,
                Map.of("test", "true"));
    }

    /// The tests' backends listen on one loopback address; the others are refused as in life.
    private static boolean isReachable(InetAddress address) {
        return GlobalUnicast.contains(address) || address.getHostAddress().equals("127.0.0.1");
    }

    private SSLContext agents() {
        try {
            return ClientTls.context(List.of(authority.certificate()), null);
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException("no TLS", e);
        }
    }

    private @Nullable Endpoint document(RequestInfo info, Exchange exchange) {
        return !info.isResourceRequest() && DocumentSource.mayServe(info.path()) ? documents : null;
    }

    private void awaitReady() throws InterruptedException {
        Deadline deadline = timers.deadline(Duration.ofMinutes(1));
        while (!state.registry().isReady()) {
            if (deadline.hasPassed()) {
                throw new IllegalStateException("caches are not filled in time");
            }
            timers.sleep(Duration.ofMillis(10));
        }
    }

    public ApiState state() {
        return state;
    }

    public java.security.cert.X509Certificate authority() {
        return authority.certificate();
    }

    /// For agents of a test: this server takes them for nodes'.
    public SSLContext tls() {
        return tls;
    }

    public HttpClient client() {
        return client;
    }

    public String url() {
        return "https://127.0.0.1:" + server.address().getPort();
    }

    public ApiServer server() {
        return server;
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer admin");
    }

    public HttpResponse<String> get(String path, String... headers) throws Exception {
        var request = request(path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.GET().build(), BodyHandlers.ofString());
    }

    public HttpResponse<String> send(
            String method, String path, @Nullable String body, String... headers) throws Exception {
        var request =
                request(path)
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        } else if (body != null) {
            request.header("Content-Type", "application/json");
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /// Writes the authority for clients of the command line.
    public Path writeKubeconfig(Path directory) throws Exception {
        var ca = directory.resolve("ca.crt");
        Files.writeString(ca, io.j8s.certs.Pem.certificates(List.of(authority.certificate())));
        return Files.writeString(
                directory.resolve("kubeconfig"),
                """
                apiVersion: v1
                kind: Config
                clusters:
                - name: c
                  cluster: {server: "%s", certificate-authority: "%s"}
                users:
                - name: u
                  user: {token: admin}
                contexts:
                - name: x
                  context: {cluster: c, user: u}
                current-context: x
                """
                        .formatted(url(), ca));
    }

    @Override
    public void close() {
        server.close();
        state.close();
        store.close();
        timers.close();
        workers.shutdownNow();
    }
}
