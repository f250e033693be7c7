package io.j8s.conformance.e2e;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;

/// A node is drained and let back; nobody else may want to run pods on it meanwhile.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
@ResourceLock(SharedCluster.NAME)
@Order(2)
class DrainTest {

    @ParameterizedTest
    @MethodSource("io.j8s.conformance.e2e.Kubectl#oldestAndNewest")
    void drainMovesPodsAwayAndUncordonLetsThemBack(Path binary, Cluster cluster) {
        try (var namespace = FirstHourTest.withThreeWebServers(cluster, binary)) {
            var kubectl = namespace.kubectl();
            var node = kubectl.get("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}");
            try {
                kubectl.runWithin(
                                Kubectl.START_MAX,
                                "drain",
                                node,
                                "--ignore-daemonsets",
                                "--delete-emptydir-data",
                                "--force",
                                "--pod-selector=app=web")
                        .expectSuccess();
                namespace.until(
                        Kubectl.START_MAX,
                        text -> text.contains("0/1") || text.contains("Pending"),
                        "get",
                        "pods");
            } finally {
                kubectl.get("uncordon", node);
            }
            namespace.until(
                    Kubectl.START_MAX,
                    "3"::equals,
                    "get",
                    "deployment",
                    "web",
                    "-o",
                    "jsonpath={.status.readyReplicas}");
        }
    }
}
