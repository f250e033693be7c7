package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// What kubectl prints here is what it prints against upstream's own API server, command by
/// command.
///
/// The transcripts were made with kube-apiserver 1.37.2: `-Dj8s.kubeconfig=FILE
/// -Dgolden.update=true` makes them anew from any other server.
@Tag("e2e")
@ExtendWith(SharedControlPlane.class)
@ResourceLock(value = SharedControlPlane.NAME, mode = ResourceAccessMode.READ)
@Execution(ExecutionMode.CONCURRENT)
@Order(7)
class KubectlMatrixTest {

    private static final String DIRECTORY = "conformance/src/test/resources/kubectl";
    private static final Duration ACCOUNT_MAX = Duration.ofMinutes(2);

    static List<Path> oldestAndNewest() {
        var all = Kubectl.onThisMachine();
        return Stream.of(all.getFirst(), all.getLast()).distinct().toList();
    }

    static List<Path> theRest() {
        var all = Kubectl.onThisMachine();
        return all.size() < 3 ? List.of(all.getLast()) : all.subList(1, all.size() - 1);
    }

    @ParameterizedTest
    @MethodSource("oldestAndNewest")
    void printsWhatItPrintsAgainstUpstream(Path binary, Cluster cluster) throws IOException {
        var kubectl = kubectl(binary, cluster);
        var golden = directory().resolve("transcript-" + version(binary) + ".txt");
        var transcript = new Transcript(directory(), kubectl, namespace(kubectl));
        for (var line : Files.readAllLines(directory().resolve("commands.txt"))) {
            if (!line.startsWith("#")) {
                transcript.run(line);
            }
        }
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(golden, transcript.text());
        } else if (Files.exists(golden)) { // another machine may have other kubectls
            assertThat(transcript.text()).isEqualTo(Files.readString(golden));
        } else {
            assertThat(transcript.text()).contains("configmap/one created");
        }
    }

    @ParameterizedTest
    @MethodSource("theRest")
    void everyOtherVersionDoesTheEverydayThings(Path binary, Cluster cluster) {
        var kubectl = kubectl(binary, cluster);
        try (var namespace = TestNamespace.in(kubectl)) {
            var files = directory().resolve("files");
            var app = files.resolve("app.yaml").toString();
            assertThat(namespace.get("apply", "-f", app)).contains("configmap/settings created");
            assertThat(namespace.get("apply", "-f", app)).contains("configmap/settings unchanged");
            assertThat(namespace.get("apply", "--server-side", "-f", app))
                    .contains("configmap/settings serverside-applied");
            assertThat(namespace.get("get", "configmaps", "-o", "wide")).contains("settings");
            assertThat(namespace.get("describe", "configmap", "settings")).contains("red");
            assertThat(namespace.get("explain", "configmap.data")).contains("DESCRIPTION");
            assertThat(namespace.get("auth", "can-i", "get", "pods")).isEqualTo("yes");
            assertThat(namespace.run("diff", "-f", files.resolve("app-changed.yaml").toString()))
                    .matches(
                            output -> output.exitCode() == 1 && output.out().contains("+  colour"));
            assertThat(namespace.get("delete", "-f", app)).contains("\"settings\" deleted");
        }
    }

    private static Kubectl kubectl(Path binary, Cluster cluster) {
        var other = System.getProperty("j8s.kubeconfig");
        return other == null ? cluster.kubectl(binary) : new Kubectl(binary, Path.of(other));
    }

    private static Path directory() {
        return Cluster.root().resolve(DIRECTORY);
    }

    private static String version(Path binary) {
        return binary.getFileName().toString().replace("kubectl.", "");
    }

    /// A new namespace with the account that pods need; a bare API server makes none.
    private static String namespace(Kubectl kubectl) {
        var name = "m" + Long.toString(new Random().nextLong() >>> 1, 36);
        kubectl.get("create", "namespace", name);
        if (Boolean.getBoolean("golden.update")) {
            kubectl.get("create", "serviceaccount", "default", "-n", name);
        }
        kubectl.until(
                ACCOUNT_MAX,
                text -> text.equals("serviceaccount/default"),
                "get",
                "serviceaccount",
                "default",
                "-n",
                name,
                "-o",
                "name");
        return name;
    }
}
