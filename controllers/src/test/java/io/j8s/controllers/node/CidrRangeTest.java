package io.j8s.controllers.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CidrRangeTest {

    @Test
    void givesEachNodeItsOwnRangeInTurn() {
        var range = new CidrRange("10.42.0.0/16", 24);
        assertThat(range.take()).hasValue("10.42.0.0/24");
        assertThat(range.take()).hasValue("10.42.1.0/24");
        range.release("10.42.0.0/24");
        assertThat(range.take()).hasValue("10.42.2.0/24");
    }

    @Test
    void leavesOutWhatNodesHaveAlready() {
        var range = new CidrRange("10.42.0.0/22", 24);
        range.occupy("10.42.0.0/24");
        range.occupy("192.168.0.0/24");
        assertThat(range.take()).hasValue("10.42.1.0/24");
        assertThat(range.take()).hasValue("10.42.2.0/24");
        assertThat(range.take()).hasValue("10.42.3.0/24");
        assertThat(range.take()).isEmpty();
    }

    @Test
    void printsIpv6AsGoDoes() {
        var range = new CidrRange("fd00:10:42::/56", 64);
        assertThat(range.take()).hasValue("fd00:10:42::/64");
        assertThat(range.take()).hasValue("fd00:10:42:1::/64");
    }

    @Test
    void refusesARangeThatCannotBeCut() {
        assertThatThrownBy(() -> new CidrRange("10.0.0.0/26", 24))
                .hasMessage("cluster range 10.0.0.0/26 cannot be cut into ranges of size /24");
    }
}
