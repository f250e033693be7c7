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
import java.util.Map;

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
                    profiles: [{schedulerName: a}, {schedulerName: a}] | profiles[1].schedulerName: Duplicate value: {}
                    profiles: [{schedulerName: a}, {}] | profiles[1].schedulerName: Required value
                    profiles: [{plugins: {filter: {enabled: [{name: EBSLimits}]}}}] | profiles[0].plugins.filter.enabled[0]: Invalid value: "EBSLimits": was invalid in version "kubescheduler.config.k8s.io/v1" (KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")
                    profiles: [{pluginConfig: [{name: InterPodAffinity, args: {hardPodAffinityWeight: 101}}]}] | profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]
                    profiles: [{pluginConfig: [{name: InterPodAffinity, args: {foo: 1}}]}] | strict decoding error: decoding .profiles[0].pluginConfig[0]: strict decoding error: decoding args for plugin InterPodAffinity: strict decoding error: unknown field "foo"
                    profiles: [{pluginConfig: [{name: DefaultPreemption, args: {kind: InterPodAffinityArgs}}]}] | decoding .profiles[0].pluginConfig[0]: args for plugin DefaultPreemption were not of type DefaultPreemptionArgs.kubescheduler.config.k8s.io, got InterPodAffinityArgs.kubescheduler.config.k8s.io
                    parallelism: 99999999999 | json: cannot unmarshal number 99999999999 into Go struct field KubeSchedulerConfiguration.parallelism of type int32
                    enableProfiling: x | json: cannot unmarshal string into Go struct field KubeSchedulerConfiguration.DebuggingConfiguration.enableProfiling of type bool
                    clientConnection: {burst: 1.5} | json: cannot unmarshal number 1.5 into Go struct field ClientConnectionConfiguration.clientConnection.burst of type int32
                    leaderElection: {leaseDuration: 5s} | leaderElection.leaseDuration: Invalid value: "10s": must be greater than `RenewDeadline`
                    leaderElection: {retryPeriod: -1s} | leaderElection.retryPeriod: Invalid value: "-1s": must be greater than zero
                    leaderElection: {renewDeadline: 2s} | couldn't create leader elector: renewDeadline must be greater than retryPeriod*JitterFactor
                    profiles: [{pluginConfig: [{name: EBSLimits}]}] | profiles[0].pluginConfig[0]: Invalid value: "EBSLimits": was invalid in version "v1" (KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")
                    profiles: [{pluginConfig: [{name: InterPodAffinity, args: {hardPodAffinityWeight: x}}]}] | decoding .profiles[0].pluginConfig[0]: decoding args for plugin InterPodAffinity: json: cannot unmarshal string into Go struct field InterPodAffinityArgs.hardPodAffinityWeight of type int32
                    profiles: [{pluginConfig: [{name: InterPodAffinity, args: x}]}] | decoding .profiles[0].pluginConfig[0]: decoding args for plugin InterPodAffinity: couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }
                    profiles: [{pluginConfig: [{name: VolumeBinding, args: {apiVersion: kubescheduler.config.k8s.io/v1beta2, kind: VolumeBindingArgs}}]}] | decoding .profiles[0].pluginConfig[0]: decoding args for plugin VolumeBinding: no kind "VolumeBindingArgs" is registered for version "kubescheduler.config.k8s.io/v1beta2" in scheme "pkg/runtime/scheme.go:111"
                    profiles: [{pluginConfig: [{name: DynamicResources, args: {bindingTimeout: 0s}}]}] | profiles[0].pluginConfig[0].args.bindingTimeout: Invalid value: "0s": must be at least 1 second
                    profiles: [{pluginConfig: [{name: DynamicResources, args: {foo: 1}}]}] | strict decoding error: decoding .profiles[0].pluginConfig[0]: strict decoding error: decoding args for plugin DynamicResources: strict decoding error: unknown field "foo"
                    profiles: [{pluginConfig: [{name: NodeAffinity, args: {addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Foo}]}]}}}}]}] | profiles[0].pluginConfig[0].args.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: Unsupported value: "Foo": supported values: "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"
                    profiles: [{pluginConfig: [{name: NodeAffinity, args: {addedAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchFields: [{key: metadata.name, operator: In, values: [a, b]}]}}]}}}]}] | profiles[0].pluginConfig[0].args.addedAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].matchFields[0].values: Invalid value: ["a","b"]: must have one element
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

    /// Upstream leaves the arguments of this plugin to the plugin itself.
    @Test
    void leavesThePluginToRefuseWhatItCannotRankBy() throws ConfigurationException {
        var config =
                reader.read(
                        HEAD
                                + "profiles: [{pluginConfig: [{name: NodeResourcesFit, args:"
                                + " {ignoredResourceGroups: [a/b], scoringStrategy: {type:"
                                + " Best}}}]}]");
        assertThat(config.profiles().getFirst().refusals())
                .containsExactly(
                        Map.entry(
                                "NodeResourcesFit",
                                "[ignoredResourceGroups[0]: Invalid value: \"a/b\": resource group"
                                        + " name can't contain '/', scoringStrategy.type:"
                                        + " Unsupported value: \"Best\": supported values:"
                                        + " \"LeastAllocated\", \"MostAllocated\","
                                        + " \"RequestedToCapacityRatio\"]"));
    }

    @Test
    void readsTheFirstDocumentAndNoDurationsForDefaults() throws ConfigurationException {
        var config =
                reader.read(HEAD + "leaderElection: {leaseDuration: 0s}\n---\nparallelism: 4\n");
        assertThat(config).isEqualTo(SchedulerConfiguration.STANDARD);
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
