package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.instance.InstanceId;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A cluster of four machines: `j8s up` on the host and three that join it by a token, each with a
/// network, a container runtime and pod addresses of its own.
@Tag("e2e")
@Timeout(value = 8, unit = TimeUnit.MINUTES)
@ResourceLock(HostState.NAME)
@Order(3)
class JoinTest {

    private static final Duration READY_MAX = Duration.ofMinutes(2);
    private static final String WEB =
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 4
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  affinity:
                    podAntiAffinity:
                      requiredDuringSchedulingIgnoredDuringExecution:
                      - topologyKey: kubernetes.io/hostname
                        labelSelector: {matchLabels: {app: web}}
                  containers:
                  - name: nginx
                    image: localhost/nginx:1
                    readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort
              selector: {app: web}
              ports: [{port: 80}]
            ---
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: client}
            spec:
              selector: {matchLabels: {app: client}}
              template:
                metadata: {labels: {app: client}}
                spec:
                  containers:
                  - name: box
                    image: localhost/busybox:1
                    command: ["sh", "-c", "echo on $NODE; trap 'exit 0' TERM; while true; do sleep 0.2; done"]
                    env: [{name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
            """;

    @Test
    void machinesThatJoinRunPodsAndServeServicesAndDns() {
        var before = HostState.now();
        var instances = new ArrayList<InstanceId>();
        try (var machines = Machines.create(3);
                var cluster =
                        Cluster.start(
                                "--advertise-address",
                                machines.hostAddress(),
                                "--node-ip",
                                machines.hostAddress(),
                                "--node-name",
                                "first")) {
            instances.add(instance(cluster.directory()));
            var kubectl = cluster.kubectl();
            var join = joinCommand(cluster);
            try (var joined = JoinedNodes.start(machines, join)) {
                Image.NGINX_1.loadInto(cluster);
                Image.BUSYBOX.loadInto(cluster);
                joined.each(node -> {
                    node.awaitReady();
                    node.load(Image.NGINX_1);
                    node.load(Image.BUSYBOX);
                });
                joined.all().forEach(node -> instances.add(instance(node.directory())));
                kubectl.runWithin(
                                READY_MAX,
                                "wait",
                                "node",
                                "--all",
                                "--for=condition=Ready",
                                "--timeout=110s")
                        .expectSuccess();
                try (var namespace = TestNamespace.in(cluster)) {
                    namespace.apply(WEB);
                    namespace
                            .kubectl()
                            .runWithin(
                                    READY_MAX,
                                    "--namespace",
                                    namespace.name(),
                                    "rollout",
                                    "status",
                                    "deployment/web")
                            .expectSuccess();
                    namespace
                            .kubectl()
                            .runWithin(
                                    READY_MAX,
                                    "--namespace",
                                    namespace.name(),
                                    "rollout",
                                    "status",
                                    "daemonset/client")
                            .expectSuccess();
                    everyNodeReachesEveryPodAndService(namespace, machines);
                    logsAndExecOnEveryNode(namespace);
                    restartsWithoutToken(joined.all().get(1), namespace);
                    drained(kubectl, joined.all().get(0), namespace, machines);
                }
                var killed = joined.all().get(1);
                killed.kill();
                killed.j8s("down").expectSuccess();
            }
        }
        HostState.awaitNothingSince(before, instances);
    }

    private static void everyNodeReachesEveryPodAndService(
            TestNamespace namespace, Machines machines) {
        var pods = new TreeSet<>(words(namespace, "pods", "app=web", "{.items[*].metadata.name}"));
        assertThat(pods).hasSize(4);
        assertThat(new TreeSet<>(words(namespace, "pods", "app=web", "{.items[*].spec.nodeName}")))
                .as("one on each node")
                .hasSize(4);
        var clusterIp = namespace.get("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
        int nodePort =
                Integer.parseInt(
                        namespace.get(
                                "get",
                                "service",
                                "web",
                                "-o",
                                "jsonpath={.spec.ports[0].nodePort}"));
        var nodes = new ArrayList<>(List.of(machines.hostAddress()));
        machines.all().forEach(machine -> nodes.add(machine.address()));
        for (var machine : machines.all()) {
            awaitAnswersOf(
                    pods, machine.name(), namespace, () -> machine.get(clusterIp, 80).strip());
            for (var node : nodes) {
                Eventually.until(
                        "node port of %s from %s".formatted(node, machine.name()),
                        READY_MAX,
                        () -> machine.get(node, nodePort),
                        answer -> answer.startsWith("v1 web-"),
                        namespace.kubectl()::dump);
            }
        }
        awaitAnswersOf(pods, "the host", namespace, () -> Http.tryGet(clusterIp, 80).strip());

        var podIps = words(namespace, "pods", "app=web", "{.items[*].status.podIP}");
        for (var client : words(namespace, "pods", "app=client", "{.items[*].metadata.name}")) {
            for (var target : podIps) {
                assertThat(fetch(namespace, client, target)).startsWith("v1 web-");
            }
            assertThat(fetch(namespace, client, "web")).as("by name").startsWith("v1 web-");
            assertThat(fetch(namespace, client, "web." + namespace.name() + ".svc.cluster.local"))
                    .startsWith("v1 web-");
        }
    }

    /// Each machine learns by itself of a pod that has become ready.
    private static void awaitAnswersOf(
            Set<String> pods, String from, TestNamespace namespace, Supplier<String> ask) {
        Eventually.until(
                "every pod answers by cluster IP from " + from,
                READY_MAX,
                () ->
                        Stream.generate(ask)
                                .limit(12)
                                .map(answer -> answer.replaceFirst("^v1 ", ""))
                                .collect(Collectors.toCollection(TreeSet::new)),
                pods::equals,
                namespace.kubectl()::dump);
    }

    private static String fetch(TestNamespace namespace, String client, String host) {
        return namespace
                .run("exec", client, "--", "wget", "-q", "-O", "-", "http://" + host + "/")
                .expectSuccess();
    }

    private static void logsAndExecOnEveryNode(TestNamespace namespace) {
        for (var pod : words(namespace, "pods", "app=client", "{.items[*].metadata.name}")) {
            var node = namespace.get("get", "pod", pod, "-o", "jsonpath={.spec.nodeName}");
            assertThat(namespace.get("logs", pod)).isEqualTo("on " + node);
            assertThat(namespace.get("exec", pod, "--", "sh", "-c", "echo $NODE")).isEqualTo(node);
        }
    }

    /// The certificate and the server's name are remembered; containers go on.
    private static void restartsWithoutToken(JoinedNode node, TestNamespace namespace) {
        var ofNode = "{.items[?(@.spec.nodeName==\"" + node.machine().name() + "\")].status";
        var started = ofNode + ".containerStatuses[0].state.running.startedAt}";
        var before = words(namespace, "pods", "app=client", started);
        node.stop();
        node.restart();
        assertThat(words(namespace, "pods", "app=client", started)).isEqualTo(before);
    }

    private static void drained(
            Kubectl kubectl, JoinedNode node, TestNamespace namespace, Machines machines) {
        var name = node.machine().name();
        kubectl.runWithin(READY_MAX, "drain", name, "--ignore-daemonsets", "--timeout=110s")
                .expectSuccess();
        assertThat(words(namespace, "pods", "app=web", "{.items[*].spec.nodeName}"))
                .doesNotContain(name)
                .hasSize(3);
        var clusterIp = namespace.get("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
        Eventually.until(
                "only the pods that are left are asked from " + name,
                READY_MAX,
                () -> Stream.generate(() -> node.machine().get(clusterIp, 80)).limit(4).toList(),
                answers -> answers.stream().allMatch(answer -> answer.startsWith("v1 web-")),
                kubectl::dump);
        node.stop();
        node.j8s("down").expectSuccess();
        kubectl.get("delete", "node", name);
        var other = machines.get(1);
        Eventually.until(
                "the way to a node that is gone is gone",
                READY_MAX,
                () -> other.run("ip", "route").out(),
                routes -> !routes.contains("via " + node.machine().address()),
                kubectl::dump);
    }

    private static String joinCommand(Cluster cluster) {
        return cluster.j8s("token", "create")
                .expectSuccess()
                .lines()
                .filter(line -> line.contains(" agent --server "))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> words(
            TestNamespace namespace, String kind, String selector, String path) {
        return List.of(
                namespace
                        .get("get", kind, "-l", selector, "-o", "jsonpath=" + path)
                        .split(" ", -1));
    }

    private static InstanceId instance(java.nio.file.Path directory) {
        try {
            return InstanceId.of(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
