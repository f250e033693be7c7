package io.j8s.storage.etcd;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/// How to reach an etcd cluster.
///
/// @param endpoints `http://…` or `https://…`, one or more members of one cluster
/// @param caFile trusted CAs in PEM; null for the system's
/// @param certFile client certificate in PEM; null for none
/// @param keyFile its key in PEM: PKCS#8, PKCS#1 or SEC1
/// @param user for etcd's own authentication; null for none
public record EtcdConfig(
        List<URI> endpoints,
        @Nullable Path caFile,
        @Nullable Path certFile,
        @Nullable Path keyFile,
        @Nullable String user,
        @Nullable String password) {

    public EtcdConfig {
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("no etcd endpoint given");
        }
        endpoints = List.copyOf(endpoints);
    }

    /// Without TLS and without a user.
    public static EtcdConfig plain(URI... endpoints) {
        return new EtcdConfig(List.of(endpoints), null, null, null, null, null);
    }
}
