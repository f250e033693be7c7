package io.j8s.storage.etcd;

import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.j8s.storage.model.StoreException;
import io.netty.handler.ssl.SslContext;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Connections to a cluster's members, of which one is used until it fails. Safe for many threads.
final class Members implements AutoCloseable {

    private static final long KEEPALIVE_SECONDS = 30; // upstream: etcd3's keepaliveTime
    private static final long KEEPALIVE_TIMEOUT_SECONDS = 10; // upstream: keepaliveTimeout
    private static final int RESPONSE_BYTES_MAX = Integer.MAX_VALUE; // as clientv3
    private static final Metadata.Key<String> TOKEN =
            Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private final EtcdConfig config;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
    private volatile int used;
    private volatile @Nullable String token;

    Members(EtcdConfig config) {
        this.config = config;
        for (URI endpoint : config.endpoints()) {
            channels.add(channel(endpoint));
        }
    }

    /// The member in use, with the user's token if there is one.
    Channel current() {
        return authenticated(channels.get(used));
    }

    /// All members, for questions that each has to answer.
    List<Channel> all() {
        return channels.stream().map(this::authenticated).toList();
    }

    /// Goes on to the next member, unless somebody else has already.
    void failed(int member) {
        if (member == used) {
            used = (member + 1) % channels.size();
        }
    }

    int used() {
        return used;
    }

    int count() {
        return channels.size();
    }

    /// Fetches a token for the user; does nothing without one.
    void authenticate() {
        if (config.user() == null) {
            return;
        }
        var request =
                AuthenticateRequest.newBuilder()
                        .setName(config.user())
                        .setPassword(config.password() == null ? "" : config.password())
                        .build();
        token =
                AuthGrpc.newBlockingStub(channels.get(used))
                        .withDeadlineAfter(EtcdStore.CALL_SECONDS, TimeUnit.SECONDS)
                        .authenticate(request)
                        .getToken();
    }

    boolean hasUser() {
        return config.user() != null;
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        tasks.shutdown();
    }

    private Channel authenticated(ManagedChannel channel) {
        String present = token;
        if (present == null) {
            return channel;
        }
        var headers = new Metadata();
        headers.put(TOKEN, present);
        ClientInterceptor attach = MetadataUtils.newAttachHeadersInterceptor(headers);
        return ClientInterceptors.intercept(channel, attach);
    }

    private ManagedChannel channel(URI endpoint) {
        int port = endpoint.getPort() < 0 ? 2379 : endpoint.getPort();
        var builder =
                NettyChannelBuilder.forAddress(endpoint.getHost(), port)
                        .executor(tasks)
                        .maxInboundMessageSize(RESPONSE_BYTES_MAX)
                        .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                        .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        return switch (endpoint.getScheme()) {
            case "http" -> builder.usePlaintext().build();
            case "https" -> builder.sslContext(tls()).build();
            case null, default ->
                    throw new IllegalArgumentException(
                            "etcd endpoint " + endpoint + " must begin with http:// or https://");
        };
    }

    private SslContext tls() {
        try {
            var context = GrpcSslContexts.forClient();
            if (config.caFile() != null) {
                context.trustManager(config.caFile().toFile());
            }
            if (config.certFile() != null && config.keyFile() != null) {
                context.keyManager(
                        PemKey.read(config.keyFile()),
                        certificates(config.certFile()).toArray(new X509Certificate[0]));
            }
            return context.build();
        } catch (IOException | GeneralSecurityException e) {
            throw new StoreException.Unavailable(
                    "the files for etcd's TLS cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        }
    }
}
