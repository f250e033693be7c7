package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A deployment's life by stock kubectl, on nodes that the test plays.
@Tag("e2e")
@ExtendWith(SharedFakeNodes.class)
@ResourceLock(value = SharedFakeNodes.NAME, mode = ResourceAccessMode.READ)
class DeploymentsTest {

    private static final Duration MOMENT = Duration.ofSeconds(60);

    static List<Path> oldestAndNewest() {
        return Kubectl.oldestAndNewest();
    }

    private static String image(TestNamespace namespace) {
        return namespace.get(
                "get",
                "deployment",
                "web",
                "-o",
                "jsonpath={.spec.template.spec.containers[0].image}");
    }

    private static void rolledOut(TestNamespace namespace) {
        assertThat(namespace.get("rollout", "status", "deployment/web", "--timeout=60s"))
                .endsWith("deployment \"web\" successfully rolled out");
    }

    private static void patience(TestNamespace namespace, int seconds) {
        namespace.get(
                "patch",
                "deployment",
                "web",
                "-p",
                "{\"spec\":{\"progressDeadlineSeconds\":%d}}".formatted(seconds));
    }

    private static List<String> revisions(TestNamespace namespace) {
        return namespace
                .get("rollout", "history", "deployment/web")
                .lines()
                .filter(line -> !line.isEmpty() && Character.isDigit(line.charAt(0)))
                .map(line -> line.split("\\s+", 2)[0])
                .toList();
    }

    @ParameterizedTest
    @MethodSource("oldestAndNewest")
    void rollsForthAndBack(Path binary, FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.cluster().kubectl(binary))) {
            namespace.get("create", "deployment", "web", "--image=app:1", "--replicas=3");
            rolledOut(namespace);
            namespace.get("set", "image", "deployment/web", "app=app:2");
            rolledOut(namespace);
            assertThat(revisions(namespace)).containsExactly("1", "2");
            assertThat(namespace.get("rollout", "history", "deployment/web", "--revision=2"))
                    .contains("app:2");

            assertThat(namespace.get("rollout", "undo", "deployment/web"))
                    .isEqualTo("deployment.apps/web rolled back");
            rolledOut(namespace);
            assertThat(image(namespace)).isEqualTo("app:1");
            assertThat(revisions(namespace)).containsExactly("2", "3");
            namespace.get("rollout", "undo", "deployment/web", "--to-revision=2");
            rolledOut(namespace);
            assertThat(image(namespace)).isEqualTo("app:2");

            namespace.get("scale", "deployment/web", "--replicas=5");
            rolledOut(namespace);
            assertThat(namespace.get("get", "deployment", "web", "--no-headers"))
                    .matches("web\\s+5/5\\s+5\\s+5\\s+\\S+");

            namespace.get("rollout", "restart", "deployment/web");
            rolledOut(namespace);
            assertThat(namespace.get("get", "deployment", "web", "-o", "yaml"))
                    .contains("kubectl.kubernetes.io/restartedAt");
            namespace.until(
                    MOMENT, lines -> lines.lines().count() == 5, "get", "pods", "--no-headers");
        }
    }

    @ParameterizedTest
    @MethodSource("oldestAndNewest")
    void waitsWhileItIsPaused(Path binary, FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.cluster().kubectl(binary))) {
            namespace.get("create", "deployment", "web", "--image=app:1", "--replicas=2");
            rolledOut(namespace);
            namespace.get("rollout", "pause", "deployment/web");
            namespace.get("set", "image", "deployment/web", "app=app:2");
            namespace.get("scale", "deployment/web", "--replicas=4");
            // upstream: a paused deployment scales, and tells why it does not go on
            namespace.until(
                    MOMENT,
                    "4 DeploymentPaused"::equals,
                    "get",
                    "deployment",
                    "web",
                    "-o",
                    "jsonpath={.status.readyReplicas} "
                            + "{.status.conditions[?(@.type==\"Progressing\")].reason}");
            assertThat(namespace.get("get", "replicasets", "--no-headers").lines()).hasSize(1);
            namespace.get("rollout", "resume", "deployment/web");
            rolledOut(namespace);
            assertThat(namespace.get("get", "replicasets", "--no-headers").lines()).hasSize(2);
        }
    }

    @Test
    void tellsOfARolloutThatDoesNotGetOn(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            namespace.get("create", "deployment", "web", "--image=app:1", "--replicas=4");
            rolledOut(namespace);
            patience(namespace, 1);
            namespace.get("set", "image", "deployment/web", "app=broken:1");
            namespace.until(
                    MOMENT,
                    "ProgressDeadlineExceeded"::equals,
                    "get",
                    "deployment",
                    "web",
                    "-o",
                    "jsonpath={.status.conditions[?(@.type==\"Progressing\")].reason}");
            // 25 % each: one pod may be missing, one may be too many
            namespace.until(
                    MOMENT,
                    "5 2 3"::equals,
                    "get",
                    "deployment",
                    "web",
                    "-o",
                    "jsonpath={.status.replicas} {.status.updatedReplicas}"
                            + " {.status.availableReplicas}");
            var status = namespace.run("rollout", "status", "deployment/web", "--timeout=60s");
            assertThat(status.exitCode()).isEqualTo(1);
            assertThat(status.err())
                    .contains("error: deployment \"web\" exceeded its progress deadline");
            patience(namespace, 600);
            namespace.get("rollout", "undo", "deployment/web");
            rolledOut(namespace);
            assertThat(namespace.get("get", "events", "-o", "jsonpath={.items[*].message}"))
                    .contains("Scaled up replica set web-", "Scaled down replica set web-");
        }
    }

    @Test
    void givesItsScaleToAnAutoscaler(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            namespace.get("create", "deployment", "web", "--image=app:1");
            assertThat(
                            namespace.get(
                                    "autoscale",
                                    "deployment/web",
                                    "--min=2",
                                    "--max=6",
                                    "--cpu-percent=80"))
                    .isEqualTo("horizontalpodautoscaler.autoscaling/web autoscaled");
            assertThat(namespace.get("get", "hpa", "web", "--no-headers"))
                    .matches("web\\s+Deployment/web\\s+cpu: \\S+/80%\\s+2\\s+6\\s+.*");
        }
    }

    @Test
    void ownsWhatItMadeInEveryWayOfDeletion(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            namespace.get("create", "deployment", "web", "--image=app:1", "--replicas=2");
            rolledOut(namespace);
            namespace.get("delete", "deployment", "web", "--cascade=orphan");
            assertThat(
                            namespace.get(
                                    "get",
                                    "replicasets",
                                    "-o",
                                    "jsonpath={.items[*].metadata.ownerReferences}"))
                    .isEmpty();
            assertThat(namespace.get("get", "pods", "--no-headers").lines()).hasSize(2);

            // the same again adopts them
            namespace.get("create", "deployment", "web", "--image=app:1", "--replicas=2");
            rolledOut(namespace);
            assertThat(namespace.get("get", "replicasets", "--no-headers").lines()).hasSize(1);

            namespace.get("delete", "deployment", "web", "--cascade=foreground");
            assertThat(namespace.get("get", "replicasets,pods", "-o", "name")).isEmpty();

            namespace.get("create", "deployment", "web", "--image=app:1", "--replicas=2");
            rolledOut(namespace);
            namespace.get("delete", "deployment", "web", "--cascade=background");
            namespace.until(MOMENT, String::isEmpty, "get", "replicasets,pods", "-o", "name");
        }
    }
}
