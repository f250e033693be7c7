package io.j8s.cli;

import io.j8s.cli.Findings.Finding;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.nodeagent.runtime.LeftPods;
import io.j8s.nodeagent.runtime.NodePaths;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
        return Commands.spec(this).addOption(SharedFlags.DATA_DIR.spec());
    }

    @Override
    public void run(ParseResult given, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        var path = SharedFlags.DATA_DIR.path(given).orElseGet(DataDirectory::standard);
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
        var existing = DataDirectory.existing(path);
        if (existing.isEmpty()) {
            throw new CommandException(nothingIn(path));
        }
        var directory = existing.get();
        var holder = directory.holder();
        if (holder.isEmpty()) {
            boolean podsRun = LeftPods.runBelow(NodePaths.of(path).runtimeState());
            throw new CommandException(stopped(path, LastFailure.in(directory).line(), podsRun));
        }
        terminal.line("j8s runs as process " + holder.get() + ", data in " + path);
        var findings = new ArrayList<Finding>();
        try (var timers = new SystemTimers()) {
            findings.addAll(HostFindings.of(directory, timers.now()));
            if (AgentStatus.isOf(directory)) {
                findings.addAll(AgentStatus.look(directory, terminal));
            } else {
                findings.addAll(look(directory, timers.now(), terminal));
            }
        } catch (CommandException e) {
            tell(findings, terminal); // what is wrong around it may be why
            throw e;
        }
        tell(findings, terminal);
        if (!findings.isEmpty()) {
            throw new CommandException(
                    findings.size() + " problem(s) found; the lines above say what to do");
        }
        terminal.line("all is well");
    }

    private static void tell(List<Finding> findings, Terminal terminal) {
        for (var finding : findings) {
            terminal.line("- " + finding.problem());
            terminal.line("  " + finding.advice());
        }
    }

    static String stopped(Path path, Optional<String> failure, boolean podsRun) {
        var why = failure.map(line -> "; its last run failed: " + line + ";").orElse(":");
        return podsRun
                ? "the cluster in %s is stopped, its pods run on%s `j8s up --data-dir %s` takes them over, `j8s down --data-dir %s` ends them"
                        .formatted(path, why, path, path)
                : "the cluster in %s is stopped%s `j8s up --data-dir %s` starts it%s"
                        .formatted(path, why, path, failure.isPresent() ? " again" : "");
    }

    private static String nothingIn(Path path) {
        var systems = Path.of("/var/lib/j8s");
        return !path.equals(systems) && Files.isDirectory(systems)
                ? "there is no cluster in %s, but one in %s: `sudo j8s status --data-dir %s`"
                        .formatted(path, systems, systems)
                : "there is no cluster in %s: start one with `j8s up`, or name its --data-dir"
                        .formatted(path);
    }

    private static List<Finding> look(DataDirectory directory, Instant now, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        try (var api = administrator(directory, now)) {
            ready(directory, api);
            var nodes = api.json("/api/v1/nodes");
            var pods = api.json("/api/v1/pods?limit=5000");
            terminal.line(
                    "API server ready, %d node(s), %d pod(s)"
                            .formatted(nodes.path("items").size(), pods.path("items").size()));
            var findings = new ArrayList<>(NodeFindings.of(nodes));
            var services = api.json("/api/v1/services" + LIMITED);
            if (Files.isDirectory(directory.path().resolve(DataDirectory.NODE))
                    && NodeFindings.isOneReady(nodes)) {
                findings.addAll(DnsFindings.of(services, DnsFindings.domain(api)));
            }
            findings.addAll(Findings.ofPods(pods, now));
            for (var kind : WORKLOADS) {
                findings.addAll(
                        WorkloadFindings.ofWorkloads(kind.name(), api.json(kind.path() + LIMITED)));
            }
            findings.addAll(
                    WorkloadFindings.ofServices(
                            services,
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

    private static ApiCalls administrator(DataDirectory directory, Instant now)
            throws CommandException, IOException {
        var kubeconfig = directory.kubeconfig();
        if (!Files.exists(kubeconfig)) {
            var began = Files.getLastModifiedTime(directory.lockFile()).toInstant();
            throw new CommandException(
                    now.isBefore(began.plus(RunningCluster.READY_MAX))
                            ? "it is still starting: " + directory.log() + " has its progress"
                            : "%s is gone: stop j8s and start it again, it writes a new one; pods stay"
                                    .formatted(kubeconfig));
        }
        try {
            return ApiCalls.of(kubeconfig);
        } catch (AccessDeniedException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandException(
                    "%s is unusable (%s): remove it, stop j8s and start it again, it writes a new one; pods stay"
                            .formatted(kubeconfig, e.getMessage()),
                    e);
        }
    }

    /// Some exceptions of the HTTP client say nothing.
    static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static void ready(DataDirectory directory, ApiCalls api)
            throws CommandException, IOException, InterruptedException {
        var ready = api.get("/readyz?verbose");
        if (ready.status() != 200) {
            throw new CommandException(notReady(ready, directory));
        }
    }

    static String notReady(ApiCalls.Answer answer, DataDirectory directory) {
        if (answer.status() == 401) {
            return "the API server does not take the credentials of %s: stop j8s and start it again, it writes new ones; pods stay"
                    .formatted(directory.kubeconfig());
        }
        var failed = answer.body().lines().filter(line -> line.startsWith("[-]")).toList();
        var advice =
                failed.stream().anyMatch(line -> line.startsWith("[-]etcd"))
                        ? "its storage does not answer: check the servers of --etcd-servers, or the"
                                + " disk with the embedded one"
                        : "it is starting or stuck";
        return "the API server is not ready: %s: %s; see %s"
                .formatted(String.join(" ", failed), advice, directory.log());
    }
}
