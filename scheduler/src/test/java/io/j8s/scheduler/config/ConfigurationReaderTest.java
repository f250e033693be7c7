package io.j8s.scheduler.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.scheduler.core.ExtensionPoint;
import io.j8s.scheduler.plugins.DefaultPreemption;
import io.j8s.scheduler.plugins.NodeResourcesFit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;

/// Files as upstream reads and refuses them.
final class ConfigurationReaderTest {

    private static final String HEAD =
            """
            apiVersion: kubescheduler.config.k8s.io/v1
            kind: KubeSchedulerConfiguration
            """;

    private final ConfigurationReader reader = new ConfigurationReader(Duration.ofMinutes(5));

    @Test
    void anEmptyFileIsTheStandard() throws ConfigurationException {
        assertThat(reader.read(HEAD)).isEqualTo(SchedulerConfiguration.STANDARD);
    }

    @Test
    void readsProfilesWithWhatTheyChange() throws ConfigurationException {
        var config =
                reader.read(
                        HEAD
                                + """
                                podInitialBackoffSeconds: 2
                                percentageOfNodesToScore: 40
                                leaderElection: {leaderElect: false, leaseDuration: 1m0s}
                                profiles:
                                - schedulerName: default-scheduler
                                - schedulerName: packing
                                  percentageOfNodesToScore: 100
                                  plugins:
                                    multiPoint:
                                      disabled: [{name: ImageLocality}]
                                      enabled: [{name: NodeAffinity, weight: 7}]
                                    score:
                                      disabled: [{name: InterPodAffinity}]
                                  pluginConfig:
                                  - name: NodeResourcesFit
                                    args:
                                      scoringStrategy:
                                        type: MostAllocated
                                        resources: [{name: cpu, weight: 3}]
                                  - name: DefaultPreemption
                                    args: {minCandidateNodesPercentage: 20}
                                  - name: NotOurs
                                    args: {anything: goes}
                                """);

        assertThat(config.backoff().initial()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.nodesToScorePercent()).isEqualTo(40);
        assertThat(config.leaderElection().leaderElect()).isFalse();
        assertThat(config.leaderElection().leaseDuration()).isEqualTo(Duration.ofMinutes(1));
        var packing = config.profiles().getLast();
        assertThat(packing.nodesToScorePercent()).isEqualTo(100);
        assertThat(packing.multiPoint().enabled())
                .contains(new PluginSet.Enabled("NodeAffinity", 7))
                .doesNotContain(new PluginSet.Enabled("ImageLocality", 1));
        assertThat(packing.at(ExtensionPoint.SCORE).disabled()).containsExactly("InterPodAffinity");
        assertThat(packing.arguments().fit().strategy())
                .isEqualTo(new NodeResourcesFit.Strategy.MostAllocated());
        assertThat(packing.arguments().preemption()).isEqualTo(new DefaultPreemption.Args(20, 100));
    }

