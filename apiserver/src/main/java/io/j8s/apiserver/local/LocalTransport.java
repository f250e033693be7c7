package io.j8s.apiserver.local;

import io.fabric8.kubernetes.client.http.HttpClient;
import io.j8s.apiserver.chain.Chain;
import io.j8s.apiserver.request.UserInfo;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Gives fabric8 clients whose requests never leave the process: they enter the chain just after
/// authentication, as a fixed user. Permission, admission and limits apply as for anyone.
///
///     new KubernetesClientBuilder()
///             .withHttpClientFactory(transport.factory(user)).build()
public final class LocalTransport implements AutoCloseable {

    private final Chain chain;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

    public LocalTransport(Chain chain) {
        this.chain = chain;
    }

    public HttpClient.Factory factory(UserInfo user) {
        return new LocalFactory(this, user);
    }

    Chain chain() {
        return chain;
    }

    ExecutorService workers() {
        return workers;
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }

    /// Makes clients for one user.
    record LocalFactory(LocalTransport transport, UserInfo user) implements HttpClient.Factory {

        @Override
        public HttpClient.Builder newBuilder() {
            return new LocalClientBuilder(this);
        }
    }
}
