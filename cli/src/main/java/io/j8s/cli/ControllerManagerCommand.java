package io.j8s.cli;

import io.j8s.controllers.ControllerProcess;
import io.j8s.controllers.Controllers;
import io.j8s.controllers.runtime.ClientApi;
import io.j8s.controllers.runtime.ControllerConfig;
import io.j8s.controllers.runtime.LeaderElection;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.SystemTimers;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;

/// `j8s controller-manager`: the controllers alone, against any API server.
final class ControllerManagerCommand implements Command {

    private static final Flag<String> CONTROLLERS =
            Flag.text(
                    "--controllers",
                    "NAME,...",
                    "*",
                    "Which controllers run: * for all, NAME for one more, -NAME for one less.");
    private static final Flag<String> ROOT_CA_FILE =
            Flag.optional(
                    "--root-ca-file",
                    "FILE",
                    "Authority that kube-root-ca.crt publishes in every namespace.");
    private static final Flag<String> CLUSTER_CIDR =
            Flag.text(
                    "--cluster-cidr", "CIDR,...", "", "Addresses of pods, for the nodes' ranges.");

    @Override
    public List<String> words() {
        return List.of("controller-manager");
    }

    @Override
    public String summary() {
        return "Runs the controllers alone, against any API server.";
    }

    @Override
    public CommandSpec spec() {
        var spec = ComponentFlags.addTo(Commands.spec(this), "kube-controller-manager");
        return spec.addOption(CONTROLLERS.spec())
                .addOption(ROOT_CA_FILE.spec())
                .addOption(CLUSTER_CIDR.spec());
    }

    @Override
    public void run(ParseResult given, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        var entries = chosen(CONTROLLERS.list(given));
        var rootCa = rootCa(ROOT_CA_FILE.path(given).orElse(null));
        var config = ControllerConfig.of(rootCa, CLUSTER_CIDR.list(given));
        Logs.toErrorStream(ComponentFlags.LOG_LEVEL.in(given));
        try (var shutdown = Shutdown.onSignal();
                var timers = new SystemTimers();
                var client = NetworkClients.of(ComponentFlags.kubeconfig(given));
                var process =
                        new ControllerProcess(
                                _ -> client,
                                entries,
                                config,
                                timers,
                                RandomGenerator.getDefault(),
                                PrometheusRegistry.defaultRegistry)) {
            if (!ComponentFlags.LEADER_ELECT.in(given)) {
                process.start();
                shutdown.await();
                return;
            }
            var election =
                    new LeaderElection(
                            new ClientApi(client),
                            new ObjectKey(
                                    "kube-system",
                                    ComponentFlags.leaseName("kube-controller-manager").in(given)),
                            ComponentFlags.identity(),
                            LeaderElection.Times.STANDARD,
                            timers,
                            RandomGenerator.getDefault());
            lead(election, process::start, shutdown);
        }
    }

    /// Runs while leading. A leader that lost its lease ends the process, as upstream: another one
    /// may already act.
    static void lead(LeaderElection election, Runnable start, Shutdown shutdown)
            throws CommandException, InterruptedException {
        election.acquire();
        start.run();
        var isLost = new AtomicBoolean();
        var holder =
                Thread.ofVirtual()
                        .name("leader election")
                        .start(() -> {
                            try {
                                election.hold();
                                isLost.set(true);
                                shutdown.ask();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        shutdown.await();
        holder.interrupt();
        if (isLost.get()) {
            throw new CommandException(
                    "lost the leader election: another process leads; start this one again to stand"
                            + " by");
        }
        election.release();
    }

    private static List<Controllers.Entry> chosen(List<String> names) throws CommandException {
        var known = Controllers.all().stream().map(Controllers.Entry::name).toList();
        for (var name : names) {
            var plain = name.startsWith("-") ? name.substring(1) : name;
            if (!plain.equals("*") && !known.contains(plain)) {
                throw CommandException.usage(
                        "there is no controller \"%s\": known are %s"
                                .formatted(plain, String.join(", ", known)));
            }
        }
        return Controllers.all().stream()
                .filter(entry ->
                        !names.contains("-" + entry.name())
                                && (names.contains("*") || names.contains(entry.name())))
                .toList();
    }

    private static String rootCa(@Nullable Path file) throws CommandException {
        if (file == null) {
            return "";
        }
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new CommandException("cannot read " + file + ": check --root-ca-file", e);
        }
    }
}