    @Test
    void readsHowItIsAClient() throws Exception {
        var standard = reader.read(HEAD);
        assertThat(standard.connection())
                .isEqualTo(SchedulerConfiguration.ClientConnection.STANDARD);
        assertThat(standard.delayCacheUntilActive()).isFalse();
        assertThat(standard.parallelism()).isEqualTo(16);

        var config =
                reader.read(
                        HEAD
                                + "clientConnection: {qps: 12.5, burst: 7, kubeconfig: /k,"
                                + " contentType: application/json}\n"
                                + "parallelism: 4\n"
                                + "enableProfiling: true\n"
                                + "delayCacheUntilActive: true\n");

        assertThat(config.connection())
                .isEqualTo(
                        new SchedulerConfiguration.ClientConnection(
                                "/k", "", "application/json", 12.5, 7));
        assertThat(config.parallelism()).isEqualTo(4);
        assertThat(config.debugging().isAskedFor()).isTrue();
        assertThat(config.delayCacheUntilActive()).isTrue();
        assertThat(reader.read(HEAD + "clientConnection: {qps: 0}").connection().qps())
                .as("0 stands for the default")
                .isEqualTo(50);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    parallelism: 0 | parallelism: Invalid value: 0: should be an integer value greater than zero
                    clientConnection: {burst: -1} | clientConnection.burst: Invalid value: -1: must be non-negative
                    leaderElection: {resourceLock: endpoints} | leaderElection.resourceLock: Invalid value: "endpoints": resourceLock value must be "leases"
                    parallelism: x | json: cannot unmarshal string into Go struct field KubeSchedulerConfiguration.parallelism of type int32
                    foo: 1 | strict decoding error: unknown field "foo"
                    profiles: [{bar: 1}] | strict decoding error: unknown field "profiles[0].bar"
                    percentageOfNodesToScore: 101 | percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]
                    podInitialBackoffSeconds: 20 | podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to PodInitialBackoffSeconds
                    profiles: [{schedulerName: a}, {schedulerName: a}] | profiles[1].schedulerName: Duplicate value: profiles[0].schedulerName
                    profiles: [{schedulerName: a}, {}] | profiles[1].schedulerName: Required value
                    profiles: [{plugins: {filter: {enabled: [{name: EBSLimits}]}}}] | profiles[0].plugins.filter.enabled[0]: Invalid value: "EBSLimits": was invalid in version "kubescheduler.config.k8s.io/v1" (KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")
                    profiles: [{pluginConfig: [{name: InterPodAffinity, args: {hardPodAffinityWeight: 101}}]}] | profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]
                    profiles: [{pluginConfig: [{name: InterPodAffinity, args: {foo: 1}}]}] | strict decoding error: decoding .profiles[0].pluginConfig[0]: strict decoding error: decoding args for plugin InterPodAffinity: strict decoding error: unknown field "foo"
                    profiles: [{pluginConfig: [{name: DefaultPreemption, args: {kind: InterPodAffinityArgs}}]}] | decoding .profiles[0].pluginConfig[0]: args for plugin DefaultPreemption were not of type DefaultPreemptionArgs.kubescheduler.config.k8s.io, got InterPodAffinityArgs.kubescheduler.config.k8s.io
                    profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {type: Best}}}]}] | profiles[0].pluginConfig[0].args.scoringStrategy.type: Unsupported value: "Best": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"
                    profiles: [{pluginConfig: [{name: PodTopologySpread, args: {defaultingType: System, defaultConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]}}]}] | profiles[0].pluginConfig[0].args.defaultingType: Invalid value: "System": when .defaultConstraints are not empty
                    """)
    void refusesInUpstreamsWords(String line, String message) {
        assertThatThrownBy(() -> reader.read(HEAD + line))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(message);
    }

    @Test
    void tellsEverythingThatIsWrongAtOnce() {
        assertThatThrownBy(() -> reader.read(HEAD + "parallelism: -1\npodInitialBackoffSeconds: 0"))
                .hasMessage(
                        "[parallelism: Invalid value: -1: should be an integer value greater than"
                                + " zero, podInitialBackoffSeconds: Invalid value: 0: must be"
                                + " greater than 0]");
    }

    @Test
    void knowsOneVersion() {
        assertThatThrownBy(() ->
                        reader.read(
                                "apiVersion: kubescheduler.config.k8s.io/v1beta3\n"
                                        + "kind: KubeSchedulerConfiguration"))
                .hasMessage(
                        "no kind \"KubeSchedulerConfiguration\" is registered for version"
                                + " \"kubescheduler.config.k8s.io/v1beta3\" in scheme"
                                + " \"pkg/scheduler/apis/config/scheme/scheme.go:30\"");
        assertThatThrownBy(() -> reader.read(HEAD + "parallelism: 1\nparallelism: 2"))
                .hasMessage(
                        "strict decoding error: yaml: unmarshal errors:\n"
                                + "  line 4: key \"parallelism\" already set in map");
    }
}
