package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;

/// What `./j8s` promises on the command line.
@Tag("e2e")
@ResourceLock(value = SharedCluster.NAME, mode = ResourceAccessMode.READ)
class LauncherTest {

    private static final List<String> MODULES =
            List.of(
                    "machinery",
                    "certs",
                    "storage",
                    "apiserver",
                    "controllers",
                    "scheduler",
                    "cri",
                    "nodeagent",
                    "cli");

    @TempDir Path temporary;

    @Test
    void worksThroughASymlinkFromAnyDirectory() throws Exception {
        var link = Files.createSymbolicLink(temporary.resolve("k"), Cluster.launcher());
        assertThat(Shell.plain().run(link.toString(), "version").expectSuccess())
                .startsWith("j8s v1.37.");
    }

    /// Else every start makes the classes for them (decision 0014).
    @Test
    void whatItRunsHasNoSwitchLeftToLink() throws IOException {
        Shell.plain().run(Cluster.launcher().toString(), "version").expectSuccess();
        var jars = Cluster.launcher().resolveSibling("cli/target/image/lib");
        assumeTrue(Files.isDirectory(jars), "another launcher");
        assertThat(switches(only(jars, "apiserver-*.jar"))).isZero();
        assertThat(switches(only(Path.of("../apiserver/target"), "apiserver-*.jar")))
                .as("as they were built")
                .isGreaterThan(50);
    }

    private static Path only(Path directory, String glob) throws IOException {
        try (var files = Files.newDirectoryStream(directory, glob)) {
            return files.iterator().next();
        }
    }

    private static int switches(Path jar) throws IOException {
        int found = 0;
        try (var file = new JarFile(jar.toFile())) {
            for (var entry : Collections.list(file.entries())) {
                if (entry.getName().endsWith(".class")) {
                    found += switches(file.getInputStream(entry).readAllBytes());
                }
            }
        }
        return found;
    }

    private static int switches(byte[] content) {
        return (int)
                ClassFile.of().parse(content).methods().stream()
                        .flatMap(method -> method.code().stream())
                        .flatMap(CodeModel::elementStream)
                        .filter(element ->
                                element instanceof InvokeDynamicInstruction call
                                        && call.bootstrapMethod()
                                                .owner()
                                                .displayName()
                                                .equals("SwitchBootstraps"))
                        .count();
    }

    /// As after `sudo git clone`. The tree has no classes, so the launcher gets as far as it can.
    @Test
    void underSudoRootWritesWhatTheCallerMayNot() throws IOException {
        var tree = treeWithoutClasses();
        var output =
                new Shell(Map.of("SUDO_UID", "65534", "SUDO_GID", "65534"), Duration.ofMinutes(2))
                        .run(tree.resolve("j8s").toString(), "version");
        assertThat(output.err())
                .contains("the start-up cache could not be made")
                .doesNotContain("Permission denied");
        assertThat(tree.resolve("cli/target/image/trained")).exists();
        assertThat(tree.resolve(".j8s/lock")).exists();
    }

    private Path treeWithoutClasses() throws IOException {
        var tree = Files.createDirectory(temporary.resolve("tree"));
        Files.copy(Cluster.launcher(), tree.resolve("j8s"));
        Files.createFile(tree.resolve("pom.xml"));
        for (var module : MODULES) {
            Files.createDirectory(tree.resolve(module));
        }
        var image = Files.createDirectories(tree.resolve("cli/target/image"));
        Files.createDirectory(image.resolve("lib"));
        Files.createFile(image.resolve("built"));
        return tree;
    }

    /// Whatever still ran for it would hold the lock of the build. The JDK only says that it has
    /// begun.
    @Test
    void whatRunsForItEndsWithItWhenItIsInterrupted() throws IOException {
        var tree = treeWithoutClasses();
        var jdk = Files.createDirectories(tree.resolve("jdk/bin"));
        Files.writeString(jdk.resolveSibling("release"), "JAVA_VERSION=\"25.0.0\"\n");
        var java = "#!/bin/sh\ncase $* in *TrainingRun*) echo > 'BEGUN'; sleep 600 ;; esac\n";
        for (var name : List.of("java", "javac")) {
            Files.writeString(
                    jdk.resolve(name), java.replace("BEGUN", tree.resolve("begun").toString()));
            jdk.resolve(name).toFile().setExecutable(true);
        }
        var script =
                """
                mkfifo begun
                ./j8s version & launcher=$!
                read _ < begun
                kill -TERM $launcher
                wait $launcher
                echo "ended with $?"
                flock -w 20 .j8s/lock echo nothing is left
                """;
        var output =
                new Shell(
                                Map.of("JAVA_HOME", tree.resolve("jdk").toString()),
                                Duration.ofMinutes(2))
                        .run("sh", "-c", "cd '" + tree + "'\n" + script);
        assertThat(output.out().lines()).containsExactly("ended with 143", "nothing is left");
        assertThat(output.err()).contains("j8s: interrupted: run it again");
    }

    @Test
    void fileNamesNeedNoLanguage() {
        var script =
                """
                name=/nonexistent/$(printf '\\303\\274')
                "$0" status --data-dir "$name" 2>&1 | grep -F "no cluster in $name: start one"
                """;
        new Shell(Map.of("LC_ALL", "C"), Duration.ofMinutes(2))
                .run("sh", "-c", script, Cluster.launcher().toString())
                .expectSuccess();
    }

    @Test
    void wrongUsageIsOneLineAndExitCodeTwo() {
        var output = Shell.plain().run(Cluster.launcher().toString(), "nonsense");
        assertThat(output.exitCode()).isEqualTo(2);
        assertThat(output.err().lines()).hasSize(1);
        assertThat(output.out()).isEmpty();
    }

    @Test
    @ExtendWith(SharedCluster.class)
    void upTellsItsStagesAndEndsWithReady(Cluster cluster) throws Exception {
        var lines = cluster.printed().lines().toList();
        assertThat(lines.getLast())
                .matches("ready in \\d+\\.\\d s · export KUBECONFIG=" + cluster.kubeconfig());
        assertThat(lines.subList(1, lines.size() - 1))
                .allMatch(line -> line.matches(" +\\d+\\.\\d s  .+"));
        assertThat(cluster.printed()).doesNotContain("\u001b");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(cluster.kubeconfig())))
                .isEqualTo("rw-------");
    }

    @Test
    @ExtendWith(SharedCluster.class)
    void secondUpOnTheSameDirectoryIsRefused(Cluster cluster) {
        var output = cluster.j8s("up", "--control-plane-only", "--port", "0");
        assertThat(output.exitCode()).isEqualTo(1);
        assertThat(output.err()).contains("is in use by the j8s with process id " + cluster.pid());
        assertThat(output.err().lines()).hasSize(1);
    }
}
