package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.instance.InstanceId;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Sudden death of j8s and of its runtime: containers do not notice.
@Tag("e2e")
class CrashTest {

    private static final String COUNTS =
            "trap 'exit 0' TERM; i=0; while true; do i=$((i+1)); echo line $i; sleep 0.1; done";

    @Test
    void containersOutliveTheDeathOfJ8sAndOfTheRuntime() {
        try (var cluster = Cluster.start()) {
            Image.BUSYBOX.loadInto(cluster);
            var kubectl = cluster.kubectl();
            run(kubectl, "counter");
            var id = containerId(kubectl, "counter");
            int before = lastLine(kubectl);

            cluster.kill();
            cluster.restart();
            assertThat(containerId(kubectl, "counter")).isEqualTo(id);
            assertThat(status(kubectl, "counter", "restartCount")).isEqualTo("0");
            kubectl.until(Kubectl.START_MAX, "ok"::equals, "exec", "counter", "--", "echo", "ok");
            int after = lastLine(kubectl);
            assertThat(after).as("it wrote on while j8s was away").isGreaterThan(before);
            assertThat(linesUpTo(kubectl, after)).as("and no line is lost").isEqualTo(after);

            killRuntime(cluster.directory());
            run(kubectl, "later");
            assertThat(containerId(kubectl, "counter")).isEqualTo(id);
            assertThat(status(kubectl, "counter", "restartCount")).isEqualTo("0");
            kubectl.until(Kubectl.START_MAX, "ok"::equals, "exec", "counter", "--", "echo", "ok");
            assertThat(lastLine(kubectl)).isGreaterThan(after);
            kubectl.until(
                    Kubectl.START_MAX,
                    "True"::equals,
                    "get",
                    "nodes",
                    "-o",
                    "jsonpath={.items[0].status.conditions[?(@.type=='Ready')].status}");
            kubectl.get("delete", "pod", "counter", "later", "--now");
        }
    }

    private static void run(Kubectl kubectl, String name) {
        kubectl.get("run", name, "--image=" + Image.BUSYBOX.reference(), "--", "sh", "-c", COUNTS);
        kubectl.until(
                Kubectl.START_MAX,
                "true"::equals,
                "get",
                "pod",
                name,
                "-o",
                "jsonpath=" + path("ready"));
    }

    private static String containerId(Kubectl kubectl, String pod) {
        return status(kubectl, pod, "containerID");
    }

    private static String status(Kubectl kubectl, String pod, String field) {
        return kubectl.get("get", "pod", pod, "-o", "jsonpath=" + path(field));
    }

    private static String path(String field) {
        return "{.status.containerStatuses[0]." + field + "}";
    }

    private static int lastLine(Kubectl kubectl) {
        var line =
                kubectl.until(
                        Kubectl.START_MAX,
                        text -> text.startsWith("line "),
                        "logs",
                        "counter",
                        "--tail=1");
        return Integer.parseInt(line.substring("line ".length()).strip());
    }

    private static long linesUpTo(Kubectl kubectl, int last) {
        return kubectl.get("logs", "counter")
                .lines()
                .filter(line -> Integer.parseInt(line.substring("line ".length())) <= last)
                .count();
    }

    private static void killRuntime(Path directory) {
        try {
            var pid = Path.of("/run", InstanceId.of(directory).named("j8s"), "containerd.pid");
            ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                    .orElseThrow()
                    .destroyForcibly();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
