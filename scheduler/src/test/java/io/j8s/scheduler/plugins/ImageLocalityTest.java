package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Map;

/// Images that nodes have. Cases worked out by hand from the documented meaning.
final class ImageLocalityTest {

    private static final long MIB = 1024 * 1024;

    @Test
    void prefersNodesThatHaveTheImage() {
        var cluster =
                new Cluster()
                        .node(
                                "has",
                                "z",
                                n ->
                                        n.editStatus()
                                                .addNewImage()
                                                .withNames("localhost/web:1")
                                                .withSizeBytes(1000 * MIB)
                                                .endImage()
                                                .endStatus())
                        .node("lacks", "z");
        // one of two nodes has it: 500 MiB count; (500-23)/(1000-23) = 48 %
        assertThat(cluster.score(new ImageLocality(), PodShapes::plain))
                .isEqualTo(Map.of("has", 48L, "lacks", 0L));
    }
}
