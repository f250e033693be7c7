package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.instance.InstanceId;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.stream.Collectors;

/// Ports of the host that lead to pods come and go with them, and so does everything else that a
/// pod makes on the host.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
@ResourceLock(SharedCluster.NAME)
@ResourceLock(HostState.NAME)
@Order(1)
class HostPortTest {

    private static final Duration START_MAX = Duration.ofMinutes(2);

    @Test
    void deletedPodsLeaveNothingAndTheirHostPortsAreFree(Cluster cluster) throws Exception {
        Image.BUSYBOX.loadInto(cluster);
        try (var namespace = TestNamespace.in(cluster)) {
            comeAndGo(cluster, namespace);
            // the first pods of all made the bridge and the tables that stay
            var first = HostState.now();
            comeAndGo(cluster, namespace);
            Eventually.until(
                    "pods have left nothing",
                    START_MAX,
                    () -> since(first, cluster) + HostState.now().lostSince(first),
                    String::isEmpty,
                    cluster.kubectl()::dump);
        }
    }

    private static void comeAndGo(Cluster cluster, TestNamespace namespace) throws IOException {
        int port;
        int localPort;
        try (var one = new ServerSocket(0);
                var two = new ServerSocket(0)) {
            port = one.getLocalPort();
            localPort = two.getLocalPort();
        }
        var node =
                cluster.kubectl()
                        .get(
                                "get",
                                "node",
                                "-o",
                                "jsonpath={.items[0].status.addresses[0].address}");
        namespace.apply(pods(port, localPort));
        Eventually.until(
                "the host's port leads to the pod",
                START_MAX,
                () -> Http.tryGet(node, port).strip(),
                "hello"::equals,
                cluster.kubectl()::dump);
        assertThat(Http.get("127.0.0.1", localPort).strip()).isEqualTo("hello");
        assertThat(Http.tryGet(node, localPort)).as("of another hostIP").startsWith("failed");
        namespace.until(
                START_MAX,
                text -> text.contains("didn't have free ports for the requested pod ports"),
                "get",
                "pod",
                "waits",
                "-o",
                "jsonpath={.status.conditions[0].message}");

        namespace.get("delete", "pod", "web", "--now");
        namespace.until(
                START_MAX,
                "Running"::equals,
                "get",
                "pod",
                "waits",
                "-o",
                "jsonpath={.status.phase}");
        namespace.get("delete", "pod", "waits", "--now");
        assertThat(Http.tryGet(node, port)).startsWith("failed");
    }

    private static String pods(int port, int localPort) {
        return """
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
          - name: web
            image: %1$s
            command: [sh, -c, "mkdir /web; echo hello > /web/index.html; exec httpd -f -p 80 -h /web"]
            ports:
            - {containerPort: 80, hostPort: %2$d}
            - {containerPort: 80, hostPort: %3$d, hostIP: 127.0.0.1}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: waits}
        spec:
          terminationGracePeriodSeconds: 0
          containers:
          - name: box
            image: %1$s
            command: [sleep, "1000"]
            ports: [{containerPort: 80, hostPort: %2$d}]
        """
                .formatted(Image.BUSYBOX.reference(), port, localPort);
    }

    /// Without what another cluster's `down` may have taken along before our pods made it again.
    private static String since(HostState before, Cluster cluster) {
        try {
            return HostState.now()
                    .since(before, InstanceId.of(cluster.directory()))
                    .lines()
                    .filter(line -> !HostState.isShared(line))
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
