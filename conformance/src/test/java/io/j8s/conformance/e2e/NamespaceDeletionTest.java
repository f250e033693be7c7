package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

import java.time.Duration;

/// A namespace goes with everything in it, and says what it waits for.
@Tag("e2e")
@ExtendWith(SharedFakeNodes.class)
@ResourceLock(value = SharedFakeNodes.NAME, mode = ResourceAccessMode.READ)
class NamespaceDeletionTest {

    private static final Duration MOMENT = Duration.ofSeconds(60);
    private static final String CONTENT =
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: main, image: "app:1"}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: kept, finalizers: [example.com/keep]}
            """;

    @Test
    void waitsForFinalizersAndSaysSo(FakeNodeCluster cluster) {
        var kubectl = cluster.kubectl();
        var name = "going";
        kubectl.get("create", "namespace", name);
        kubectl.runWithInput(CONTENT, "-n", name, "apply", "-f", "-").expectSuccess();
        kubectl.until(
                MOMENT,
                "2"::equals,
                "-n",
                name,
                "get",
                "deployment",
                "web",
                "-o",
                "jsonpath={.status.readyReplicas}");
        kubectl.get("delete", "namespace", name, "--wait=false");
        kubectl.until(
                MOMENT,
                text ->
                        text.equals(
                                "Terminating|Some resources are remaining: configmaps. has 1"
                                        + " resource instances|Some content in the namespace has"
                                        + " finalizers remaining: example.com/keep in 1 resource"
                                        + " instances"),
                "get",
                "namespace",
                name,
                "-o",
                "jsonpath={.status.phase}"
                    + "|{.status.conditions[?(@.type==\"NamespaceContentRemaining\")].message}"
                    + "|{.status.conditions[?(@.type==\"NamespaceFinalizersRemaining\")].message}");
        assertThat(kubectl.get("-n", name, "get", "all", "-o", "name")).isEmpty();
        assertThat(kubectl.run("-n", name, "create", "configmap", "late").err())
                .contains(
                        "forbidden: unable to create new content in namespace going because it is"
                                + " being terminated");
        kubectl.get(
                "-n",
                name,
                "patch",
                "configmap",
                "kept",
                "-p",
                "{\"metadata\":{\"finalizers\":null}}");
        kubectl.until(
                MOMENT,
                String::isEmpty,
                "get",
                "namespace",
                name,
                "--ignore-not-found",
                "-o",
                "name");
    }
}
