package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/// What a new user tries in the first hour: a web server in three pods, reached in every way.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
@ResourceLock(value = SharedCluster.NAME, mode = ResourceAccessMode.READ)
@Execution(ExecutionMode.CONCURRENT)
@Order(6)
class FirstHourTest {

    private static final String KUBECTLS = "io.j8s.conformance.e2e.Kubectl#oldestAndNewest";

    /// A namespace with a deployment `web` that has rolled out.
    static TestNamespace withThreeWebServers(Cluster cluster, Path binary) {
        Image.NGINX_1.loadInto(cluster);
        var namespace = TestNamespace.in(cluster.kubectl(binary));
        namespace.get(
                "create",
                "deployment",
                "web",
                "--image=" + Image.NGINX_1.reference(),
                "--replicas=3");
        namespace
                .kubectl()
                .runWithin(
                        Kubectl.START_MAX,
                        "--namespace",
                        namespace.name(),
                        "rollout",
                        "status",
                        "deployment/web")
                .expectSuccess();
        return namespace;
    }

    @ParameterizedTest
    @MethodSource(KUBECTLS)
    void deploymentRollsOutScalesAndIsListed(Path binary, Cluster cluster) {
        try (var namespace = withThreeWebServers(cluster, binary)) {
            assertThat(namespace.get("get", "deployment", "web")).contains("3/3");
            assertThat(namespace.get("get", "pods", "-o", "wide"))
                    .contains("Running", "NODE", " 10.");
            namespace.get("scale", "deployment", "web", "--replicas=1");
            namespace.until(
                    Kubectl.START_MAX,
                    "1/1"::equals,
                    "get",
                    "deployment",
                    "web",
                    "-o",
                    "jsonpath={.status.readyReplicas}/{.status.replicas}");
        }
    }

