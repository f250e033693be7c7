package io.j8s.apiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;

/// Go's `IP.IsGlobalUnicast`, address by address.
final class GlobalUnicastTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"10.1.2.3", "192.168.0.1", "8.8.8.8", "240.0.0.1", "fd00::2", "2001::1"})
    void containsWhatMeansOneHostToEverybody(String address) {
        assertThat(GlobalUnicast.contains(InetAddress.ofLiteral(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "127.0.0.1",
                "127.9.9.9",
                "::ffff:127.0.0.1",
                "169.254.169.254",
                "224.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fe80::1",
                "ff02::1"
            })
    void leavesOutTheRest(String address) {
        assertThat(GlobalUnicast.contains(InetAddress.ofLiteral(address))).isFalse();
    }
}
