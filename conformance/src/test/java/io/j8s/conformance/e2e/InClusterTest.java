package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

import java.time.Duration;

/// Programs inside pods that call the API with their service account's token and CA.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
@ResourceLock(value = SharedCluster.NAME, mode = ResourceAccessMode.READ)
@Execution(ExecutionMode.CONCURRENT)
@Order(9)
class InClusterTest {

    private static final Duration RUN_MAX = Duration.ofMinutes(2);

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
            allow(namespace, "view");
            runToEnd(namespace, "allowed", Image.KUBECTL, "get", "configmaps", "-o", "name");
            assertThat(namespace.get("logs", "allowed"))
                    .contains("configmap/kube-root-ca.crt", "configmap/seen-from-inside");
        }
    }

    @Test
    void clientGoReadsLogsAndRunsCommandsFromInside(Cluster cluster) {
        Image.KUBECTL.loadInto(cluster);
        Image.BUSYBOX.loadInto(cluster);
        try (var namespace = TestNamespace.in(cluster)) {
            allow(namespace, "edit");
            speak(namespace);
            runToEnd(namespace, "logs", Image.KUBECTL, "logs", "speaker");
            assertThat(namespace.get("logs", "logs")).isEqualTo("spoken");
            runToEnd(namespace, "exec", Image.KUBECTL, "exec", "speaker", "--", "echo", "done");
            assertThat(namespace.get("logs", "exec")).isEqualTo("done");
        }
    }

    @Test
    void fabric8ReadsPodsAndLogsAndRunsCommands(Cluster cluster) {
        Image.FABRIC8.loadInto(cluster);
        Image.BUSYBOX.loadInto(cluster);
        try (var namespace = TestNamespace.in(cluster)) {
            allow(namespace, "edit");
            speak(namespace);
            runToEnd(namespace, "fabric8", Image.FABRIC8, namespace.name(), "speaker");
            assertThat(namespace.get("logs", "fabric8"))
                    .contains("pods: [fabric8, speaker]", "logs: spoken", "exec: done 0");
        }
    }

    @Test
    void pythonClientReadsPodsAndLogsAndRunsCommands(Cluster cluster) {
        Image.PYTHON.loadInto(cluster);
        Image.BUSYBOX.loadInto(cluster);
        try (var namespace = TestNamespace.in(cluster)) {
            allow(namespace, "edit");
            speak(namespace);
            var program =
                    """
                    from kubernetes import client, config
                    from kubernetes.stream import stream
                    config.load_incluster_config()
                    api = client.CoreV1Api()
                    print([p.metadata.name for p in api.list_namespaced_pod("NS").items])
                    print(api.read_namespaced_pod_log("speaker", "NS"))
                    print(stream(api.connect_get_namespaced_pod_exec, "speaker", "NS",
                        command=["echo", "done"], stdout=True, stderr=True, stdin=False, tty=False))
                    """
                            .replace("NS", namespace.name());
            runToEnd(namespace, "python", Image.PYTHON, "-c", program);
            assertThat(namespace.get("logs", "python")).contains("'speaker'", "spoken", "done");
        }
    }

    private static void speak(TestNamespace namespace) {
        namespace.get(
                "run",
                "speaker",
                "--image=" + Image.BUSYBOX.reference(),
                "--",
                "sh",
                "-c",
                "echo spoken; exec sleep 1000");
        namespace.until(Kubectl.START_MAX, "spoken"::equals, "logs", "speaker");
    }

    private static void allow(TestNamespace namespace, String role) {
        namespace.get(
                "create",
                "rolebinding",
                role,
                "--clusterrole=" + role,
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
