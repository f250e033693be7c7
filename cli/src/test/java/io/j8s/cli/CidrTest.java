package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

    @Test
    void countsFromTheNetworksOwnAddress() {
        assertThat(Cidr.parse("10.43.0.0/16").address(10)).isEqualTo("10.43.0.10");
        assertThat(Cidr.parse("10.43.0.0/16").address(257)).isEqualTo("10.43.1.1");
        assertThat(Cidr.parse("255.255.255.0/24").address(1)).isEqualTo("255.255.255.1");
        assertThat(Cidr.parse("fd00::/108").address(10)).isEqualTo("fd00::a");
        assertThat(Cidr.parse("fd00:42:0:0::/56").firstOfNode()).isEqualTo("fd00:42::/64");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.43.0.0", "10.43.0.1/16", "10.43.0.0/33", "host/8", "10.43.0.0/x", ""})
    void refusesWhatIsNoRange(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse(text));
    }
}
