package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

import java.util.concurrent.TimeUnit;

/// Clients of other languages create, list, watch by informers, update in conflict, patch and
/// delete: the programs in `conformance/clients`.
@Tag("e2e")
@Timeout(value = 12, unit = TimeUnit.MINUTES)
@ExtendWith(SharedControlPlane.class)
@ResourceLock(value = SharedControlPlane.NAME, mode = ResourceAccessMode.READ)
@Execution(ExecutionMode.CONCURRENT)
@Order(8)
class ClientsTest {

    @Test
    void clientGoGoesThroughAnObjectsLifeInEveryForm(Cluster cluster) {
        try (var namespace = TestNamespace.in(cluster)) {
            assertThat(run(cluster, namespace, "objects"))
                    .contains(
                            "ok: typed application/json",
                            "ok: typed application/vnd.kubernetes.protobuf",
                            "ok: dynamic",
                            "ok: discovery and OpenAPI");
        }
    }

    @Test
    void controllerRuntimeElectsWatchesAndReconciles(Cluster cluster) {
        try (var namespace = TestNamespace.in(cluster)) {
            assertThat(run(cluster, namespace, "controllers")).contains("ok: controller-runtime");
        }
    }

    private static Iterable<String> run(Cluster cluster, TestNamespace namespace, String job) {
        return ClientPrograms.lines(
                ClientPrograms.go("", job, cluster.kubeconfig().toString(), namespace.name()));
    }

    @Test
    void pythonGoesThroughAnObjectsLife(Cluster cluster) {
        try (var namespace = TestNamespace.in(cluster)) {
            assertThat(
                            ClientPrograms.lines(
                                    ClientPrograms.python(
                                            cluster.kubeconfig().toString(), namespace.name())))
                    .contains("ok: python");
        }
    }

    @Test
    void javaScriptGoesThroughAnObjectsLife(Cluster cluster) {
        try (var namespace = TestNamespace.in(cluster)) {
            assertThat(
                            ClientPrograms.lines(
                                    ClientPrograms.javaScript(
                                            cluster.kubeconfig().toString(), namespace.name())))
                    .contains("ok: javascript");
        }
    }
}
