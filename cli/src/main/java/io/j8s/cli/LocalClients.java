package io.j8s.cli;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.j8s.apiserver.local.LocalTransport;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.controllers.runtime.Clients;
import io.j8s.machinery.version.KubernetesVersion;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Clients for the parts of this process, each with the identity that upstream's component has. One
/// client for each identity; all closed together.
final class LocalClients implements Clients, AutoCloseable {

    private static final String CONTROLLER_MANAGER = "system:kube-controller-manager";
    private static final String SCHEDULER = "system:kube-scheduler";

    private final LocalTransport transport;
    private final Map<UserInfo, KubernetesClient> clients = new ConcurrentHashMap<>();

    LocalClients(LocalTransport transport) {
        this.transport = transport;
    }

    @Override
    public KubernetesClient forServiceAccount(String name) {
        return of(
                name.isEmpty()
                        ? UserInfo.component(CONTROLLER_MANAGER)
                        : UserInfo.serviceAccount("kube-system", name, ""),
                "kube-controller-manager");
    }

    KubernetesClient forScheduler() {
        return of(UserInfo.component(SCHEDULER), "kube-scheduler");
    }

    KubernetesClient forNode(String name) {
        return of(UserInfo.component("system:node:" + name, "system:nodes"), "kubelet");
    }

    /// The administrator, for the checks of a start.
    KubernetesClient forAdministrator() {
        return of(UserInfo.component("kubernetes-admin", UserInfo.MASTERS_GROUP), "j8s");
    }

    @Override
    public void close() {
        clients.values().forEach(KubernetesClient::close);
    }

    /// @param agent upstream's name of the component: the server makes the field manager of it
    private KubernetesClient of(UserInfo user, String agent) {
        return clients.computeIfAbsent(user, _ -> build(user, agent));
    }

    private KubernetesClient build(UserInfo user, String agent) {
        var config =
                new ConfigBuilder(Config.empty())
                        .withMasterUrl("https://local")
                        .withUserAgent(agent + "/" + KubernetesVersion.GIT_VERSION)
                        .build();
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(transport.factory(user))
                .build();
    }
}
