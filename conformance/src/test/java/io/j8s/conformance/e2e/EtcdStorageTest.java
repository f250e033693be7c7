package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// With `--storage etcd`: upstream reads what we wrote, we serve what upstream wrote, and two API
/// servers over one etcd are one.
@Tag("e2e")
@Timeout(value = 12, unit = TimeUnit.MINUTES) // the Go program may have to be built
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Order(12)
class EtcdStorageTest {

    private static final Duration SEEN_MAX = Duration.ofMinutes(2);
    private static final Path FILES =
            Cluster.root().resolve("conformance/src/test/resources/kubectl/files");

    private Path directory;
    private Etcd etcd;
    private Cluster first;
    private Cluster second;

    @BeforeAll
    void start(@TempDir Path given) throws Exception {
        directory = given;
        etcd = Etcd.start(directory);
        first = cluster("first");
        // servers of one cluster have the same authorities
        var other = Files.createDirectory(directory.resolve("second"));
        Shell.plain()
                .run("cp", "-a", directory.resolve("first/pki").toString(), other.toString())
                .expectSuccess();
        second = cluster("second");
    }

    /// A leader that can't renew its lease for 10 s, such as with a slow disk below etcd, ends as
    /// upstream's do, and the other one leads.
    @BeforeEach
    void startAgainWhoLostItsLease() throws InterruptedException {
        for (var cluster : List.of(first, second)) {
            if (cluster.hasEnded("lost the leader election")) {
                cluster.restart();
            }
        }
    }

    private Cluster cluster(String name) {
        return Cluster.startIn(
                directory.resolve(name),
                Map.of(),
                "--control-plane-only",
                "--service-cidr",
                "10.63.0.0/16",
                "--storage",
                "etcd",
                "--etcd-servers",
                etcd.url());
    }

    @AfterAll
    void end() {
        for (var cluster : new Cluster[] {second, first}) {
            if (cluster != null) {
                cluster.close();
            }
        }
        if (etcd != null) {
            etcd.close();
        }
    }

    @Test
    void upstreamsCodecReadsWhatWeWroteToTheByte() throws Exception {
        try (var namespace = TestNamespace.in(first)) {
            namespace.get("apply", "-f", FILES.resolve("app.yaml").toString());
            namespace.get("create", "deployment", "web", "--image=example.org/web:1");
            namespace.get("create", "service", "clusterip", "web", "--tcp=80:8080");
            namespace.get("create", "secret", "generic", "login", "--from-literal=user=jane");
            var lines =
                    etcd.below("/registry/").entrySet().stream()
                            .filter(one -> new String(one.getValue(), UTF_8).startsWith("k8s\0"))
                            // not in client-go's scheme
                            .filter(one -> !one.getKey().contains("/apiregistration.k8s.io/"))
                            .map(one ->
                                    one.getKey()
                                            + " "
                                            + Base64.getEncoder().encodeToString(one.getValue()))
                            .collect(Collectors.joining("\n", "", "\n"));
            var read = ClientPrograms.lines(ClientPrograms.go(lines, "stored"));
            var name = namespace.name();
            assertThat(read)
                    .hasSizeGreaterThan(150)
                    .contains(
                            "/registry/namespaces/%1$s v1 Namespace /%1$s".formatted(name),
                            "/registry/configmaps/%1$s/settings v1 ConfigMap %1$s/settings"
                                    .formatted(name),
                            "/registry/deployments/%1$s/web apps/v1 Deployment %1$s/web"
                                    .formatted(name),
                            "/registry/services/specs/%1$s/web v1 Service %1$s/web".formatted(name),
                            "/registry/networkpolicies/%1$s/lock networking.k8s.io/v1 NetworkPolicy %1$s/lock"
                                    .formatted(name),
                            "/registry/secrets/%1$s/login v1 Secret %1$s/login".formatted(name),
                            "/registry/clusterroles/admin rbac.authorization.k8s.io/v1 ClusterRole"
                                    + " /admin");
        }
    }

