package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import java.time.Duration;

/// A node takes as many pods as it was told to, and no more.
@Tag("e2e")
@EnabledIfSystemProperty(named = "j8s.soak", matches = "true") // minutes
class ManyPodsTest {

    private static final int PODS = 250;

    @Test
    void oneNodeRunsTwoHundredAndFiftyPods() {
        try (var cluster = Cluster.start("--max-pods", Integer.toString(PODS))) {
            Image.BUSYBOX.loadInto(cluster);
            var kubectl = cluster.kubectl();
            kubectl.get(
                    "create",
                    "deployment",
                    "many",
                    "--image=" + Image.BUSYBOX.reference(),
                    "--replicas=" + PODS,
                    "--",
                    "sleep",
                    "100000");
            long began = System.nanoTime();
            kubectl.until(
                    Duration.ofMinutes(10),
                    Integer.toString(PODS)::equals,
                    "get",
                    "deployment",
                    "many",
                    "-o",
                    "jsonpath={.status.readyReplicas}");
            System.out.printf(
                    "%d pods ready after %.1f s%n", PODS, (System.nanoTime() - began) / 1e9);
            kubectl.get("scale", "deployment", "many", "--replicas=" + (PODS + 1));
            kubectl.until(
                    Duration.ofSeconds(30),
                    text -> text.contains("Too many pods"),
                    "get",
                    "events",
                    "--field-selector=reason=FailedScheduling",
                    "-o",
                    "jsonpath={.items[*].message}");
            kubectl.get("delete", "deployment", "many");
            assertThat(
                            kubectl.until(
                                    Duration.ofMinutes(10),
                                    String::isEmpty,
                                    "get",
                                    "pods",
                                    "-o",
                                    "name"))
                    .isEmpty();
        }
    }
}
