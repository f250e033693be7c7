package io.j8s.cli;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.machinery.version.KubernetesVersion;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// `j8s up`: a whole cluster in this process, in the foreground until a signal.
final class UpCommand implements Command {

    @Override
    public List<String> words() {
        return List.of("up");
    }

    @Override
    public String summary() {
        return "Runs a cluster on this machine, in the foreground.";
    }

    @Override
    public CommandSpec spec() {
        return ClusterFlags.addTo(Commands.spec(this));
    }

    @Override
    public void run(ParseResult given, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        var config = UpConfig.of(given);
        if (!config.isControlPlaneOnly() && !DataDirectory.isRoot()) {
            throw new CommandException(
                    "the node part needs root: use `sudo j8s up`, or `j8s up"
                            + " --control-plane-only`");
        }
        if (!config.isControlPlaneOnly()) {
            NodeAddresses.check(config.nodeIps());
        }
        try (var shutdown = Shutdown.onSignal();
                var timers = new SystemTimers()) {
            var stages = new Stages(terminal, timers, sinceLaunch(timers));
            var directory = DataDirectory.create(config.dataDirectory());
            try (var _ = directory.lock()) {
                LastFailure.in(directory)
                        .of(() -> run(config, directory, stages, shutdown, timers, terminal));
            }
        }
    }

    private static void run(
            UpConfig config,
            DataDirectory directory,
            Stages stages,
            Shutdown shutdown,
            SystemTimers timers,
            Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        Logs.toFile(directory.log(), config.logLevel());
        terminal.line("j8s " + KubernetesVersion.GIT_VERSION + ", data in " + directory.path());
        if (DataDirectory.isRoot()) {
            ImageOwners.of(directory).restore();
        }
        var isLost = new AtomicBoolean();
        Runnable onLostLease =
                () -> {
                    isLost.set(true);
                    shutdown.ask();
                };
        try (var _ = RunningCluster.start(config, directory, timers, stages, onLostLease)) {
            CallingUser.ownsAll(directory.path(), DataDirectory.NODE);
            stages.ready("export KUBECONFIG=" + directory.kubeconfig());
            shutdown.await();
            if (isLost.get()) {
                throw ControllerManagerCommand.lost();
            }
        } finally {
            CallingUser.ownsAll(directory.path(), DataDirectory.NODE);
        }
    }

    /// What the launcher and the JVM took before this class ran; the launcher says when it began.
    private static Duration sinceLaunch(SystemTimers timers) {
        var began = Long.getLong("j8s.started.us");
        return began == null
                ? Duration.ZERO
                : Duration.ofMillis(Math.max(0, timers.now().toEpochMilli() - began / 1000));
    }
}
