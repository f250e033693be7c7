package io.j8s.cli;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.runtime.NodePaths;
import io.j8s.nodeagent.runtime.Teardown;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// `j8s down`: ends what `up` started and takes away everything that it made on the host. The data
/// stays: the next `up` continues with it. Needs nothing to be running, and may be repeated.
final class DownCommand implements Command {

    private static final Duration STOP_MAX = Duration.ofSeconds(25);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(50);

    @Override
    public List<String> words() {
        return List.of("down");
    }

    @Override
    public String summary() {
        return "Stops the cluster with its pods and leaves the host as it was; data stays.";
    }

    @Override
    public CommandSpec spec() {
        return Commands.spec(this).addOption(SharedFlags.DATA_DIR.spec());
    }

    @Override
    public void run(ParseResult given, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        var path = SharedFlags.DATA_DIR.path(given).orElseGet(DataDirectory::standard);
        var directory = DataDirectory.existing(path);
        if (directory.isEmpty()) {
            terminal.line("nothing to stop: there is no cluster in " + path);
            return;
        }
        try (var timers = new SystemTimers()) {
            stopProcess(directory.get(), timers);
            if (DataDirectory.isRoot()) {
                takeAway(directory.get(), timers);
            }
        }
        terminal.line("stopped; data stays in " + path);
    }

    private static void stopProcess(DataDirectory directory, Timers timers)
            throws CommandException, IOException, InterruptedException {
        var holder = directory.holder().flatMap(ProcessHandle::of);
        if (holder.isEmpty()) {
            return;
        }
        if (!holder.get().destroy()) {
            throw new CommandException(
                    "may not stop process %d, which runs the cluster: run `j8s down` as the user who started it"
                            .formatted(holder.get().pid()));
        }
        var polite = timers.deadline(STOP_MAX);
        var last = timers.deadline(STOP_MAX.multipliedBy(2));
        while (directory.holder().isPresent()) {
            if (last.hasPassed()) {
                throw new CommandException(
                        "process %d does not end: kill it, then run `j8s down` again"
                                .formatted(holder.get().pid()));
            }
            if (polite.hasPassed()) {
                holder.get().destroyForcibly();
            }
            timers.sleep(LOOK_INTERVAL);
        }
    }

    private static void takeAway(DataDirectory directory, Timers timers)
            throws CommandException, IOException, InterruptedException {
        var problems = new Teardown(NodePaths.of(directory.path()), timers).run();
        if (CallingUser.isCalling()) {
            ImageOwners.of(directory).remember();
            CallingUser.ownsAll(directory.path(), "");
        }
        if (!problems.isEmpty()) {
            throw new CommandException(
                    "something is left on the host (%s): run `j8s down` again"
                            .formatted(String.join("; ", problems)));
        }
    }
}
