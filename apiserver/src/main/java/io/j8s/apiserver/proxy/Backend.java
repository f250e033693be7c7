package io.j8s.apiserver.proxy;

import org.jspecify.annotations.Nullable;

import javax.net.ssl.SSLContext;

/// Where a request is passed on to.
///
/// @param tls null for plain HTTP
/// @param path with query, as the backend is to see it
/// @param links how the backend's links are changed; null for not at all
record Backend(
        String host, int port, @Nullable SSLContext tls, String path, @Nullable Links links) {

    /// An agent of ours: its answers pass as they are.
    Backend(String host, int port, @Nullable SSLContext tls, String path) {
        this(host, port, tls, path, null);
    }

    /// `host:port` as a URL has it.
    String authority() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    /// @param prefix the path that the backend's root has here
    Backend behind(String prefix, String clientHost) {
        return new Backend(host, port, tls, path, new Links(prefix, authority(), clientHost));
    }
}
