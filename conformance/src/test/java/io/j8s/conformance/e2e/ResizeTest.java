package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/// A running pod's resources change through the `resize` subresource.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
@ResourceLock(value = SharedCluster.NAME, mode = ResourceAccessMode.READ)
class ResizeTest {

    @Test
    void patchOfTheSubresourceReachesTheRunningContainer(Cluster cluster) {
        Image.BUSYBOX.loadInto(cluster);
        try (var namespace = TestNamespace.in(cluster)) {
            namespace.apply(
                    """
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: sized}
                    spec:
                      terminationGracePeriodSeconds: 1
                      containers:
                      - name: main
                        image: %s
                        command: [sh, -c, "trap 'exit 0' TERM; while true; do sleep 0.1; done"]
                        resources:
                          requests: {cpu: 100m, memory: 32Mi}
                          limits: {cpu: 500m, memory: 64Mi}
                    """
                            .formatted(Image.BUSYBOX.reference()));
            until(namespace, "ready", "true");
            var id = field(namespace, "containerID");
            namespace.get(
                    "patch",
                    "pod",
                    "sized",
                    "--subresource=resize",
                    "-p",
                    """
                    {"spec": {"containers": [{"name": "main", "resources":
                    {"requests": {"cpu": "200m"}, "limits": {"memory": "96Mi"}}}]}}
                    """);
            until(namespace, "resources.limits.memory", "96Mi");
            until(namespace, "allocatedResources.cpu", "200m");
            assertThat(field(namespace, "containerID")).isEqualTo(id);
            assertThat(field(namespace, "restartCount")).isEqualTo("0");
            assertThat(
                            namespace.get(
                                    "exec",
                                    "sized",
                                    "--",
                                    "sh",
                                    "-c",
                                    "cat /sys/fs/cgroup/memory.max"
                                            + " /sys/fs/cgroup/memory/memory.limit_in_bytes"
                                            + " 2>/dev/null; true"))
                    .contains("100663296");
        }
    }

    private static void until(TestNamespace namespace, String field, String value) {
        Eventually.until(
                field + " is " + value,
                Kubectl.START_MAX,
                () -> field(namespace, field),
                value::equals,
                () -> namespace.get("get", "pod", "sized", "-o", "yaml"));
    }

    private static String field(TestNamespace namespace, String field) {
        return namespace.get(
                "get",
                "pod",
                "sized",
                "-o",
                "jsonpath={.status.containerStatuses[0]." + field + "}");
    }
}
