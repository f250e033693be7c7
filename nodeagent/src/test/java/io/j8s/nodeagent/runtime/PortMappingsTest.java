package io.j8s.nodeagent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PortMappingsTest {

    private static final String OURS =
            """
            *nat
            :PREROUTING ACCEPT [0:0]
            :CNI-DN-1 - [0:0]
            :CNI-HOSTPORT-DNAT - [0:0]
            :CNI-HOSTPORT-SETMARK - [0:0]
            -A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
            -A CNI-DN-1 -s 10.0.0.0/16 -p tcp -m tcp --dport 80 -j CNI-HOSTPORT-SETMARK
            -A CNI-DN-1 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80
            -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"j8s-1\\" id: \\"x\\"" -m multiport --dports 80 -j CNI-DN-1
            -A CNI-HOSTPORT-SETMARK -j MARK --set-xmark 0x2000/0x2000
            COMMIT
            """;

    @Test
    void removesOurRulesAndTheSharedChainsWhenNobodyElseUsesThem() {
        assertThat(PortMappings.removing(OURS, "j8s-1"))
                .isEqualTo(
                        """
                        *nat
                        -D CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"j8s-1\\" id: \\"x\\"" -m multiport --dports 80 -j CNI-DN-1
                        -F CNI-DN-1
                        -D PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
                        -D CNI-HOSTPORT-SETMARK -j MARK --set-xmark 0x2000/0x2000
                        -X CNI-DN-1
                        -X CNI-HOSTPORT-DNAT
                        -X CNI-HOSTPORT-SETMARK
                        COMMIT
                        """);
    }

    @Test
    void leavesOtherNetworksAlone() {
        assertThat(PortMappings.removing(OURS, "j8s-2")).isEmpty();
    }

    @Test
    void leavesSharedChainsToAPodThatNothingLeadsToYet() {
        var withHalfMade = OURS.replace(":CNI-DN-1", ":CNI-DN-2 - [0:0]\n:CNI-DN-1");
        assertThat(PortMappings.removing(withHalfMade, "j8s-1"))
                .contains("-X CNI-DN-1")
                .doesNotContain("CNI-DN-2", "PREROUTING", "X CNI-HOSTPORT");
    }

    @Test
    void removesSharedChainsThatNobodyUses() {
        var idle = OURS.replaceAll("(?m)^(:CNI-DN-1|-A CNI-DN-1|.* -j CNI-DN-1).*\n", "");
        assertThat(PortMappings.removing(idle, "j8s-2"))
                .contains("-D PREROUTING", "-X CNI-HOSTPORT-DNAT", "-X CNI-HOSTPORT-SETMARK");
    }
}
