package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What pods need of nodes' agents. Cases worked out by hand from the documented meaning.
final class NodeDeclaredFeaturesTest {

    private static final String LACKING = "node(s) didn't match Pod's required features";

    /// @param feature what the pod needs
    record Need(String feature, Consumer<PodBuilder> pod) {}

    static List<Need> needs() {
        return List.of(
                new Need(
                        "RestartAllContainersOnContainerExits",
                        p ->
                                p.editSpec()
                                        .editFirstContainer()
                                        .addNewRestartPolicyRule()
                                        .withAction("RestartAllContainers")
                                        .endRestartPolicyRule()
                                        .endContainer()
                                        .endSpec()),
                new Need(
                        "UserNamespacesHostNetworkSupport",
                        p -> p.editSpec().withHostNetwork(true).withHostUsers(false).endSpec()),
                new Need(
                        "VolumeBindMountOptions",
                        p ->
                                p.editSpec()
                                        .addNewInitContainer()
                                        .addNewVolumeMount()
                                        .withName("v")
                                        .withMountPath("/v")
                                        .withBindMountOptions("noexec")
                                        .endVolumeMount()
                                        .endInitContainer()
                                        .endSpec()));
    }

    @ParameterizedTest
    @MethodSource("needs")
    void keepsOffNodesThatDoNotDeclareIt(Need need) {
        var cluster =
                new Cluster()
                        .node("old", "z")
                        .node(
                                "new",
                                "z",
                                n ->
                                        n.editStatus()
                                                .withDeclaredFeatures("Another", need.feature())
                                                .endStatus());

        assertThat(cluster.filter(new NodeDeclaredFeatures(), need.pod()))
                .isEqualTo(Map.of("old", LACKING, "new", "ok"));
    }

    @Test
    void preemptionIsNoHelp() {
        var cluster = new Cluster().node("n", "z");

        assertThat(
                        cluster.rejection(new NodeDeclaredFeatures(), needs().getFirst().pod())
                                .preemptionMayHelp())
                .isFalse();
    }

    @Test
    void takesAnyNodeForWhatEveryAgentKnows() {
        var cluster = new Cluster().node("n", "z");

        assertThat(cluster.filter(new NodeDeclaredFeatures(), PodShapes::plain))
                .isEqualTo(Map.of("n", "ok"));
        assertThat(
                        cluster.filter(
                                new NodeDeclaredFeatures(),
                                p -> p.editSpec().withHostNetwork(true).endSpec()))
                .as("host network without a user namespace")
                .isEqualTo(Map.of("n", "ok"));
        assertThat(
                        cluster.filter(
                                new NodeDeclaredFeatures(),
                                p ->
                                        p.editSpec()
                                                .editFirstContainer()
                                                .addNewRestartPolicyRule()
                                                .withAction("Restart")
                                                .endRestartPolicyRule()
                                                .endContainer()
                                                .endSpec()))
                .isEqualTo(Map.of("n", "ok"));
    }
}
