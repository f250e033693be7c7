package io.j8s.conformance.e2e;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// What [InClusterTest] runs inside a pod: fabric8 with nothing but the service account's files.
final class InClusterProgram {

    private InClusterProgram() {}

    /// @param args namespace and pod
    public static void main(String[] args) throws Exception {
        try (var client =
                new KubernetesClientBuilder().withConfig(new ConfigBuilder().build()).build()) {
            var pods = client.pods().inNamespace(args[0]);
            System.out.println(
                    "pods: "
                            + pods.list().getItems().stream()
                                    .map(pod -> pod.getMetadata().getName())
                                    .sorted()
                                    .toList());
            System.out.println("logs: " + pods.withName(args[1]).getLog().strip());
            var said = new ByteArrayOutputStream();
            try (var exec = pods.withName(args[1]).writingOutput(said).exec("echo", "done")) {
                int code = exec.exitCode().get(30, TimeUnit.SECONDS);
                System.out.println(
                        "exec: " + said.toString(StandardCharsets.UTF_8).strip() + " " + code);
            }
        }
    }
}
