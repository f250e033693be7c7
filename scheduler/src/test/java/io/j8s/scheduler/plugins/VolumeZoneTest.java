package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Map;

/// Zones of volumes. Cases worked out by hand.
final class VolumeZoneTest {

    private final Cluster cluster = new Cluster().node("a", "z1").node("b", "z2");
    private final StoredVolumes stored = new StoredVolumes();

    private Map<String, String> filter(String claim) {
        return cluster.filter(new VolumeZone(stored.cluster()), StoredVolumes.using(claim));
    }

    @Test
    void keepsPodsInTheZonesOfTheirVolumes() {
        String elsewhere = "node(s) had no available volume zone";
        stored.claim("one", "", StoredVolumes.boundTo("v1"))
                .volume(
                        "v1",
                        "",
                        v ->
                                v.editMetadata()
                                        .addToLabels("failure-domain.beta.kubernetes.io/zone", "z1")
                                        .endMetadata())
                .claim("both", "", StoredVolumes.boundTo("v2"))
                .volume(
                        "v2",
                        "",
                        v ->
                                v.editMetadata()
                                        .addToLabels("topology.kubernetes.io/zone", "z1__z2")
                                        .endMetadata());

        assertThat(filter("one")).isEqualTo(Map.of("a", "ok", "b", elsewhere));
        assertThat(filter("both")).isEqualTo(Map.of("a", "ok", "b", "ok"));
    }

    @Test
    void waitsOnlyForClaimsThatWaitForThePod() {
        stored.storageClass("later", "example.com/disk", "WaitForFirstConsumer")
                .storageClass("now", "example.com/disk", "Immediate")
                .claim("later", "later", _ -> {})
                .claim("now", "now", _ -> {})
                .claim("bare", "", _ -> {});

        assertThat(filter("later")).containsValue("ok");
        assertThat(filter("now")).containsValue("PersistentVolume had no name");
        assertThat(filter("bare"))
                .containsValue("PersistentVolumeClaim had no pv name and storageClass name");
    }
}
