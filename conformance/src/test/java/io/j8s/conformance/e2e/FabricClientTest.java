package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// fabric8's client does all that programs do with objects, watching over WebSockets, as it does
/// first, and over plain HTTP.
@Tag("e2e")
@ExtendWith(SharedControlPlane.class)
@ResourceLock(value = SharedControlPlane.NAME, mode = ResourceAccessMode.READ)
class FabricClientTest {

    private static final Duration SEEN_MAX = Duration.ofMinutes(2);

    private static KubernetesClient client(Cluster cluster, boolean plainWatches)
            throws IOException {
        var config = Config.fromKubeconfig(Files.readString(cluster.kubeconfig()));
        return new KubernetesClientBuilder()
                .withConfig(
                        new ConfigBuilder(config)
                                .withNamespace("default")
                                .withOnlyHttpWatches(plainWatches)
                                .build())
                .build();
    }

    /// Keeps what a watch tells as `TYPE name`.
    private record Seen(List<String> events) implements Watcher<ConfigMap> {

        @Override
        public void eventReceived(Action action, ConfigMap map) {
            events.add(action + " " + map.getMetadata().getName());
        }

        @Override
        public void onClose(WatcherException cause) {
            events.add("closed by " + cause);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void createsWatchesChangesAndDeletes(boolean plainWatches, Cluster cluster) throws Exception {
        var name = "fabric-" + plainWatches;
        var seen = new Seen(new CopyOnWriteArrayList<>());
        try (var client = client(cluster, plainWatches)) {
            var maps = client.configMaps().inNamespace("default");
            var wanted =
                    new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .addToLabels("suite", name)
                            .endMetadata()
                            .addToData("a", "1")
                            .build();
            // fabric8 does not wait until a plain watch is open: it is told where to begin
            var before = maps.list().getMetadata().getResourceVersion();
            var from = new ListOptionsBuilder().withResourceVersion(before).build();
            try (var _ = maps.withLabel("suite", name).watch(from, seen);
                    var informer = maps.withLabel("suite", name).inform()) {
                var created = maps.resource(wanted).create();
                assertThat(maps.withLabel("suite", name).list().getItems()).hasSize(1);
                var changed =
                        maps.resource(new ConfigMapBuilder(created).addToData("b", "2").build())
                                .update();
                assertThat(changed.getData()).containsEntry("b", "2");
                assertThatThrownBy(() -> maps.resource(created).update())
                        .isInstanceOfSatisfying(
                                KubernetesClientException.class,
                                e -> {
                                    assertThat(e.getCode()).isEqualTo(409);
                                    assertThat(e.getStatus().getReason()).isEqualTo("Conflict");
                                });
                maps.withName(name)
                        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"c\":\"3\"}}");
                assertThat(applied(client, name).getData())
                        .isEqualTo(Map.of("a", "1", "b", "2", "c", "3", "d", "4"));
                Eventually.until(
                        "the informer has the last state",
                        SEEN_MAX,
                        () -> informer.getIndexer().list(),
                        list -> list.size() == 1 && list.getFirst().getData().containsKey("d"),
                        () -> seen.events().toString());
                maps.withName(name).delete();
                Eventually.until(
                        "the watch tells all of it",
                        SEEN_MAX,
                        () -> List.copyOf(seen.events()),
                        events -> events.contains("DELETED " + name),
                        cluster::printed);
            }
        }
        assertThat(seen.events())
                .startsWith("ADDED " + name)
                .containsSubsequence(
                        "MODIFIED " + name,
                        "MODIFIED " + name,
                        "MODIFIED " + name,
                        "DELETED " + name);
    }

    private static ConfigMap applied(KubernetesClient client, String name) {
        var configuration =
                new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .addToData("d", "4")
                        .build();
        return client.configMaps().inNamespace("default").resource(configuration).serverSideApply();
    }
}
