package io.j8s.cli;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.machinery.version.KubernetesVersion;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// `j8s agent`: this machine as a node of a cluster that runs elsewhere, in the foreground until a
/// signal. Pods stay when it ends, and the next start takes them over.
final class AgentCommand implements Command {

    @Override
    public List<String> words() {
        return List.of("agent");
    }

    @Override
    public String summary() {
        return "Joins this machine to a cluster as a node, in the foreground.";
    }

    @Override
    public CommandSpec spec() {
        return AgentFlags.addTo(Commands.spec(this));
    }

    @Override
    public void run(ParseResult given, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        var config = AgentConfig.of(given);
        if (!DataDirectory.isRoot()) {
            throw new CommandException("a node needs root: use `sudo j8s agent`");
        }
        NodeAddresses.check(config.nodeIps());
        try (var shutdown = Shutdown.onSignal();
                var timers = new SystemTimers()) {
            var stages = new Stages(terminal, timers, Duration.ZERO);
            var directory = DataDirectory.create(config.dataDirectory());
            try (var _ = directory.lock()) {
                LastFailure.in(directory)
                        .of(() -> {
                            Logs.toFile(directory.log(), config.logLevel());
                            terminal.line(
                                    "j8s "
                                            + KubernetesVersion.GIT_VERSION
                                            + ", data in "
                                            + directory.path());
                            try (var _ = RunningAgent.start(config, directory, timers, stages)) {
                                stages.ready("node " + config.nodeName());
                                shutdown.await();
                            }
                        });
            }
        }
    }
}
