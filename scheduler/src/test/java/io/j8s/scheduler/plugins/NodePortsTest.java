package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Map;

/// Host ports. Cases worked out by hand from the documented meaning.
final class NodePortsTest {

    @Test
    void seesHostPortsTakenOnOverlappingAddresses() {
        var cluster =
                new Cluster()
                        .node("a", "z")
                        .node("b", "z")
                        .running("a", PodShapes.hostPort("127.0.0.1", 80));
        String taken = "node(s) didn't have free ports for the requested pod ports";

        assertThat(cluster.filter(new NodePorts(), PodShapes.hostPort(null, 80)))
                .isEqualTo(Map.of("a", taken, "b", "ok"));
        assertThat(cluster.filter(new NodePorts(), PodShapes.hostPort("127.0.0.2", 80)))
                .isEqualTo(Map.of("a", "ok", "b", "ok"));
    }
}
