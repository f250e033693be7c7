package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.storage.model.StoreException;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

class MainTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private ExitCode run(String... args) {
        var terminal =
                new Terminal(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        return Main.run(List.of(args), terminal);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String complaint() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void helpListsEveryCommandOnce() {
        assertThat(run("help")).isEqualTo(ExitCode.STOPPED_AS_ASKED);
        for (var command : Commands.all()) {
            assertThat(
                            printed()
                                    .lines()
                                    .filter(line -> line.startsWith("  " + command.name() + " ")))
                    .hasSize(1);
        }
    }

    @Test
    void everyCommandExplainsItself() {
        for (var command : Commands.all()) {
            var args = new java.util.ArrayList<>(command.words());
            args.add("--help");
            assertThat(run(args.toArray(String[]::new))).isEqualTo(ExitCode.STOPPED_AS_ASKED);
            assertThat(printed()).contains("Usage: j8s " + command.name());
        }
    }

    @Test
    void upExplainsEveryFlagOfTheContract() {
        run("up", "--help");
        for (var flag :
                List.of(
                        "--data-dir",
                        "--port",
                        "--bind-address",
                        "--advertise-address",
                        "--node-ip",
                        "--tls-san",
                        "--control-plane-only",
                        "--storage",
                        "--etcd-servers",
                        "--etcd-cafile",
                        "--etcd-certfile",
                        "--etcd-keyfile",
                        "--container-runtime-endpoint",
                        "--node-name",
                        "--agent-port",
                        "--cluster-cidr",
                        "--service-cidr",
                        "--cluster-dns",
                        "--cluster-domain",
                        "--write-kubeconfig",
                        "--feature-gates",
                        "--runtime-config")) {
            assertThat(printed()).contains("      " + flag);
        }
    }

    @Test
    void upRefusesAGateThatItCannotMove() {
        assertThat(run("up", "--feature-gates", "AllAlpha=true")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(complaint()).contains("AllAlpha is always false in this server");
    }

    @Test
    void unknownCommandIsWrongUsage() {
        assertThat(run("upp")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(complaint())
                .isEqualTo("j8s: there is no command \"upp\"; `j8s help` lists them\n");
    }

    @Test
    void helpIsThereForGroupsAndBehindHelp() {
        assertThat(run("image", "--help")).isEqualTo(ExitCode.STOPPED_AS_ASKED);
        assertThat(printed()).contains("  image load  ").doesNotContain("token");
        assertThat(run("help", "token", "create")).isEqualTo(ExitCode.STOPPED_AS_ASKED);
        assertThat(printed()).contains("--ttl=DURATION");
        assertThat(run("image")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(complaint()).isEqualTo("j8s: \"image\" needs one more word: `j8s image load`\n");
    }

    @Test
    void aFullDiskIsNoBug() {
        assertThat(Main.why(new IOException("No space left on device")))
                .isEqualTo("No space left on device: make room, or give another --data-dir");
        var store =
                new StoreException.Unavailable("the store failed: No space left on device", null);
        assertThat(Main.why(store))
                .isEqualTo(
                        "the store failed: No space left on device: make room, or give another"
                                + " --data-dir");
        assertThat(Main.why(new StoreException.Unavailable("no etcd answers", null)))
                .isEqualTo("no etcd answers");
    }

    @Test
    void imageLoadNeedsAFile() {
        assertThat(run("image", "load")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(complaint()).contains("FILE").contains("`j8s image load --help`");
    }

    @Test
    void unknownFlagIsWrongUsageInOneLine() {
        assertThat(run("up", "--no-such-flag")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(complaint().lines()).hasSize(1);
        assertThat(complaint()).contains("--no-such-flag").contains("`j8s up --help`");
    }

    @Test
    void valueOutOfRangeIsWrongUsage() {
        assertThat(run("up", "--port", "70000")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(complaint()).isEqualTo("j8s: --port is 70000: use 0 to 65535\n");
    }

    @Test
    void etcdStorageNeedsServers() {
        assertThat(run("up", "--storage", "etcd")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(complaint()).contains("--etcd-servers");
    }

    @Test
    void completionIsAScriptThatNamesTheCommands() {
        assertThat(run("completion")).isEqualTo(ExitCode.STOPPED_AS_ASKED);
        assertThat(printed()).startsWith("#!/usr/bin/env bash").contains("--data-dir");
    }

    @Test
    void completionKnowsNoOtherShell() {
        assertThat(run("completion", "tcsh")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(complaint()).contains("use bash, zsh or fish");
    }

    @Test
    void nothingPrintedHasEscapeCodes() {
        run("help");
        run("up", "--help");
        run("nonsense");
        assertThat(printed() + complaint()).doesNotContain("\u001b");
    }
}
