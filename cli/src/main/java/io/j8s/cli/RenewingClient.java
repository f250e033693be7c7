package io.j8s.cli;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.StandardHttpClient;
import io.fabric8.kubernetes.client.http.StandardHttpClientBuilder;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.fabric8.kubernetes.client.http.StandardWebSocketBuilder;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.http.WebSocketResponse;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.j8s.certs.ClientTls;
import io.j8s.certs.Credential;
import io.j8s.certs.Pem;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.ClientApi;
import io.j8s.machinery.version.KubernetesVersion;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/// A client whose certificate can be exchanged while it is in use. The connections under it are
/// made anew then, as the kubelet does it: an old one would go on with the old certificate. Watches
/// that break by it are opened again by whoever reads them. Safe for use by many threads.
final class RenewingClient implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final List<X509Certificate> authorities;
    private final AtomicReference<StandardHttpClient<?, ?, ?>> connections;
    private final HttpClient client;
    private final Api api;

    /// @param authorityPem whom the server's certificate must come from
    RenewingClient(String server, String authorityPem, Credential credential, String agent)
            throws GeneralSecurityException {
        this.authorities = Pem.readCertificates(authorityPem);
        this.connections = new AtomicReference<>(connect(credential));
        this.client = new Factory(connections).newBuilder().build();
        this.api =
                new ClientApi(
                        client,
                        server,
                        Map.of("User-Agent", agent + "/" + KubernetesVersion.GIT_VERSION));
    }

    Api api() {
        return api;
    }

    /// From now on shows this certificate.
    void use(Credential credential) {
        try {
            connections.getAndSet(connect(credential)).close();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was just signed is unusable", e);
        }
    }

    @Override
    public void close() {
        client.close();
        connections.get().close();
    }

    private StandardHttpClient<?, ?, ?> connect(Credential credential)
            throws GeneralSecurityException {
        HttpClient.Factory factory = new JdkHttpClientFactory();
        var made =
                factory.newBuilder()
                        .sslContext(
                                ClientTls.keyManagers(credential),
                                ClientTls.trustManagers(authorities))
                        .connectTimeout(CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                        .build();
        return (StandardHttpClient<?, ?, ?>) made;
    }

    /// Makes clients that all go over whatever connections there are.
    private record Factory(AtomicReference<StandardHttpClient<?, ?, ?>> connections)
            implements HttpClient.Factory {

        @Override
        public HttpClient.Builder newBuilder() {
            return new DelegatingBuilder(this);
        }
    }

    private static final class DelegatingBuilder
            extends StandardHttpClientBuilder<Delegating, Factory, DelegatingBuilder> {

        DelegatingBuilder(Factory factory) {
            super(factory);
        }

        @Override
        public Delegating build() {
            return new Delegating(this, client == null ? new AtomicBoolean() : client.getClosed());
        }

        @Override
        protected DelegatingBuilder newInstance(Factory factory) {
            return new DelegatingBuilder(factory);
        }
    }

    private static final class Delegating
            extends StandardHttpClient<Delegating, Factory, DelegatingBuilder> {

        private final AtomicReference<StandardHttpClient<?, ?, ?>> connections;

        Delegating(DelegatingBuilder builder, AtomicBoolean closed) {
            super(builder, closed);
            this.connections = builder.getClientFactory().connections();
        }

        @Override
        public CompletableFuture<HttpResponse<AsyncBody>> consumeBytesDirect(
                StandardHttpRequest request, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
            return over(client -> client.consumeBytesDirect(request, consumer));
        }

        @Override
        public CompletableFuture<WebSocketResponse> buildWebSocketDirect(
                StandardWebSocketBuilder builder, WebSocket.Listener listener) {
            return over(client -> client.buildWebSocketDirect(builder, listener));
        }

        /// Connections that are given up just now refuse work in a way that no caller expects of a
        /// network: to callers it is one that broke.
        private <T> CompletableFuture<T> over(
                Function<StandardHttpClient<?, ?, ?>, CompletableFuture<T>> call) {
            var chosen = connections.get();
            try {
                return call.apply(chosen)
                        .exceptionallyCompose(failure ->
                                CompletableFuture.failedFuture(
                                        isRefusal(failure, chosen) ? givenUp(failure) : failure));
            } catch (RejectedExecutionException | IllegalStateException e) {
                if (isRefusal(e, chosen)) {
                    return CompletableFuture.failedFuture(givenUp(e));
                }
                throw e;
            }
        }

        /// They have an executor that takes no more tasks, or none at all any more.
        private boolean isRefusal(Throwable failure, StandardHttpClient<?, ?, ?> chosen) {
            for (var at = failure; at != null; at = at.getCause()) {
                if (at instanceof RejectedExecutionException
                        || (at instanceof IllegalStateException
                                && !chosen.equals(connections.get()))) {
                    return true;
                }
            }
            return false;
        }

        private static IOException givenUp(Throwable cause) {
            return new IOException(
                    "the connection was given up for one with a new certificate", cause);
        }

        @Override
        protected void doClose() {
            // the connections belong to the one who exchanges them
        }
    }
}
