package io.j8s.nodeagent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.nodeagent.linux.InNamespace;
import io.j8s.nodeagent.nftables.NftSocket;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// In a network namespace of its own.
@Tag("runtime")
final class OutboundRulesTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final String namespace = "j8s-outbound-" + ProcessHandle.current().pid();
    private final NodePaths paths;
    private final PodNetwork network;
    private int made;

    OutboundRulesTest(@TempDir Path data) throws IOException {
        paths = NodePaths.of(data);
        network =
                new PodNetwork(
                        paths, List.of("10.42.3.0/24", "fd42:3::/64"), List.of("10.42.0.0/16"));
    }

    @BeforeEach
    void makeNamespace() throws Exception {
        run("ip", "netns", "add", namespace);
    }

    @AfterEach
    void removeNamespace() throws Exception {
        run("ip", "netns", "del", namespace);
    }

    @Test
    void comeBackWhoeverTookThem() throws Exception {
        var nft = new NftSocket(() -> InNamespace.netfilter(namespace));
        try (nft) {
            var rules = new OutboundRules(nft, paths.nftTable(), 2, this::make);
            make();
            rules.check();
            assertThat(made).as("they stand").isEqualTo(1);

            for (var harm :
                    List.of(
                            "flush ruleset",
                            "delete table inet " + paths.nftTable(),
                            "flush chain inet " + paths.nftTable() + " pods-outbound")) {
                nft(harm);
                rules.check();
                assertThat(nft("list ruleset")).as(harm).contains("masquerade", "fd42:3::/64");
            }
            assertThat(made).isEqualTo(4);

            nft("add table inet other");
            rules.check();
            assertThat(made).as("others' rules are theirs").isEqualTo(4);
        }
    }

    private void make() throws IOException, InterruptedException {
        made++;
        nft(network.masquerading());
    }

    private String nft(String script) throws IOException, InterruptedException {
        return HostCommand.run(
                LIMIT, script, List.of("ip", "netns", "exec", namespace, "nft", "-f", "-"));
    }

    private static void run(String... command) throws Exception {
        HostCommand.run(LIMIT, "", new ArrayList<>(List.of(command)));
    }
}
