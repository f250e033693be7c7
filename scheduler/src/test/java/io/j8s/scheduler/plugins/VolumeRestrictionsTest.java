package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.function.Consumer;

/// Volumes that cannot be shared. Cases worked out by hand.
final class VolumeRestrictionsTest {

    private final StoredVolumes stored = new StoredVolumes();

    @Test
    void oneWriterHoldsADiskOfItsNode() {
        var cluster = new Cluster().node("a", "z").node("b", "z").running("a", disk("d", false));
        var plugin = new VolumeRestrictions(stored.cluster());

        assertThat(cluster.filter(plugin, disk("d", true)))
                .isEqualTo(Map.of("a", "node(s) had no available disk", "b", "ok"));
        assertThat(cluster.filter(plugin, disk("other", false)))
                .isEqualTo(Map.of("a", "ok", "b", "ok"));
    }

    @Test
    void readersShareADisk() {
        var cluster = new Cluster().node("a", "z").running("a", disk("d", true));
        assertThat(cluster.filter(new VolumeRestrictions(stored.cluster()), disk("d", true)))
                .isEqualTo(Map.of("a", "ok"));
    }

    @Test
    void oneClaimOfOnePodIsUsedOnceInTheWholeCluster() {
        stored.claim("mine", "", c -> c.editSpec().withAccessModes("ReadWriteOncePod").endSpec());
        var plugin = new VolumeRestrictions(stored.cluster());
        var cluster = new Cluster().node("a", "z").node("b", "z");
        assertThat(cluster.filter(plugin, StoredVolumes.using("mine"))).containsValue("ok");

        cluster.running("a", StoredVolumes.using("mine"));
        String taken =
                "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode"
                        + " already in-use by another pod";
        assertThat(cluster.filter(plugin, StoredVolumes.using("mine")))
                .isEqualTo(Map.of("a", taken, "b", taken));
    }

    private static Consumer<PodBuilder> disk(String name, boolean readOnly) {
        return pod ->
                pod.editSpec()
                        .addNewVolume()
                        .withName(name)
                        .withNewGcePersistentDisk("ext4", 0, name, readOnly)
                        .endVolume()
                        .endSpec();
    }
}
