package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Map;

/// How many volumes nodes can attach. Cases worked out by hand.
final class NodeVolumeLimitsTest {

    private final StoredVolumes stored = new StoredVolumes();

    private StoredVolumes csi(String claim) {
        return stored.claim(claim, "", StoredVolumes.boundTo("v-" + claim))
                .volume(
                        "v-" + claim,
                        "",
                        v ->
                                v.editSpec()
                                        .withNewCsi()
                                        .withDriver("example.com/disk")
                                        .withVolumeHandle(claim)
                                        .endCsi()
                                        .endSpec());
    }

    @Test
    void countsEachVolumeOnce() {
        csi("one");
        csi("two");
        csi("three");
        stored.limit("a", "example.com/disk", 2);
        var plugin = new NodeVolumeLimits(stored.cluster());
        var cluster =
                new Cluster()
                        .node("a", "z")
                        .node("unlimited", "z")
                        .running("a", StoredVolumes.using("one"))
                        .running("a", StoredVolumes.using("one"));

        assertThat(cluster.filter(plugin, StoredVolumes.using("two")))
                .isEqualTo(Map.of("a", "ok", "unlimited", "ok"));
        assertThat(cluster.filter(plugin, StoredVolumes.using("two", "three")))
                .isEqualTo(Map.of("a", "node(s) exceed max volume count", "unlimited", "ok"));
        assertThat(cluster.filter(plugin, StoredVolumes.using("one", "two")))
                .isEqualTo(Map.of("a", "ok", "unlimited", "ok"));
    }
}
