package io.j8s.nodeagent.runtime;

import io.j8s.machinery.timers.Timers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Removes the port mappings of one network. Those of other networks come and go meanwhile, in the
/// same chains: a change that what was read no longer fits fails as a whole, and is made anew from
/// what is there then.
final class PortMappingRemoval {

    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int TRIES = 3;

    private final List<String> prefix;
    private final String network;
    private final Timers timers;

    /// @param prefix the command that runs the others, such as one that enters a network namespace
    PortMappingRemoval(List<String> prefix, String network, Timers timers) {
        this.prefix = prefix;
        this.network = network;
        this.timers = timers;
    }

    /// Idempotent.
    ///
    /// @throws IOException when the last try has failed too
    void run() throws IOException, InterruptedException {
        for (var iptables : List.of("iptables", "ip6tables")) {
            if (Files.isExecutable(Path.of("/usr/sbin/" + iptables + "-save"))
                    && again(() -> removeRules(iptables))) {
                again(() -> removeEmptyTable(iptables));
            }
        }
    }

    private interface Step {
        /// @return whether there was something to remove
        boolean run() throws IOException, InterruptedException;
    }

    private boolean again(Step step) throws IOException, InterruptedException {
        for (int left = TRIES - 1; left > 0; left--) {
            try {
                return step.run();
            } catch (IOException e) {
                timers.sleep(PAUSE);
            }
        }
        return step.run();
    }

    private boolean removeRules(String iptables) throws IOException, InterruptedException {
        var changes = PortMappings.removing(saved(iptables), network);
        if (changes.isEmpty()) {
            return false;
        }
        command(changes, iptables + "-restore", "--noflush");
        return true;
    }

    /// The plugin's first rule also made the table, where iptables writes to nftables; when ours
    /// were the last rules in it, it goes too.
    private boolean removeEmptyTable(String iptables) throws IOException, InterruptedException {
        var table = iptables.equals("iptables") ? "ip nat" : "ip6 nat";
        boolean isEmpty =
                saved(iptables)
                        .lines()
                        .noneMatch(line -> line.startsWith("-A ") || line.contains(" - ["));
        boolean isThere =
                command("", "nft", "list", "tables").lines().anyMatch(("table " + table)::equals);
        if (!isEmpty || !isThere) {
            return false;
        }
        // a table takes all that is in it along: that nobody has made these chains since is what
        // making them proves
        var none =
                PortMappings.SHARED.stream()
                        .map(chain -> "create chain " + table + " " + chain + "\n")
                        .collect(Collectors.joining());
        command(none + "delete table " + table + "\n", "nft", "-f", "-");
        return true;
    }

    private String saved(String iptables) throws IOException, InterruptedException {
        return command("", "/usr/sbin/" + iptables + "-save", "-t", "nat");
    }

    private String command(String input, String... words) throws IOException, InterruptedException {
        var all = new ArrayList<>(prefix);
        all.addAll(Arrays.asList(words));
        return HostCommand.run(COMMAND_TIMEOUT, input, all);
    }
}
