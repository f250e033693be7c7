package io.j8s.apiserver.http;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.Duration;

import javax.net.ssl.SSLContext;

/// How the API server is reached.
///
/// @param address where to listen; port 0 takes a free one
/// @param tls must ask for client certificates and take any (`certs.ServerTls`). Null serves plain
///   HTTP, for measurements
/// @param ioThreads 0 for one a processor
/// @param drain how long a stop waits for requests under way
public record HttpConfig(
        InetSocketAddress address, @Nullable SSLContext tls, int ioThreads, Duration drain) {

    public static HttpConfig of(InetSocketAddress address, @Nullable SSLContext tls) {
        return new HttpConfig(address, tls, 0, Duration.ofSeconds(10));
    }
}
