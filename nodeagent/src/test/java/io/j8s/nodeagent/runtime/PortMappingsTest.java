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
            -A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
            -A CNI-DN-1 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80
            -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"j8s-1\\" id: \\"x\\"" -m multiport --dports 80 -j CNI-DN-1
            COMMIT
            """;

    @Test
    void removesOurRulesAndTheSharedChainsWhenNobodyElseUsesThem() {
        assertThat(PortMappings.removing(OURS, "j8s-1"))
                .contains("-D CNI-HOSTPORT-DNAT")
                .contains("-D PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT")
                .contains("-X CNI-DN-1")
                .contains("-X CNI-HOSTPORT-DNAT")
                .endsWith("COMMIT\n");
    }

    @Test
    void leavesOtherNetworksAlone() {
        assertThat(PortMappings.removing(OURS, "j8s-2")).isEmpty();
    }
}
