package io.j8s.apiserver.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.j8s.apiserver.TestServer;
import io.j8s.apiserver.request.UserInfo;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// fabric8's own client over the transport inside the process.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LocalTransportTest {

    private TestServer server;
    private LocalTransport transport;

    @BeforeAll
    void start() throws Exception {
        server = new TestServer();
        transport = new LocalTransport(server.server().chain());
    }

    @AfterAll
    void stop() {
        transport.close();
        server.close();
    }

    private KubernetesClient client(UserInfo user, boolean onlyHttpWatches) {
        Config config =
                new ConfigBuilder(Config.empty())
                        .withMasterUrl("https://local")
                        .withOnlyHttpWatches(onlyHttpWatches)
                        .build();
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(transport.factory(user))
                .build();
    }

    private static ConfigMap map(String name) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("local")
                .endMetadata()
                .addToData("a", "1")
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientsCreateListWatchPatchAndDelete(boolean onlyHttpWatches) throws Exception {
        String name = "w" + onlyHttpWatches;
        try (var client = client(UserInfo.component("x", "system:masters"), onlyHttpWatches)) {
            var events = new LinkedBlockingQueue<String>();
            try (var watch =
                    client.configMaps()
                            .inNamespace("local")
                            .withName(name)
                            .watch(
                                    new Watcher<>() {
                                        @Override
                                        public void eventReceived(Action action, ConfigMap object) {
                                            events.add(
                                                    action + " " + object.getMetadata().getName());
                                        }

                                        @Override
                                        public void onClose(WatcherException cause) {}
                                    })) {
                client.resource(map(name)).create();
                assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("ADDED " + name);
                client.configMaps()
                        .inNamespace("local")
                        .withName(name)
                        .edit(found -> {
                            found.getData().put("b", "2");
                            return found;
                        });
                assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("MODIFIED " + name);
                assertThat(client.configMaps().inNamespace("local").list().getItems())
                        .anyMatch(found -> found.getMetadata().getName().equals(name));
                client.resource(map(name)).delete();
                assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("DELETED " + name);
                assertThat(watch).isNotNull();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void permissionsHoldForThemAsForAnyone(boolean onlyHttpWatches) {
        try (var client = client(UserInfo.component("y"), onlyHttpWatches)) {
            assertThatThrownBy(() -> client.configMaps().inNamespace("local").list())
                    .isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining(
                            "configmaps is forbidden: User \"y\" cannot list resource"
                                + " \"configmaps\" in API group \"\" in the namespace \"local\"");
        }
    }
}
