package io.j8s.apiserver.local;

import io.fabric8.kubernetes.client.http.StandardHttpClientBuilder;
import io.j8s.apiserver.local.LocalTransport.LocalFactory;

import java.util.concurrent.atomic.AtomicBoolean;

/// Makes [LocalClient]s; what it is told of TLS and proxies means nothing inside a process.
final class LocalClientBuilder
        extends StandardHttpClientBuilder<LocalClient, LocalFactory, LocalClientBuilder> {

    LocalClientBuilder(LocalFactory factory) {
        super(factory);
    }

    @Override
    public LocalClient build() {
        return new LocalClient(this, client == null ? new AtomicBoolean() : client.getClosed());
    }

    @Override
    protected LocalClientBuilder newInstance(LocalFactory factory) {
        return new LocalClientBuilder(factory);
    }
}
