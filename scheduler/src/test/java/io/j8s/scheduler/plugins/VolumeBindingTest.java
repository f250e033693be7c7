package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.timers.SystemTimers;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;

/// Where pods can run because of their volumes. Cases worked out by hand.
final class VolumeBindingTest {

    private static final String NO_VOLUME =
            "node(s) didn't find available persistent volumes to bind";

    private final Cluster cluster = new Cluster().node("a", "z1").node("b", "z2");
    private final StoredVolumes stored = new StoredVolumes();

    private VolumeBinding plugin() {
        var volumes = stored.cluster();
        return new VolumeBinding(
                volumes,
                new VolumeBinder(
                        new NoApi(),
                        stored.informers(),
                        volumes,
                        new SystemTimers(),
                        Duration.ofMinutes(10)),
                UtilizationShape.EMPTIER_IS_BETTER);
    }

    private Map<String, String> filter(String... claims) {
        return cluster.filter(plugin(), StoredVolumes.using(claims));
    }

    @Test
    void turnsAwayPodsWhoseClaimsAreNotThereOrNotBound() {
        stored.storageClass("now", "example.com/disk", "Immediate")
                .claim("unbound", "now", _ -> {})
                .claim("lost", "now", c -> c.withNewStatus().withPhase("Lost").endStatus());

        assertThat(filter("nope")).containsValue("persistentvolumeclaim \"nope\" not found");
        assertThat(filter("unbound"))
                .containsValue("pod has unbound immediate PersistentVolumeClaims");
        assertThat(filter("lost"))
                .containsValue(
                        "persistentvolumeclaim \"lost\" bound to non-existent persistentvolume"
                                + " \"\"");
    }

    @Test
    void followsBoundVolumesToTheirNode() {
        stored.claim("bound", "", StoredVolumes.boundTo("v"))
                .volume("v", "", StoredVolumes.onHost("a"))
                .claim("gone", "", StoredVolumes.boundTo("nowhere"));

        assertThat(filter("bound"))
                .isEqualTo(
                        Map.of(
                                "a",
                                "ok",
                                "b",
                                "node(s) didn't match PersistentVolume's node affinity"));
        assertThat(filter("gone"))
                .containsValue(
                        "node(s) unavailable due to one or more pvc(s) bound to non-existent"
                                + " pv(s)");
    }

    @Test
    void findsFreeVolumesForClaimsThatWaitForAPod() {
        stored.storageClass("local", "kubernetes.io/no-provisioner", "WaitForFirstConsumer")
                .claim("c", "local", _ -> {})
                .claim("d", "local", _ -> {})
                .volume("v", "local", StoredVolumes.onHost("b"));

        assertThat(filter("c")).isEqualTo(Map.of("a", NO_VOLUME, "b", "ok"));
        // one volume is not enough for two claims
        assertThat(filter("c", "d")).isEqualTo(Map.of("a", NO_VOLUME, "b", NO_VOLUME));
    }

    @Test
    void letsProvisionersMakeVolumesWhereTheClassAllows() {
        stored.storageClass("csi", "example.com/disk", "WaitForFirstConsumer")
                .claim("free", "csi", _ -> {})
                .claim(
                        "taken",
                        "csi",
                        c ->
                                c.editMetadata()
                                        .addToAnnotations("volume.kubernetes.io/selected-node", "a")
                                        .endMetadata());

        assertThat(filter("free")).isEqualTo(Map.of("a", "ok", "b", "ok"));
        assertThat(filter("taken")).isEqualTo(Map.of("a", "ok", "b", NO_VOLUME));
    }
}
