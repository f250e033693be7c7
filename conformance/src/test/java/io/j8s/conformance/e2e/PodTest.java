package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// `kubectl run` ends in a running container with logs.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
@ResourceLock(value = SharedCluster.NAME, mode = ResourceAccessMode.READ)
class PodTest {

    private static final Duration ENDS_MAX = Duration.ofSeconds(100); // less than its grace

    static List<Path> oldestAndNewest() {
        return Kubectl.oldestAndNewest();
    }

    @ParameterizedTest
    @MethodSource("oldestAndNewest")
    void runLogsDelete(Path binary, Cluster cluster) {
        Image.BUSYBOX.loadInto(cluster);
        var kubectl = cluster.kubectl(binary);
        var pod = "talker-" + binary.getFileName().toString().replaceAll("[^0-9]+", "");
        assertThat(
                        kubectl.get(
                                "run",
                                pod,
                                "--image=" + Image.BUSYBOX.reference(),
                                "--restart=Never",
                                "--",
                                "sh",
                                "-c",
                                "echo hello from $HOSTNAME; trap 'echo asked to stop; exit 0' TERM;"
                                        + " while true; do sleep 0.1; done"))
                .isEqualTo("pod/" + pod + " created");
        kubectl.until(
                Kubectl.START_MAX,
                "Running"::equals,
                "get",
                "pod",
                pod,
                "-o",
                "jsonpath={.status.phase}");
        kubectl.until(Kubectl.START_MAX, ("hello from " + pod)::equals, "logs", pod);
        assertThat(kubectl.get("get", "pod", pod)).contains("1/1", "Running");
        assertThat(kubectl.run("logs", "--previous", pod).err())
                .contains(
                        "Error from server (BadRequest): previous terminated container \"%s\" in pod \"%s\" not found"
                                .formatted(pod, pod));

        var follow = kubectl.start("logs", "-f", pod);
        var followed = new Drain(follow.getInputStream());
        until(followed, "hello from " + pod);
        var deleted = kubectl.runWithin(ENDS_MAX, "delete", "pod", pod, "--grace-period=120");
        assertThat(deleted.expectSuccess())
                .as("the container ended by itself, before its time was over")
                .startsWith("pod \"" + pod + "\" deleted");
        assertThat(kubectl.run("get", "pod", pod).err()).contains("not found");
        until(followed, "asked to stop");
    }

    private static void until(Drain followed, String text) {
        Eventually.until(
                "logs -f shows: " + text,
                Kubectl.START_MAX,
                followed::soFar,
                shown -> shown.contains(text),
                () -> "");
    }
}
