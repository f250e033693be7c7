package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;

/// Programs inside pods that call the API with their service account's token and CA.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
class InClusterTest {

    private static final Duration RUN_MAX = Duration.ofSeconds(60);

    @Test
    void clientGoFindsTheClusterAndMayWhatItsAccountMay(Cluster cluster) {
        Image.KUBECTL.loadInto(cluster);
        try (var namespace = TestNamespace.in(cluster)) {
            namespace.get("create", "configmap", "seen-from-inside");
            runToEnd(namespace, "denied", Image.KUBECTL, "get", "configmaps");
            assertThat(namespace.get("logs", "denied"))
                    .contains(
                            "User \"system:serviceaccount:%s:default\" cannot list resource \"configmaps\""
                                    .formatted(namespace.name()));
            allowView(namespace);
            runToEnd(namespace, "allowed", Image.KUBECTL, "get", "configmaps", "-o", "name");
            assertThat(namespace.get("logs", "allowed"))
                    .contains("configmap/kube-root-ca.crt", "configmap/seen-from-inside");
        }
    }

    @Test
    void pythonClientReadsPodsAndLogs(Cluster cluster) {
        Image.PYTHON.loadInto(cluster);
        Image.BUSYBOX.loadInto(cluster);
        try (var namespace = TestNamespace.in(cluster)) {
            allowView(namespace);
            runToEnd(namespace, "speaker", Image.BUSYBOX, "echo", "spoken");
            var program =
                    """
                    from kubernetes import client, config
                    config.load_incluster_config()
                    api = client.CoreV1Api()
                    print([p.metadata.name for p in api.list_namespaced_pod("NS").items])
                    print(api.read_namespaced_pod_log("speaker", "NS"))
                    """
                            .replace("NS", namespace.name());
            runToEnd(namespace, "python", Image.PYTHON, "-c", program);
            assertThat(namespace.get("logs", "python")).contains("'speaker'", "spoken");
        }
    }

    private static void allowView(TestNamespace namespace) {
        namespace.get(
                "create",
                "rolebinding",
                "view",
                "--clusterrole=view",
                "--serviceaccount=" + namespace.name() + ":default");
    }

    private static void runToEnd(
            TestNamespace namespace, String pod, Image image, String... arguments) {
        var command = new java.util.ArrayList<String>();
        command.addAll(java.util.List.of("run", pod, "--image=" + image.reference()));
        command.addAll(java.util.List.of("--restart=Never", "--"));
        command.addAll(java.util.List.of(arguments));
        namespace.get(command.toArray(String[]::new));
        namespace.until(
                RUN_MAX,
                phase -> phase.equals("Succeeded") || phase.equals("Failed"),
                "get",
                "pod",
                pod,
                "-o",
                "jsonpath={.status.phase}");
    }
}
