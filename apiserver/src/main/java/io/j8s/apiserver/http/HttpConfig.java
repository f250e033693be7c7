package io.j8s.apiserver.http;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.Duration;

import javax.net.ssl.X509ExtendedKeyManager;

/// How the API server is reached.
///
/// @param address where to listen; port 0 takes a free one
/// @param keys chooses the serving certificate; asked on each handshake, so a renewed certificate
///   is served at once. Null serves plain HTTP, for tests and measurements
/// @param ioThreads 0 for one a processor
/// @param drain how long a stop waits for requests under way
public record HttpConfig(
        InetSocketAddress address,
        @Nullable X509ExtendedKeyManager keys,
        int ioThreads,
        Duration drain) {

    public static HttpConfig of(InetSocketAddress address, @Nullable X509ExtendedKeyManager keys) {
        return new HttpConfig(address, keys, 0, Duration.ofSeconds(10));
    }
}
