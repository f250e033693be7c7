package io.j8s.nodeagent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.timers.SystemTimers;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Real rules in a network namespace of the test's own, which others change while ours are removed.
/// Needs root, `iptables`, `nft` and `ip`.
@Tag("runtime")
final class PortMappingRemovalTest {

    private static final Duration COMMAND_MAX = Duration.ofSeconds(60);

    /// As the portmap plugin writes them for one pod of a network.
    private static final String RULES =
            """
            *nat
            :CNI-DN-%1$s - [0:0]
            :CNI-HOSTPORT-DNAT - [0:0]
            :CNI-HOSTPORT-MASQ - [0:0]
            :CNI-HOSTPORT-SETMARK - [0:0]
            -A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
            -A OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
            -A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ
            -A CNI-DN-%1$s -s 10.0.0.0/16 -p tcp -m tcp --dport 80 -j CNI-HOSTPORT-SETMARK
            -A CNI-DN-%1$s -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80
            -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"j8s-%1$s\\" id: \\"x\\"" -m multiport --dports 80 -j CNI-DN-%1$s
            -A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE
            -A CNI-HOSTPORT-SETMARK -m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark 0x2000/0x2000
            COMMIT
            """;

    /// What one more pod adds to that.
    private static final String MORE =
            """
            *nat
            :CNI-DN-%1$s - [0:0]
            -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"j8s-%1$s\\" id: \\"y\\"" -m multiport --dports 81 -j CNI-DN-%1$s
            COMMIT
            """;

    private final String namespace = "j8s-ports-" + ProcessHandle.current().pid();
    private final List<String> enter = List.of("nsenter", "--net=/run/netns/" + namespace);
    @TempDir private Path directory;

    @BeforeEach
    void makeNamespace() throws Exception {
        HostCommand.run(COMMAND_MAX, "ip", "netns", "add", namespace);
    }

    @AfterEach
    void removeNamespace() throws Exception {
        HostCommand.run(COMMAND_MAX, "ip", "netns", "del", namespace);
    }

    @Test
    void leavesNothingWhenNobodyElseIsThere() throws Exception {
        restore(RULES.formatted("ours"));
        remove(enter);
        assertThat(inside("", "nft", "list", "ruleset")).isEmpty();
        remove(enter);
    }

    @Test
    void keepsWhatAnotherNetworkAddsMeanwhile() throws Exception {
        restore(RULES.formatted("ours"));
        remove(meanwhile("iptables-restore", "iptables-restore --noflush", MORE));
        assertThat(rules())
                .contains("-j CNI-DN-other", "-A PREROUTING", "-A CNI-HOSTPORT-SETMARK")
                .doesNotContain("CNI-DN-ours");
    }

    @Test
    void findsThatAnotherDownHasRemovedTheRulesMeanwhile() throws Exception {
        restore(RULES.formatted("ours"));
        remove(
                meanwhile(
                        "iptables-restore",
                        "iptables-restore --noflush",
                        PortMappings.removing(rules(), "j8s-ours")));
        assertThat(rules()).doesNotContain("CNI-");
    }

    @Test
    void keepsTheTableInWhichAnotherNetworkBeginsMeanwhile() throws Exception {
        restore(RULES.formatted("ours"));
        remove(meanwhile("-f", "iptables-restore --noflush", RULES));
        assertThat(rules()).contains("-j CNI-DN-other").doesNotContain("CNI-DN-ours");
    }

    @Test
    void findsThatAnotherDownHasRemovedTheTableMeanwhile() throws Exception {
        restore(RULES.formatted("ours"));
        remove(meanwhile("-f", "nft -f -", "delete table ip nat\n"));
        assertThat(inside("", "nft", "list", "ruleset")).isEmpty();
    }

    private void remove(List<String> prefix) throws Exception {
        try (var timers = new SystemTimers()) {
            new PortMappingRemoval(prefix, "j8s-ours", timers).run();
        }
    }

    /// Runs each command in the namespace; before the first that has that word, another command
    /// with an input, in which the network is called `other`.
    private List<String> meanwhile(String word, String command, String input) throws IOException {
        var once = Files.writeString(directory.resolve("once"), input.formatted("other"));
        var script =
                """
                case " $* " in *" %1$s "*)
                    if [ -e %2$s ]; then %3$s %4$s < %2$s && rm %2$s || exit 99; fi;;
                esac
                exec %3$s "$@"
                """
                        .formatted(word, once, String.join(" ", enter), command);
        return List.of("sh", Files.writeString(directory.resolve("enter"), script).toString());
    }

    private void restore(String rules) throws Exception {
        inside(rules, "iptables-restore", "--noflush");
    }

    private String rules() throws Exception {
        return inside("", "iptables-save", "-t", "nat");
    }

    private String inside(String input, String... words) throws Exception {
        var command = new ArrayList<>(enter);
        command.addAll(Arrays.asList(words));
        return HostCommand.run(COMMAND_MAX, input, command);
    }
}