    @ParameterizedTest
    @MethodSource(KUBECTLS)
    void serviceIsReachedByAddressByNameAndByNodePort(Path binary, Cluster cluster) {
        Image.BUSYBOX.loadInto(cluster);
        try (var namespace = withThreeWebServers(cluster, binary)) {
            namespace.get("expose", "deployment", "web", "--port=80", "--type=NodePort");
            var ip = namespace.get("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
            Eventually.until(
                    "the cluster IP answers on the host",
                    Kubectl.START_MAX,
                    () -> Http.tryGet(ip, 80),
                    body -> body.startsWith("v1 web-"),
                    namespace.kubectl()::dump);
            var seen = new TreeSet<String>();
            for (int i = 0; i < 30; i++) {
                seen.add(Http.ask(ip, 80));
            }
            assertThat(seen).as("30 connections are spread over the pods").hasSize(3);

            int nodePort =
                    Integer.parseInt(
                            namespace.get(
                                    "get",
                                    "service",
                                    "web",
                                    "-o",
                                    "jsonpath={.spec.ports[0].nodePort}"));
            var nodeIp =
                    namespace.get(
                            "get",
                            "nodes",
                            "-o",
                            "jsonpath={.items[0].status.addresses[?(@.type==\"InternalIP\")].address}");
            assertThat(Http.ask(nodeIp, nodePort)).startsWith("v1 web-");

            int count = 0;
            for (var address :
                    List.of(ip, "web", "web." + namespace.name() + ".svc.cluster.local")) {
                var client = "client-" + count++;
                namespace.get(
                        "run",
                        client,
                        "--image=" + Image.BUSYBOX.reference(),
                        "--restart=Never",
                        "--",
                        "wget",
                        "-q",
                        "-O",
                        "-",
                        "http://" + address + "/");
                namespace.until(
                        Kubectl.START_MAX,
                        text -> text.equals("Succeeded") || text.equals("Failed"),
                        "get",
                        "pod",
                        client,
                        "-o",
                        "jsonpath={.status.phase}");
                assertThat(namespace.get("logs", client)).as("by " + address).startsWith("v1 web-");
                namespace.get("delete", "pod", client);
            }
        }
    }

    @ParameterizedTest
    @MethodSource(KUBECTLS)
    void execCopyAndPortForward(Path binary, Cluster cluster) throws IOException {
        Image.BUSYBOX.loadInto(cluster);
        try (var namespace = TestNamespace.in(cluster.kubectl(binary))) {
            namespace.get(
                    "run", "box", "--image=" + Image.BUSYBOX.reference(), "--", "sleep", "1000");
            namespace.awaitReady("pod/box");
            assertThat(namespace.get("exec", "box", "--", "echo", "hi")).isEqualTo("hi");
            assertThat(
                            namespace
                                    .kubectl()
                                    .runWithInput(
                                            "through stdin",
                                            "--namespace",
                                            namespace.name(),
                                            "exec",
                                            "-i",
                                            "box",
                                            "--",
                                            "cat")
                                    .expectSuccess())
                    .isEqualTo("through stdin");
            assertThat(namespace.run("exec", "box", "--", "sh", "-c", "exit 7").exitCode())
                    .isEqualTo(7);

            var file = Files.createTempFile("j8s-cp", ".txt");
            var back = Files.createTempFile("j8s-cp", ".back");
            Files.writeString(file, "there and back\n".repeat(1000));
            namespace.get("cp", file.toString(), "box:/tmp/copied");
            namespace.get("cp", "box:/tmp/copied", back.toString());
            assertThat(Files.readString(back)).isEqualTo(Files.readString(file));
            Files.delete(file);
            Files.delete(back);
        }
    }

    @ParameterizedTest
    @MethodSource(KUBECTLS)
    void portForwardReachesOnePod(Path binary, Cluster cluster) {
        try (var namespace = withThreeWebServers(cluster, binary)) {
            var forward = namespace.start("port-forward", "deployment/web", ":80");
            try {
                var printed = new Drain(forward.getInputStream());
                var line =
                        Eventually.until(
                                "port-forward listens",
                                Kubectl.START_MAX,
                                printed::soFar,
                                text -> text.contains("Forwarding from 127.0.0.1:"),
                                namespace.kubectl()::dump);
                var port = Pattern.compile("127\\.0\\.0\\.1:(\\d+)").matcher(line);
                assertThat(port.find()).isTrue();
                for (int i = 0; i < 5; i++) {
                    assertThat(Http.ask("127.0.0.1", Integer.parseInt(port.group(1))))
                            .startsWith("v1 web-");
                }
            } finally {
                forward.destroyForcibly();
            }
        }
    }

    @ParameterizedTest
    @MethodSource(KUBECTLS)
    void rollingUpdateLosesNoConnectionAndCanBeUndone(Path binary, Cluster cluster)
            throws Exception {
        Image.NGINX_1.loadInto(cluster);
        Image.NGINX_2.loadInto(cluster);
        try (var namespace = TestNamespace.in(cluster.kubectl(binary))) {
            namespace.apply(
                    """
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata:
                      name: web
                    spec:
                      replicas: 3
                      selector: {matchLabels: {app: web}}
                      template:
                        metadata: {labels: {app: web}}
                        spec:
                          containers:
                          - name: nginx
                            image: localhost/nginx:1
                            readinessProbe:
                              httpGet: {path: /, port: 80}
                              periodSeconds: 1
                            lifecycle:
                              preStop: {sleep: {seconds: 5}}
                    ---
                    apiVersion: v1
                    kind: Service
                    metadata: {name: web}
                    spec:
                      selector: {app: web}
                      ports: [{port: 80}]
                    """);
            rolledOut(namespace);
            var ip = namespace.get("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
            Eventually.until(
                    "the service answers",
                    Kubectl.START_MAX,
                    () -> Http.tryGet(ip, 80),
                    body -> body.startsWith("v1 "),
                    namespace.kubectl()::dump);

            var failures = new ArrayList<String>();
            var isOver = new AtomicBoolean();
            var traffic = Thread.ofVirtual().start(() -> request(ip, isOver, failures));
            namespace.get("set", "image", "deployment/web", "nginx=localhost/nginx:2");
            rolledOut(namespace);
            Eventually.until(
                    "only the new release answers",
                    Kubectl.START_MAX,
                    () -> namespace.get("get", "pods", "-o", "name").lines().count(),
                    count -> count == 3,
                    namespace.kubectl()::dump);
            isOver.set(true);
            traffic.join();
            assertThat(failures).isEmpty();
            assertThat(Http.ask(ip, 80)).startsWith("v2 ");

            // kubectl before 1.29 drops what it does not know, such as a sleep, from the template
            var newest = new TestNamespace(cluster.kubectl(), namespace.name());
            newest.get("rollout", "undo", "deployment/web");
            rolledOut(namespace);
            Eventually.until(
                    "the old release is back",
                    Kubectl.START_MAX,
                    () -> Http.tryGet(ip, 80),
                    body -> body.startsWith("v1 "),
                    namespace.kubectl()::dump);
        }
    }

    @ParameterizedTest
    @MethodSource(KUBECTLS)
    void logsFollowWhatAContainerSays(Path binary, Cluster cluster) {
        Image.BUSYBOX.loadInto(cluster);
        try (var namespace = TestNamespace.in(cluster.kubectl(binary))) {
            namespace.get(
                    "run",
                    "speaker",
                    "--image=" + Image.BUSYBOX.reference(),
                    "--restart=Never",
                    "--",
                    "sh",
                    "-c",
                    "echo first; while [ ! -e /go-on ]; do sleep 0.1; done; echo last");
            namespace.awaitReady("pod/speaker");
            var follower = namespace.start("logs", "-f", "speaker");
            try {
                var heard = new Drain(follower.getInputStream());
                Eventually.until(
                        "what was said before is heard",
                        Kubectl.START_MAX,
                        heard::soFar,
                        text -> text.equals("first\n"),
                        namespace.kubectl()::dump);
                namespace.get("exec", "speaker", "--", "touch", "/go-on");
                Eventually.until(
                        "what is said later is heard, and the end",
                        Kubectl.START_MAX,
                        () -> heard.soFar() + (follower.isAlive() ? "" : "over"),
                        text -> text.equals("first\nlast\nover"),
                        namespace.kubectl()::dump);
            } finally {
                follower.destroyForcibly();
            }
        }
    }

    /// `script` gives kubectl the terminal that `-t` wants.
    @ParameterizedTest
    @MethodSource(KUBECTLS)
    void execGivesATerminal(Path binary, Cluster cluster) {
        Image.BUSYBOX.loadInto(cluster);
        try (var namespace = TestNamespace.in(cluster.kubectl(binary))) {
            namespace.get(
                    "run", "box", "--image=" + Image.BUSYBOX.reference(), "--", "sleep", "1000");
            namespace.awaitReady("pod/box");
            var typed = "test -t 0 && echo is-a-$((1+1))-way-terminal\nexit 5\n";
            var output = namespace.onTerminal(typed, "exec", "-it", "box", "--", "sh");
            assertThat(output.out()).contains("is-a-2-way-terminal");
            assertThat(output.exitCode()).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @MethodSource("io.j8s.conformance.e2e.Kubectl#between")
    void everyKubectlRunsReadsAndDeletes(Path binary, Cluster cluster) {
        Image.BUSYBOX.loadInto(cluster);
        try (var namespace = TestNamespace.in(cluster.kubectl(binary))) {
            namespace.get(
                    "run",
                    "box",
                    "--image=" + Image.BUSYBOX.reference(),
                    "--",
                    "sh",
                    "-c",
                    "echo here; exec sleep 1000");
            namespace.awaitReady("pod/box");
            assertThat(namespace.get("get", "pods", "-o", "wide")).contains("Running");
            namespace.until(Kubectl.START_MAX, "here"::equals, "logs", "box");
            assertThat(namespace.get("exec", "box", "--", "echo", "hi")).isEqualTo("hi");
            assertThat(namespace.get("describe", "pod", "box")).contains("Started");
            assertThat(namespace.get("explain", "pod.spec.containers")).contains("image");
            assertThat(namespace.get("delete", "pod", "box", "--now")).contains("deleted");
        }
    }

    private static void rolledOut(TestNamespace namespace) {
        namespace
                .kubectl()
                .runWithin(
                        Kubectl.START_MAX,
                        "--namespace",
                        namespace.name(),
                        "rollout",
                        "status",
                        "deployment/web")
                .expectSuccess();
    }

    private static void request(String ip, AtomicBoolean isOver, List<String> failures) {
        try {
            while (!isOver.get()) {
                var body = Http.ask(ip, 80);
                if (!body.startsWith("v")) {
                    failures.add(body);
                }
                Thread.sleep(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
