package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import picocli.CommandLine;

import java.nio.file.Path;

class UpConfigTest {

    private static UpConfig parse(String... args) throws CommandException {
        return UpConfig.of(new CommandLine(new UpCommand().spec()).parseArgs(args));
    }

    @Test
    void defaultsAreTheContracts() throws CommandException {
        var config = parse();
        assertThat(config.port()).isEqualTo(6443);
        assertThat(config.bindAddress()).isEqualTo("0.0.0.0");
        assertThat(config.agentPort()).isEqualTo(10250);
        assertThat(config.clusterCidrs()).containsExactly("10.42.0.0/16");
        assertThat(config.serviceCidrs()).containsExactly("10.43.0.0/16");
        assertThat(config.clusterDns()).isEqualTo("10.43.0.10");
        assertThat(config.clusterDomain()).isEqualTo("cluster.local");
        assertThat(config.storage()).isEqualTo(new UpConfig.StorageConfig.Embedded());
        assertThat(config.isControlPlaneOnly()).isFalse();
        assertThat(config.nodeName()).matches("[a-z0-9.-]+");
    }

    @Test
    void dnsAddressFollowsTheServiceRange() throws CommandException {
        assertThat(parse("--service-cidr", "10.99.0.0/16").clusterDns()).isEqualTo("10.99.0.10");
    }

    @Test
    void dataDirectoryIsMadeAbsolute() throws CommandException {
        assertThat(parse("--data-dir", "some/../where").dataDirectory())
                .isEqualTo(Path.of("where").toAbsolutePath());
    }

    @Test
    void switchMayHaveAValue() throws CommandException {
        assertThat(parse("--control-plane-only").isControlPlaneOnly()).isTrue();
        assertThat(parse("--control-plane-only=true").isControlPlaneOnly()).isTrue();
        assertThat(parse("--control-plane-only=false").isControlPlaneOnly()).isFalse();
    }

    @Test
    void refusesAnAddressThatIsAName() {
        assertThatThrownBy(() -> parse("--node-ip", "localhost"))
                .hasMessage("--node-ip is \"localhost\": use an IP address");
    }

    @Test
    void refusesARuntimeConfigThatIsNeitherTrueNorFalse() {
        assertThatThrownBy(() -> parse("--runtime-config", "api/beta=maybe"))
                .hasMessage("--runtime-config: invalid value api/beta=maybe");
    }
}
