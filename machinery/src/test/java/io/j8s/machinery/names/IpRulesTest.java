package io.j8s.machinery.names;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IpRulesTest {

    @Test
    void acceptsCanonicalAddresses() {
        for (String ip : new String[] {"10.0.0.1", "::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8"}) {
            assertThat(IpRules.address(ip)).as(ip).isEmpty();
        }
    }

    @Test
    void explainsWhatIsNoAddress() {
        for (String ip :
                new String[] {"", "a", "10.0.0", "10.0.0.256", "1::2::3", "::%eth0", "1:2"}) {
            assertThat(IpRules.legacyAddress(ip, false))
                    .as(ip)
                    .containsExactly(
                            "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        }
    }

    @Test
    void namesTheCanonicalForm() {
        assertThat(IpRules.address("2001:DB8:0::1"))
                .containsExactly("must be in canonical form (\"2001:db8::1\")");
        assertThat(IpRules.address("010.0.0.1")).containsExactly("must not have leading 0s");
        assertThat(IpRules.legacyAddress("010.0.0.1", false)).isEmpty();
        assertThat(IpRules.address("::ffff:1.2.3.4"))
                .containsExactly("must not be an IPv4-mapped IPv6 address");
    }

    @Test
    void checksBlocks() {
        assertThat(IpRules.cidr("10.1.0.0/16")).isEmpty();
        assertThat(IpRules.cidr("2001:db8::/64")).isEmpty();
        assertThat(IpRules.cidr("10.1.0.1/16"))
                .containsExactly("must not have bits set beyond the prefix length");
        assertThat(IpRules.cidr("10.1.0.0/33"))
                .containsExactly("must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
        assertThat(IpRules.cidr("10.1.0.0/016"))
                .containsExactly("must not have leading 0s in IP or prefix length");
    }

    @Test
    void knowsWhatABlockContains() {
        var block = IpRules.parseCidr("10.43.0.0/17").orElseThrow();
        assertThat(block.contains(IpRules.bytes("10.43.127.255").orElseThrow())).isTrue();
        assertThat(block.contains(IpRules.bytes("10.43.128.0").orElseThrow())).isFalse();
        assertThat(block.contains(IpRules.bytes("::1").orElseThrow())).isFalse();
    }
}
