package io.j8s.cli;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.cri.GrpcContainerRuntime;
import io.j8s.nodeagent.runtime.NodePaths;
import io.j8s.nodeagent.runtime.Teardown;

import picocli.CommandLine;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What the launcher runs once after a build, so that the JVM can record which classes and lambdas
/// a start needs (an AOT cache): a cluster in a directory that is thrown away, and the requests
/// that every user's first minute has. Fixed, so that every build of the same sources trains the
/// same.
///
/// With the argument `--node` the cluster has a node: the launcher says so when it has made
/// namespaces that the node part may change. Lambdas that no run came by are made anew at every
/// start, which for a node's takes a third of a second of CPU.
public final class TrainingRun {

    private static final int ROUNDS = 2;

    private TrainingRun() {}

    public static void main(String[] args) throws Exception {
        var directory = Files.createTempDirectory("j8s-training-");
        boolean hasNode = List.of(args).contains("--node");
        try (var timers = new SystemTimers()) {
            helpTexts();
            try {
                run(directory, hasNode, timers);
            } finally {
                if (hasNode) {
                    new Teardown(NodePaths.of(directory), timers).run();
                }
            }
            loadNodePart();
            touchNodePart(directory);
        } finally {
            remove(directory);
        }
        System.exit(ExitCode.STOPPED_AS_ASKED.value());
    }

    private static void run(Path directory, boolean hasNode, Timers timers)
            throws CommandException, IOException, InterruptedException {
        var flags =
                List.of(
                        "--control-plane-only=" + !hasNode,
                        "--data-dir=" + directory,
                        "--port=0",
                        "--agent-port=0",
                        "--bind-address=127.0.0.1");
        var command = new UpCommand();
        var given = new CommandLine(command.spec()).parseArgs(flags.toArray(String[]::new));
        var config = UpConfig.of(given);
        var unseen =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        var stages = new Stages(new Terminal(unseen, unseen), timers, Duration.ZERO);
        var data = DataDirectory.create(config.dataDirectory());
        Logs.toFile(data.log(), config.logLevel());
        try (var _ = data.lock();
                var _ = RunningCluster.start(config, data, timers, stages, () -> {});
                var api = ApiCalls.of(data.kubeconfig())) {
            firstMinute(api);
        }
    }

    /// What every command goes through before it works.
    private static void helpTexts() {
        var unseen =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        var terminal = new Terminal(unseen, unseen);
        Main.run(List.of("help"), terminal);
        for (var command : Commands.all()) {
            var words = new ArrayList<>(command.words());
            words.add("--help");
            Main.run(words, terminal);
        }
        Main.run(List.of("version"), terminal);
    }

    /// Classes of a node's first minute, whose pods need images that are not here.
    /// `tools/training-classes` writes the list; a name that is gone costs nothing but its start.
    private static void loadNodePart() throws IOException {
        try (var in = TrainingRun.class.getResourceAsStream("training-classes.txt")) {
            if (in == null) {
                return;
            }
            var loader = TrainingRun.class.getClassLoader();
            for (var name :
                    new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                try {
                    Class.forName(name, false, loader);
                } catch (ClassNotFoundException | LinkageError _) {
                    // renamed since the list was made
                }
            }
        }
    }

    private static void firstMinute(ApiCalls api) throws IOException, InterruptedException {
        for (var path :
                List.of("/version", "/api", "/apis", "/openapi/v2", "/openapi/v3", "/readyz")) {
            api.get(path);
        }
        for (int i = 0; i < ROUNDS; i++) {
            var maps = "/api/v1/namespaces/default/configmaps";
            var map = maps + "/training-" + i;
            api.send(
                    "POST",
                    maps,
                    "application/json",
                    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"training-%d\"},\"data\":{\"a\":\"b\"}}"
                            .formatted(i));
            api.get(map);
            api.get(maps);
            api.send("PATCH", map, "application/merge-patch+json", "{\"data\":{\"c\":\"d\"}}");
            api.send(
                    "PATCH",
                    map + "?fieldManager=training",
                    "application/apply-patch+yaml",
                    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":{\"e\":\"f\"}}");
            api.send("DELETE", map, "application/json", "");
        }
        for (var path : List.of("/api/v1/nodes", "/api/v1/pods", "/apis/apps/v1/deployments")) {
            api.get(path);
        }
    }

    /// Loads the CRI client's classes; nothing listens there.
    private static void touchNodePart(Path directory) {
        try (var runtime = new GrpcContainerRuntime(directory.resolve("no.sock"))) {
            runtime.version();
        } catch (CriException _) {
            // as it should be
        }
    }

    private static void remove(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