    @Test
    void whatUpstreamsCodecWroteIsServed() {
        try (var namespace = TestNamespace.in(first)) {
            var name = namespace.name();
            var encoded =
                    ClientPrograms.lines(
                            ClientPrograms.go(
                                    """
                                    /registry/configmaps/%1$s/foreign {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"foreign","namespace":"%1$s","uid":"5f1f7c7e-0000-4000-8000-000000000001","creationTimestamp":"2024-01-02T03:04:05Z","labels":{"by":"go"}},"data":{"a":"1"}}
                                    /registry/leases/%1$s/foreign {"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"foreign","namespace":"%1$s","uid":"5f1f7c7e-0000-4000-8000-000000000002","creationTimestamp":"2024-01-02T03:04:05Z"},"spec":{"holderIdentity":"go","renewTime":"2024-01-02T03:04:05.678901Z"}}
                                    """
                                            .formatted(name),
                                    "encode"));
            for (var line : encoded) {
                var parts = line.split(" ", -1);
                etcd.put(parts[0], Base64.getDecoder().decode(parts[1]));
            }
            for (var server : List.of(first, second)) {
                var kubectl = server.kubectl();
                assertThat(
                                kubectl.until(
                                        SEEN_MAX,
                                        text -> !text.isEmpty(),
                                        "get",
                                        "configmaps",
                                        "-n",
                                        name,
                                        "-l",
                                        "by=go",
                                        "-o",
                                        "jsonpath={.items[*].data.a}"
                                                + " {.items[*].metadata.creationTimestamp}"))
                        .isEqualTo("1 2024-01-02T03:04:05Z");
                assertThat(
                                kubectl.get(
                                        "get",
                                        "lease",
                                        "foreign",
                                        "-n",
                                        name,
                                        "-o",
                                        "jsonpath={.spec.renewTime}"))
                        .isEqualTo("2024-01-02T03:04:05.678901Z");
            }
            namespace.get("patch", "configmap", "foreign", "-p", "{\"data\":{\"a\":\"2\"}}");
            assertThat(
                            second.kubectl()
                                    .get(
                                            "get",
                                            "cm/foreign",
                                            "-n",
                                            name,
                                            "-o",
                                            "jsonpath={.data.a}"))
                    .isEqualTo("2");
        }
    }

    @Test
    void twoServersOverOneEtcdSeeEachOthersWrites() throws Exception {
        try (var namespace = TestNamespace.in(first)) {
            var name = namespace.name();
            var log = Files.createFile(directory.resolve("watch.log")).toFile();
            var watch =
                    new ProcessBuilder(
                                    Kubectl.newest().toString(),
                                    "--kubeconfig=" + second.kubeconfig(),
                                    "get",
                                    "configmaps",
                                    "-n",
                                    name,
                                    "--watch",
                                    "--output-watch-events",
                                    "-o",
                                    "jsonpath={.type} {.object.metadata.name}"
                                            + " {.object.data.n}{\"\\n\"}")
                            .redirectOutput(log)
                            .redirectErrorStream(true)
                            .start();
            try {
                for (int n = 0; n < 10; n++) {
                    // a write to one is read from the other at once, in turn
                    var writer = n % 2 == 0 ? first : second;
                    var reader = n % 2 == 0 ? second : first;
                    writer.kubectl()
                            .get("create", "cm", "m" + n, "-n", name, "--from-literal=n=" + n);
                    assertThat(
                                    reader.kubectl()
                                            .get(
                                                    "get",
                                                    "cm/m" + n,
                                                    "-n",
                                                    name,
                                                    "-o",
                                                    "jsonpath={.data.n}"))
                            .isEqualTo("" + n);
                }
                first.kubectl().get("delete", "cm", "m0", "-n", name);
                var text =
                        Eventually.until(
                                "the second server's watch tells of both servers' writes",
                                SEEN_MAX,
                                () -> textOf(log.toPath()),
                                seen -> seen.contains("DELETED m0"),
                                second::printed);
                for (int n = 0; n < 10; n++) {
                    assertThat(text).contains("ADDED m" + n + " " + n);
                }
            } finally {
                watch.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void onlyOneRunsControllersAndTheOtherTakesOver() {
        var holder = holders(first).getFirst();
        assertThat(holder).isIn(identity(first), identity(second));
        var leader = holder.equals(identity(first)) ? first : second;
        var other = leader == first ? second : first;
        try (var namespace = TestNamespace.in(other)) {
            namespace.get("create", "deployment", "web", "--image=example.org/web:1");
            assertThat(
                            namespace.until(
                                    SEEN_MAX,
                                    text -> !text.isEmpty(),
                                    "get",
                                    "replicasets,pods",
                                    "-o",
                                    "name"))
                    .startsWith("replicaset.apps/web-");
        }
        leader.stop();
        try (var namespace = TestNamespace.in(other)) {
            Eventually.until(
                    "the other leads",
                    SEEN_MAX,
                    () -> holders(other),
                    List.of(identity(other), identity(other))::equals,
                    other::printed);
            namespace.until(
                    SEEN_MAX,
                    "default"::equals,
                    "get",
                    "serviceaccounts",
                    "-o",
                    "jsonpath={.items[*].metadata.name}");
        } finally {
            leader.restart();
        }
    }

    /// Who runs the controllers, and who the scheduler.
    private static List<String> holders(Cluster cluster) {
        var holders =
                cluster.kubectl()
                        .get(
                                "get",
                                "leases",
                                "kube-controller-manager",
                                "kube-scheduler",
                                "-n",
                                "kube-system",
                                "-o",
                                "jsonpath={.items[*].spec.holderIdentity}");
        return List.of(holders.split(" ", -1));
    }

    private static String identity(Cluster cluster) {
        return textOf(cluster.directory().resolve("identity"));
    }

    private static String textOf(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
