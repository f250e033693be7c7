package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

final class NodeAddressesTest {

    private static final List<String> DUAL = List.of("10.42.0.0/16", "fd00:42::/56");

    @Test
    void aNodeOfADualClusterHasAnAddressOfEachFamilyThatLeadsAway() {
        assertThat(complete(List.of(), DUAL, "2001:db8::7"))
                .containsExactly("192.0.2.7", "2001:db8::7");
        assertThat(complete(List.of(), DUAL, "")).containsExactly("192.0.2.7");
        assertThat(complete(List.of(), DUAL.subList(0, 1), "2001:db8::7"))
                .containsExactly("192.0.2.7");
        assertThat(complete(List.of("fd00::5", "192.0.2.9"), DUAL, "2001:db8::7"))
                .as("as given")
                .containsExactly("fd00::5", "192.0.2.9");
        assertThat(complete(List.of("192.0.2.9"), DUAL, "2001:db8::7"))
                .containsExactly("192.0.2.9", "2001:db8::7");
    }

    @Test
    void nodeIpTakesOneAddressOrOneOfEachFamily() throws CommandException {
        var flag = ClusterFlags.NODE_IP;
        assertThat(NodeAddresses.of(flag, List.of("192.0.2.9", "fd00:0::5")))
                .containsExactly("192.0.2.9", "fd00::5");
        assertThatThrownBy(() -> NodeAddresses.of(flag, List.of("192.0.2.9", "192.0.2.10")))
                .hasMessageContaining("one IPv4 and one IPv6 address");
        assertThatThrownBy(() -> NodeAddresses.of(flag, List.of("here")))
                .hasMessage("--node-ip is \"here\": use an IP address");
    }

    @Test
    void nodeIpIsAnAddressAtWhichOthersReachThisMachine() {
        for (var address : List.of("127.0.0.1", "::1", "0.0.0.0", "169.254.1.1", "203.0.113.77")) {
            assertThatThrownBy(() -> NodeAddresses.check(List.of(address)))
                    .isInstanceOf(CommandException.class)
                    .hasMessage(
                            "--node-ip %s is no address at which others reach this machine:"
                                            .formatted(address)
                                    + " `ip address` lists them");
        }
    }

    private static List<String> complete(List<String> given, List<String> cidrs, String ipv6) {
        return NodeAddresses.complete(
                given,
                "192.0.2.7",
                cidrs,
                isIpv6 -> isIpv6 && !ipv6.isEmpty() ? Optional.of(ipv6) : Optional.empty());
    }
}
