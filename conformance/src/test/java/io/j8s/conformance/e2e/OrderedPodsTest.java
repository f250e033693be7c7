package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

import java.time.Duration;
import java.util.List;

/// Stateful sets keep their order and daemon sets follow the nodes, by stock kubectl.
@Tag("e2e")
@ExtendWith(SharedFakeNodes.class)
@ResourceLock(SharedFakeNodes.NAME)
@Order(5)
class OrderedPodsTest {

    private static final Duration MOMENT = Duration.ofSeconds(60);

    private static void statefulSet(TestNamespace namespace, String image) {
        namespace.apply(
                """
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: db}
                spec:
                  serviceName: db
                  replicas: 3
                  selector: {matchLabels: {app: db}}
                  template:
                    metadata: {labels: {app: db}}
                    spec: {containers: [{name: main, image: "%s"}]}
                """
                        .formatted(image));
    }

    private static void ready(TestNamespace namespace, String count) {
        namespace.until(
                MOMENT,
                count::equals,
                "get",
                "statefulset",
                "db",
                "-o",
                "jsonpath={.status.readyReplicas} {.status.updatedReplicas}");
    }

    /// Names of what the set did, in order; one event may tell of several.
    private static List<String> told(TestNamespace namespace, String reason) {
        return namespace
                .get(
                        "get",
                        "events",
                        "--field-selector=reason=" + reason + ",involvedObject.kind=StatefulSet",
                        "--sort-by=.metadata.resourceVersion",
                        "-o",
                        "jsonpath={range .items[*]}{.message}{\"\\n\"}{end}")
                .lines()
                .toList();
    }

    @Test
    void aStatefulSetGoesWithoutItsPodsWhenAsked(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            statefulSet(namespace, "app:1");
            ready(namespace, "3 3");
            // returns when the set is gone, which waits for its pods and revisions to be let go
            namespace.get("delete", "statefulset", "db", "--cascade=orphan", "--timeout=60s");
            assertThat(
                            namespace.get(
                                    "get",
                                    "controllerrevisions,pods",
                                    "-o",
                                    "jsonpath={range .items[*]}{.kind}{.metadata.ownerReferences} "
                                            + "{end}"))
                    .isEqualTo("ControllerRevision Pod Pod Pod");
        }
    }

    @Test
    void statefulSetsStartEndAndChangeInOrder(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            statefulSet(namespace, "app:1");
            ready(namespace, "3 3");
            namespace.until(
                    MOMENT,
                    text -> text.lines().count() == 3,
                    "get",
                    "events",
                    "--field-selector=reason=SuccessfulCreate,involvedObject.kind=StatefulSet",
                    "--no-headers");
            assertThat(told(namespace, "SuccessfulCreate"))
                    .containsExactly(
                            "Create Pod db-0 in StatefulSet db successful",
                            "Create Pod db-1 in StatefulSet db successful",
                            "Create Pod db-2 in StatefulSet db successful");

            namespace.get("set", "image", "statefulset/db", "main=app:2");
            assertThat(namespace.get("rollout", "status", "statefulset/db", "--timeout=60s"))
                    .contains("partitioned roll out complete: 3 new pods have been updated...");
            namespace.until(
                    MOMENT,
                    text -> text.lines().count() == 3,
                    "get",
                    "events",
                    "--field-selector=reason=SuccessfulDelete,involvedObject.kind=StatefulSet",
                    "--no-headers");
            assertThat(told(namespace, "SuccessfulDelete"))
                    .containsExactly(
                            "Delete Pod db-2 in StatefulSet db successful",
                            "Delete Pod db-1 in StatefulSet db successful",
                            "Delete Pod db-0 in StatefulSet db successful");

            namespace.get("scale", "statefulset/db", "--replicas=1");
            namespace.until(MOMENT, "pod/db-0"::equals, "get", "pods", "-o", "name");
            namespace.get("rollout", "undo", "statefulset/db");
            namespace.until(
                    MOMENT,
                    "app:1 True"::equals,
                    "get",
                    "pod",
                    "db-0",
                    "-o",
                    "jsonpath={.spec.containers[0].image}"
                            + " {.status.conditions[?(@.type==\"Ready\")].status}");
        }
    }

    @Test
    void statefulSetsWaitForAPodThatIsNotReady(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            statefulSet(namespace, "broken:1");
            namespace.until(
                    MOMENT,
                    "Running"::equals,
                    "get",
                    "pods",
                    "-o",
                    "jsonpath={.items[*].status.phase}");
            assertThat(namespace.get("get", "pods", "-o", "name")).isEqualTo("pod/db-0");
        }
    }

    @Test
    void partitionsKeepTheLowerPodsAsTheyAre(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            statefulSet(namespace, "app:1");
            ready(namespace, "3 3");
            namespace.get(
                    "patch",
                    "statefulset",
                    "db",
                    "-p",
                    "{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":2}}}}");
            namespace.get("set", "image", "statefulset/db", "main=app:2");
            ready(namespace, "3 1");
            assertThat(
                            namespace.get(
                                    "get",
                                    "pods",
                                    "--sort-by=.metadata.name",
                                    "-o",
                                    "jsonpath={.items[*].spec.containers[0].image}"))
                    .isEqualTo("app:1 app:1 app:2");
        }
    }

    @Test
    void daemonSetsFollowTheNodes(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            namespace.apply(
                    """
                    apiVersion: apps/v1
                    kind: DaemonSet
                    metadata: {name: everywhere}
                    spec:
                      selector: {matchLabels: {app: everywhere}}
                      template:
                        metadata: {labels: {app: everywhere}}
                        spec: {containers: [{name: main, image: "app:1"}]}
                    """);
            assertThat(namespace.get("rollout", "status", "daemonset/everywhere", "--timeout=60s"))
                    .endsWith("daemon set \"everywhere\" successfully rolled out");
            assertThat(nodes(namespace)).isEqualTo("fake-1 fake-2");
            cluster.add("fake-3");
            namespace.until(
                    MOMENT,
                    "3 3"::equals,
                    "get",
                    "daemonset",
                    "everywhere",
                    "-o",
                    "jsonpath={.status.desiredNumberScheduled} {.status.numberReady}");
            assertThat(nodes(namespace)).isEqualTo("fake-1 fake-2 fake-3");
            cluster.remove("fake-3");
            namespace.until(
                    MOMENT,
                    "2 2"::equals,
                    "get",
                    "daemonset",
                    "everywhere",
                    "-o",
                    "jsonpath={.status.desiredNumberScheduled} {.status.numberReady}");

            namespace.get("set", "image", "daemonset/everywhere", "main=app:2");
            namespace.get("rollout", "status", "daemonset/everywhere", "--timeout=60s");
            // the pod of the node that is gone stays until the pod garbage collector is sure
            assertThat(
                            namespace.get(
                                    "get",
                                    "pods",
                                    "-o",
                                    "jsonpath={.items[?(@.spec.nodeName!=\"fake-3\")]"
                                            + ".spec.containers[0].image}"))
                    .isEqualTo("app:2 app:2");
            namespace.get("rollout", "undo", "daemonset/everywhere");
            namespace.get("rollout", "status", "daemonset/everywhere", "--timeout=60s");
        }
    }

    private static String nodes(TestNamespace namespace) {
        return namespace.get(
                "get",
                "pods",
                "--sort-by=.spec.nodeName",
                "-o",
                "jsonpath={.items[*].spec.nodeName}");
    }
}
