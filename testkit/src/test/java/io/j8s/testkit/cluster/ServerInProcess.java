package io.j8s.testkit.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.j8s.apiserver.ApiServer;
import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.chain.Impersonation;
import io.j8s.apiserver.chain.Inflight;
import io.j8s.apiserver.chain.Observer;
import io.j8s.apiserver.http.HttpConfig;
import io.j8s.apiserver.local.LocalTransport;
import io.j8s.apiserver.registry.ApiState;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.resources.Resources;
import io.j8s.apiserver.schema.ApiTable;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.table.Tables;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.ClientApi;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.model.Store;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The real API server without its socket, and clients over the transport inside the process that
/// may do everything.
final class ServerInProcess implements AutoCloseable {

    private static final Schema SCHEMA = Schema.load();

    private final Store store;
    private final SystemTimers timers;
    private final ApiState state;
    private final ApiServer server;
    private final LocalTransport transport;
    private final KubernetesClient client;

    ServerInProcess(Store store, SystemTimers timers) throws InterruptedException {
        this.store = store;
        this.timers = timers;
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
        server =
                new ApiServer(
                        HttpConfig.of(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null),
                        state,
                        new ApiServer.Parts(
                                List.of(),
                                Impersonation.NONE,
                                (_, _) -> new Decision.Allowed(""),
                                List.of(),
                                Map.of(),
                                Inflight.standard(),
                                Observer.NONE),
                        timers);
        transport = new LocalTransport(server.chain());
        client =
                new KubernetesClientBuilder()
                        .withConfig(
                                new ConfigBuilder(Config.empty())
                                        .withMasterUrl("https://local")
                                        .build())
                        .withHttpClientFactory(
                                transport.factory(UserInfo.component("admin", "system:masters")))
                        .build();
        var deadline = timers.deadline(Duration.ofSeconds(60));
        while (!state.registry().isReady() && !deadline.hasPassed()) {
            timers.sleep(Duration.ofMillis(10));
        }
    }

    Api api() {
        return new ClientApi(client);
    }

    @Override
    public void close() {
        client.close();
        transport.close();
        server.close();
        state.close();
        store.close();
        timers.close();
    }
}
