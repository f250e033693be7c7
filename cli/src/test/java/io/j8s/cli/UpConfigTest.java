package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.nodeagent.runtime.NodePaths;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--cluster-cidr=10.1.0.0/16,10.2.0.0/16 | --cluster-cidr is"
                    + " \"10.1.0.0/16,10.2.0.0/16\": use one range, or one of IPv4 and one of IPv6",
                "--service-cidr=fd00::/112,fd01::/112 | --service-cidr is"
                    + " \"fd00::/112,fd01::/112\": use one range, or one of IPv4 and one of IPv6",
                "--service-cidr=10.42.4.0/24 | --service-cidr \"10.42.4.0/24\" overlaps"
                        + " --cluster-cidr \"10.42.0.0/16\": use others",
                "--service-cidr=10.0.0.0/8 | --service-cidr \"10.0.0.0/8\" overlaps --cluster-cidr"
                        + " \"10.42.0.0/16\": use others",
                "--service-cidr=fd00::/112 | --service-cidr has \"fd00::/112\", but pods have no"
                        + " address of that family: add one to --cluster-cidr",
                "--service-cidr=10.1.0.0/29 | --service-cidr is \"10.1.0.0/29\": use a range of 16"
                        + " addresses or more",
                "--cluster-cidr=10.1.0.0/25 | --cluster-cidr is \"10.1.0.0/25\": use a prefix of 8"
                        + " to 24 bits, of which each node takes a /24",
                "--cluster-cidr=fd00::/47 | --cluster-cidr is \"fd00::/47\": use a prefix of 48 to"
                        + " 64 bits, of which each node takes a /64",
                "--cluster-dns=1.2.3.4 | --cluster-dns is \"1.2.3.4\": use an address of"
                        + " \"10.43.0.0/16\" behind its first one",
                "--cluster-dns=10.43.0.1 | --cluster-dns is \"10.43.0.1\": use an address of"
                        + " \"10.43.0.0/16\" behind its first one",
                "--cluster-domain=a..b | --cluster-domain is \"a..b\": use a domain such as"
                        + " cluster.local",
                "--node-name=some_box | --node-name is \"some_box\": use lower case letters,"
                        + " digits, \"-\" and \".\"",
                "--log-level=loud | --log-level is \"loud\": use error, warn, info, debug or trace",
            })
    void refusesWhatCouldNeverBeReady(String flag, String message) {
        assertThatThrownBy(() -> parse(flag))
                .isInstanceOf(CommandException.class)
                .hasMessage(message)
                .satisfies(refusal ->
                        assertThat(((CommandException) refusal).exitCode())
                                .isEqualTo(ExitCode.WRONG_USAGE));
    }

    @Test
    void refusesALabelThatNoNodeMayHave() {
        assertThatThrownBy(() -> parse("--node-labels", "a b=c"))
                .hasMessageStartingWith("--node-labels has \"a b=c\": name part must consist of");
    }

    @Test
    void helpSaysWhereStaticPodsAre(@TempDir Path data) throws Exception {
        var directory = data.toRealPath().relativize(NodePaths.of(data).staticPods());
        assertThat(
                        new CommandLine(new UpCommand().spec())
                                .getUsageMessage()
                                .replaceAll("\\s+", " "))
                .contains("Default: DIR/" + directory + " of");
    }

    @Test
    void takesRangesThatGoTogether() throws CommandException {
        var config =
                parse(
                        "--cluster-cidr=10.1.0.0/24,fd00:1::/64",
                        "--service-cidr=fd00:2::/112,10.2.0.0/28",
                        "--node-name=Box");
        assertThat(config.clusterDns()).isEqualTo("fd00:2::a");
        assertThat(config.nodeName()).isEqualTo("box");
        assertThat(parse("--service-cidr=10.2.0.0/29", "--cluster-dns=10.2.0.2").clusterDns())
                .isEqualTo("10.2.0.2");
    }
}
