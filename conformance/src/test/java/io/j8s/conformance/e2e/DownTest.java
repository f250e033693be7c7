package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.instance.InstanceId;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/// A cluster of its own, beside the shared one, taken down the hard way.
@Tag("e2e")
@ResourceLock(HostState.NAME)
@Order(13)
class DownTest {

    private static final String SLEEP = "trap 'exit 0' TERM; while true; do sleep 0.1; done";

    @Test
    void leavesTheHostAsItWasEvenAfterKill() {
        var before = HostState.now();
        try (var cluster = Cluster.start()) {
            Image.BUSYBOX.loadInto(cluster);
            cluster.kubectl()
                    .get(
                            "run",
                            "sleeper",
                            "--image=" + Image.BUSYBOX.reference(),
                            "--",
                            "sh",
                            "-c",
                            SLEEP);
            cluster.kubectl()
                    .until(
                            Kubectl.START_MAX,
                            "Running"::equals,
                            "get",
                            "pod",
                            "sleeper",
                            "-o",
                            "jsonpath={.status.phase}");
            assertThat(HostState.now().since(before, instance(cluster)))
                    .as("there is something to remove")
                    .isNotEmpty();

            cluster.kill();
            cluster.j8s("down").expectSuccess();
            HostState.awaitNothingSince(before, List.of(instance(cluster)));
            assertThat(HostState.now().lostSince(before)).isEmpty();
            cluster.j8s("down").expectSuccess();
        }
    }

    @Test
    void stopLeavesPodsRunningAndTheNextStartTakesThemOver() {
        try (var cluster = Cluster.start()) {
            Image.BUSYBOX.loadInto(cluster);
            var kubectl = cluster.kubectl();
            kubectl.get(
                    "run",
                    "stays",
                    "--image=" + Image.BUSYBOX.reference(),
                    "--",
                    "sh",
                    "-c",
                    SLEEP);
            String started =
                    kubectl.until(
                            Kubectl.START_MAX,
                            text -> !text.isEmpty(),
                            "get",
                            "pod",
                            "stays",
                            "-o",
                            "jsonpath={.status.containerStatuses[0].state.running.startedAt}");
            assertThat(cluster.stop()).isZero();
            cluster.restart();
            assertThat(
                            kubectl.get(
                                    "get",
                                    "pod",
                                    "stays",
                                    "-o",
                                    "jsonpath={.status.containerStatuses[0].state.running.startedAt}"))
                    .isEqualTo(started);
            assertThat(
                            kubectl.get(
                                    "get",
                                    "pod",
                                    "stays",
                                    "-o",
                                    "jsonpath={.status.containerStatuses[0].restartCount}"))
                    .isEqualTo("0");
        }
    }

    private static InstanceId instance(Cluster cluster) {
        try {
            return InstanceId.of(cluster.directory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
