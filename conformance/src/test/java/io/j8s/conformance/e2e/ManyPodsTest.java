package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// A node takes as many pods as it was told to, and no more.
@Tag("e2e")
@EnabledIfSystemProperty(named = "j8s.soak", matches = "true") // minutes
class ManyPodsTest {

    private static final int PODS = 250;

    @Test
    @Timeout(value = 25, unit = TimeUnit.MINUTES)
    void oneNodeRunsTwoHundredAndFiftyPods() throws IOException {
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
                    "sh",
                    "-c",
                    "trap 'exit 0' TERM; sleep 100000 & wait"); // else each takes its 30 s to end
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
                    "%d pods ready after %.1f s, RSS of j8s %s MiB%n",
                    PODS, (System.nanoTime() - began) / 1e9, rssMib(cluster.pid()));
            kubectl.get("scale", "deployment", "many", "--replicas=" + (PODS + 1));
            kubectl.until(
                    Duration.ofSeconds(30),
                    text -> text.contains("Too many pods"),
                    "get",
                    "events",
                    "--field-selector=reason=FailedScheduling",
                    "-o",
                    "jsonpath={.items[*].message}");
            long ending = System.nanoTime();
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
            System.out.printf(
                    "all gone after %.1f s, RSS of j8s %s MiB%n",
                    (System.nanoTime() - ending) / 1e9, rssMib(cluster.pid()));
        }
    }

    private static long rssMib(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
    }
}
