package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;

/// The everyday verbs on a ConfigMap, with the oldest and the newest kubectl of the machine.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
@ResourceLock(value = SharedCluster.NAME, mode = ResourceAccessMode.READ)
class ConfigMapTest {

    private static String name(Path binary) {
        return "verbs-" + binary.getFileName().toString().replace("kubectl.", "").replace('.', '-');
    }

    @ParameterizedTest
    @MethodSource("io.j8s.conformance.e2e.Kubectl#oldestAndNewest")
    void createGetListDelete(Path binary, Cluster cluster) {
        var kubectl = cluster.kubectl(binary);
        var name = name(binary);
        assertThat(kubectl.get("create", "configmap", name, "--from-literal=colour=blue"))
                .isEqualTo("configmap/" + name + " created");
        assertThat(kubectl.get("get", "configmap", name, "-o", "jsonpath={.data.colour}"))
                .isEqualTo("blue");
        assertThat(kubectl.get("get", "configmaps")).contains("NAME", "DATA", "AGE", name);
        assertThat(kubectl.run("create", "configmap", name).err())
                .contains("configmaps \"" + name + "\" already exists");
        assertThat(kubectl.get("delete", "configmap", name))
                .startsWith("configmap \"" + name + "\" deleted");
        assertThat(kubectl.run("get", "configmap", name).err())
                .isEqualTo("Error from server (NotFound): configmaps \"" + name + "\" not found\n");
    }

    @ParameterizedTest
    @MethodSource("io.j8s.conformance.e2e.Kubectl#oldestAndNewest")
    void applyCreatesConfiguresAndLeavesAlone(Path binary, Cluster cluster) {
        var kubectl = cluster.kubectl(binary);
        var name = name(binary) + "-apply";
        assertThat(apply(kubectl, name, "red")).isEqualTo("configmap/" + name + " created");
        assertThat(apply(kubectl, name, "red")).isEqualTo("configmap/" + name + " unchanged");
        assertThat(apply(kubectl, name, "green")).isEqualTo("configmap/" + name + " configured");
        assertThat(kubectl.get("get", "configmap", name, "-o", "jsonpath={.data.colour}"))
                .isEqualTo("green");
        kubectl.get("delete", "configmap", name);
    }

    @ParameterizedTest
    @MethodSource("io.j8s.conformance.e2e.Kubectl#oldestAndNewest")
    void watchShowsWhatHappens(Path binary, Cluster cluster) throws Exception {
        var kubectl = cluster.kubectl(binary);
        var name = name(binary) + "-watch";
        var watch = kubectl.start("get", "configmaps", "--watch-only", "--output-watch-events");
        try {
            var seen = new Drain(watch.getInputStream());
            Eventually.until(
                    "the watch shows the create",
                    Kubectl.START_MAX,
                    () -> {
                        kubectl.run("delete", "configmap", name, "--ignore-not-found");
                        kubectl.get("create", "configmap", name, "--from-literal=a=b");
                        return seen.soFar();
                    },
                    text ->
                            text.lines()
                                    .anyMatch(line ->
                                            line.startsWith("ADDED ") && line.contains(name)),
                    kubectl::dump);
            kubectl.get("label", "configmap", name, "seen=yes");
            kubectl.get("delete", "configmap", name);
            Eventually.until(
                    "the watch shows change and deletion",
                    Kubectl.START_MAX,
                    seen::soFar,
                    text -> text.contains("MODIFIED") && text.contains("DELETED"),
                    kubectl::dump);
        } finally {
            watch.destroyForcibly();
        }
    }

    private static String apply(Kubectl kubectl, String name, String colour) {
        var manifest =
                """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: %s
                data:
                  colour: %s
                """
                        .formatted(name, colour);
        return kubectl.runWithInput(manifest, "apply", "-f", "-").expectSuccess().strip();
    }
}
