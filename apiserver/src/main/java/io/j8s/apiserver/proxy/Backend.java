package io.j8s.apiserver.proxy;

import org.jspecify.annotations.Nullable;

import javax.net.ssl.SSLContext;

/// Where a request is passed on to.
///
/// @param tls null for plain HTTP
/// @param path with query, as the backend is to see it
record Backend(String host, int port, @Nullable SSLContext tls, String path) {}
