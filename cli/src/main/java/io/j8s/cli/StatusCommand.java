package io.j8s.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/// `j8s status`: what runs, what is wrong, and what to do. Fails when something is wrong, so that
/// scripts can ask.
final class StatusCommand implements Command {

    @Override
    public List<String> words() {
        return List.of("status");
    }

    @Override
    public String summary() {
        return "Shows whether the cluster is well, and what to do if not.";
    }

    @Override
    public CommandSpec spec() {
        return Commands.spec(this).addOption(ClusterFlags.DATA_DIR.spec());
    }

    @Override
    public void run(ParseResult given, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        var path = ClusterFlags.DATA_DIR.path(given).orElseGet(DataDirectory::standard);
        var directory = DataDirectory.existing(path);
        if (directory.isEmpty()) {
            throw new CommandException(
                    "there is no cluster in %s: start one with `j8s up`, or name its --data-dir"
                            .formatted(path));
        }
        var holder = directory.get().holder();
        if (holder.isEmpty()) {
            throw new CommandException(
                    "the cluster in %s is stopped: `j8s up --data-dir %s` starts it"
                            .formatted(path, path));
        }
        terminal.line("j8s runs as process " + holder.get() + ", data in " + path);
        if (!Files.exists(directory.get().kubeconfig())) {
            throw new CommandException(
                    "it is still starting: " + directory.get().log() + " has its progress");
        }
        var findings = look(directory.get(), terminal);
        for (var finding : findings) {
            terminal.line("- " + finding.problem());
            terminal.line("  " + finding.advice());
        }
        if (!findings.isEmpty()) {
            throw new CommandException(
                    findings.size() + " problem(s) found; the lines above say what to do");
        }
        terminal.line("all is well");
    }

    private static List<Findings.Finding> look(DataDirectory directory, Terminal terminal)
            throws CommandException, InterruptedException {
        try (var api = ApiCalls.of(directory.kubeconfig())) {
            var ready = api.get("/readyz?verbose");
            if (ready.status() != 200) {
                throw new CommandException(
                        "the API server is not ready: %s; see %s"
                                .formatted(
                                        ready.body()
                                                .lines()
                                                .filter(line -> line.startsWith("[-]"))
                                                .reduce("", (a, b) -> a + b + " ")
                                                .strip(),
                                        directory.log()));
            }
            var nodes = api.json("/api/v1/nodes");
            var pods = api.json("/api/v1/pods?limit=5000");
            terminal.line(
                    "API server ready, %d node(s), %d pod(s)"
                            .formatted(nodes.path("items").size(), pods.path("items").size()));
            var findings = new ArrayList<Findings.Finding>(Findings.ofNodes(nodes));
            findings.addAll(Findings.ofPods(pods));
            return findings;
        } catch (IOException e) {
            throw new CommandException(
                    "the API server does not answer (%s): see %s"
                            .formatted(e.getMessage(), directory.log()),
                    e);
        }
    }
}
