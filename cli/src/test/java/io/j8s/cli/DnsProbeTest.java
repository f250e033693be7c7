package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

class DnsProbeTest {

    @Test
    void asksForTheApiServersName() {
        var query = new DnsProbe("10.43.0.10", "cluster.local").query();
        assertThat(new String(query, StandardCharsets.US_ASCII))
                .contains("\nkubernetes\u0007default\u0003svc\u0007cluster\u0005local\u0000");
        assertThat(query).endsWith(0, 1, 0, 1);
    }

    @Test
    void onlyAnAnswerWithARecordCounts() {
        byte[] good = {0x4a, 0x38, (byte) 0x81, (byte) 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 0};
        byte[] unknownName = {0x4a, 0x38, (byte) 0x81, (byte) 0x83, 0, 1, 0, 0, 0, 0, 0, 0, 0};
        byte[] anothers = {1, 2, (byte) 0x81, (byte) 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 0};
        assertThat(DnsProbe.hasRecord(good, good.length)).isTrue();
        assertThat(DnsProbe.hasRecord(unknownName, unknownName.length)).isFalse();
        assertThat(DnsProbe.hasRecord(anothers, anothers.length)).isFalse();
        assertThat(DnsProbe.hasRecord(good, 4)).isFalse();
    }
}
