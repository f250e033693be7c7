package io.j8s.cli;

import io.j8s.machinery.timers.SystemTimers;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `j8s status`: what runs, what is wrong, and what to do. Fails when something is wrong, so that
/// scripts can ask.
final class StatusCommand implements Command {

    private static final String LIMITED = "?limit=5000";
    private static final List<Workload> WORKLOADS =
            List.of(
                    new Workload("deployment", "/apis/apps/v1/deployments"),
                    new Workload("replicaset", "/apis/apps/v1/replicasets"),
                    new Workload("job", "/apis/batch/v1/jobs"));

    /// @param name as kubectl takes it
    private record Workload(String name, String path) {}

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
        try {
            report(path, terminal);
        } catch (AccessDeniedException e) {
            throw new CommandException(
                    "may not read %s: run `sudo j8s status --data-dir %s`"
                            .formatted(e.getFile(), path),
                    e);
        }
    }

    private static void report(Path path, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        var directory = DataDirectory.existing(path);
        if (directory.isEmpty()) {
            throw new CommandException(nothingIn(path));
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

    private static String nothingIn(Path path) {
        var systems = Path.of("/var/lib/j8s");
        return !path.equals(systems) && Files.isDirectory(systems)
                ? "there is no cluster in %s, but one in %s: `sudo j8s status --data-dir %s`"
                        .formatted(path, systems, systems)
                : "there is no cluster in %s: start one with `j8s up`, or name its --data-dir"
                        .formatted(path);
    }

    private static List<Findings.Finding> look(DataDirectory directory, Terminal terminal)
            throws CommandException, InterruptedException {
        try (var timers = new SystemTimers();
                var api = ApiCalls.of(directory.kubeconfig())) {
            ready(directory, api);
            var nodes = api.json("/api/v1/nodes");
            var pods = api.json("/api/v1/pods?limit=5000");
            terminal.line(
                    "API server ready, %d node(s), %d pod(s)"
                            .formatted(nodes.path("items").size(), pods.path("items").size()));
            var now = timers.now();
            var findings = new ArrayList<>(HostFindings.of(directory, now));
            findings.addAll(Findings.ofNodes(nodes));
            findings.addAll(Findings.ofPods(pods, now));
            for (var kind : WORKLOADS) {
                findings.addAll(
                        WorkloadFindings.ofWorkloads(kind.name(), api.json(kind.path() + LIMITED)));
            }
            findings.addAll(
                    WorkloadFindings.ofServices(
                            api.json("/api/v1/services" + LIMITED),
                            api.json("/apis/discovery.k8s.io/v1/endpointslices" + LIMITED)));
            findings.addAll(
                    WorkloadFindings.ofClaims(
                            api.json("/api/v1/persistentvolumeclaims" + LIMITED), pods));
            findings.addAll(WorkloadFindings.ofNamespaces(api.json("/api/v1/namespaces")));
            return findings;
        } catch (IOException e) {
            throw new CommandException(
                    "the API server does not answer (%s): it is starting or stuck; see %s"
                            .formatted(reason(e), directory.log()),
                    e);
        }
    }

    /// Some exceptions of the HTTP client say nothing.
    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static void ready(DataDirectory directory, ApiCalls api)
            throws CommandException, IOException, InterruptedException {
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
    }
}
