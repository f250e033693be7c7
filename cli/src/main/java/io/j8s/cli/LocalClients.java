package io.j8s.cli;

import io.fabric8.kubernetes.client.http.HttpClient;
import io.j8s.apiserver.local.LocalTransport;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.ClientApi;
import io.j8s.controllers.runtime.Clients;
import io.j8s.machinery.timers.Timers;
import io.j8s.machinery.version.KubernetesVersion;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Clients for the parts of this process, each with the identity that upstream's component has. One
/// client for each identity; all closed together.
final class LocalClients implements Clients, AutoCloseable {

    private static final String CONTROLLER_MANAGER = "system:kube-controller-manager";
    private static final String SCHEDULER = "system:kube-scheduler";

    private final LocalTransport transport;
    private final Map<UserInfo, Client> clients = new ConcurrentHashMap<>();
    private final ClientCallMetrics metrics;

    private record Client(HttpClient http, Api api) {}

    LocalClients(LocalTransport transport, PrometheusRegistry registry, Timers timers) {
        this.transport = transport;
        this.metrics = new ClientCallMetrics(registry, timers);
    }

    @Override
    public Api forServiceAccount(String name) {
        return of(
                name.isEmpty()
                        ? UserInfo.component(CONTROLLER_MANAGER)
                        : UserInfo.serviceAccount("kube-system", name, ""),
                "kube-controller-manager");
    }

    Api forScheduler() {
        return of(UserInfo.component(SCHEDULER), "kube-scheduler");
    }

    Api forNode(String name) {
        return of(UserInfo.component("system:node:" + name, "system:nodes"), "kubelet");
    }

    /// The administrator, for the checks of a start.
    Api forAdministrator() {
        return of(UserInfo.component("kubernetes-admin", UserInfo.MASTERS_GROUP), "j8s");
    }

    @Override
    public void close() {
        clients.values().forEach(client -> client.http().close());
    }

    /// @param agent upstream's name of the component: the server makes the field manager of it
    private Api of(UserInfo user, String agent) {
        return clients.computeIfAbsent(user, _ -> build(user, agent)).api();
    }

    private Client build(UserInfo user, String agent) {
        var http =
                transport
                        .factory(user)
                        .newBuilder()
                        .addOrReplaceInterceptor(ClientCallMetrics.NAME, metrics)
                        .build();
        var name = agent + "/" + KubernetesVersion.GIT_VERSION;
        return new Client(http, new ClientApi(http, "https://local", Map.of("User-Agent", name)));
    }
}
