package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.instance.InstanceId;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Two clusters on one host, each in a data directory of its own, do not meet.
@Tag("e2e")
@Timeout(value = 8, unit = TimeUnit.MINUTES)
@ResourceLock(HostState.NAME)
@Order(11)
class SideBySideTest {

    private static final String WEB =
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: web, labels: {app: web}}
            spec:
              containers:
              - name: nginx
                image: localhost/nginx:1
                ports: [{containerPort: 80, hostPort: %d}]
                readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: client}
            spec:
              containers:
              - name: box
                image: localhost/busybox:1
                command: ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.2; done"]
            """;

    @Test
    void bothServeAndOnesDownLeavesTheOtherAlone() throws IOException {
        var before = HostState.now();
        try (var first = Cluster.start()) {
            serves(first, 18_081);
            try (var second = Cluster.start()) {
                serves(second, 18_082);
                answers(first, 18_081);

                first.stop();
                first.j8s("down").expectSuccess();
                answers(second, 18_082);
                second.kubectl().get("delete", "pod", "web", "--wait");
                second.kubectl()
                        .runWithInput(WEB.formatted(18_082), "apply", "-f", "-")
                        .expectSuccess();
                ready(second);
                answers(second, 18_082);
                second.stop();
                second.j8s("down").expectSuccess();
                // not before: what the port mapping plugin leaves does not tell whose it is
                HostState.awaitNothingSince(
                        before,
                        List.of(
                                InstanceId.of(first.directory()),
                                InstanceId.of(second.directory())));
            }
        }
    }

    private static void serves(Cluster cluster, int hostPort) {
        Image.NGINX_1.loadInto(cluster);
        Image.BUSYBOX.loadInto(cluster);
        cluster.kubectl().runWithInput(WEB.formatted(hostPort), "apply", "-f", "-").expectSuccess();
        ready(cluster);
        answers(cluster, hostPort);
    }

    private static void ready(Cluster cluster) {
        cluster.kubectl().awaitReady("pod", "--all");
    }

    /// By cluster IP and by the node's port from the host, by name from a pod.
    private static void answers(Cluster cluster, int hostPort) {
        var kubectl = cluster.kubectl();
        var ip = kubectl.get("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
        Eventually.until(
                "the service answers",
                Kubectl.START_MAX,
                () -> Http.tryGet(ip, 80),
                body -> body.equals("v1 web\n"),
                kubectl::dump);
        assertThat(kubectl.get("exec", "client", "--", "wget", "-qO-", "http://web/"))
                .isEqualTo("v1 web");
        var node =
                kubectl.get(
                        "get",
                        "nodes",
                        "-o",
                        "jsonpath={.items[0].status.addresses[?(@.type==\"InternalIP\")].address}");
        assertThat(Http.ask(node, hostPort)).isEqualTo("v1 web\n");
    }
}
