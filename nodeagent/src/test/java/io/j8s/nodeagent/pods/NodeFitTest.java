package io.j8s.nodeagent.pods;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.j8s.nodeagent.TestPods;
import io.j8s.nodeagent.core.PodStatuses.Verdict;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Map;
import java.util.Optional;

class NodeFitTest {

    private static final Node NODE =
            new NodeBuilder()
                    .withNewMetadata()
                    .withName("node-1")
                    .addToLabels("disk", "ssd")
                    .addToLabels("cores", "8")
                    .endMetadata()
                    .withNewSpec()
                    .endSpec()
                    .build();

    private static final Verdict UNWANTED =
            new Verdict(
                    "NodeAffinity",
                    "Predicate NodeAffinity failed: node(s) didn't match Pod's node"
                            + " affinity/selector");

    private static Pod plain() {
        return TestPods.pod("p", "Always", "true");
    }

    private static Pod selecting(String key, String operator, String... values) {
        return new PodBuilder(plain())
                .editSpec()
                .withNewAffinity()
                .withNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .addNewNodeSelectorTerm()
                .addNewMatchExpression()
                .withKey(key)
                .withOperator(operator)
                .withValues(values)
                .endMatchExpression()
                .endNodeSelectorTerm()
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .endAffinity()
                .endSpec()
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "disk,In,ssd,true",
        "disk,In,hdd,false",
        "disk,NotIn,hdd,true",
        "none,NotIn,hdd,true",
        "disk,NotIn,ssd,false",
        "cores,Gt,4,true",
        "cores,Gt,8,false",
        "cores,Lt,16,true",
        "disk,Gt,4,false"
    })
    void nodeAffinityIsAsked(String key, String operator, String value, boolean fits) {
        var refusal = NodeFit.refusal(selecting(key, operator, value), List.of(), NODE);
        assertThat(refusal).isEqualTo(fits ? Optional.empty() : Optional.of(UNWANTED));
    }

    @Test
    void nodeSelectorIsAsked() {
        var pod =
                new PodBuilder(plain())
                        .editSpec()
                        .withNodeSelector(Map.of("disk", "hdd"))
                        .endSpec()
                        .build();
        assertThat(NodeFit.refusal(pod, List.of(), NODE)).contains(UNWANTED);
        assertThat(NodeFit.refusal(selecting("disk", "Exists"), List.of(), NODE)).isEmpty();
        assertThat(NodeFit.refusal(selecting("disk", "DoesNotExist"), List.of(), NODE))
                .contains(UNWANTED);
    }

    private static Pod listening(String name, String hostIp, String protocol) {
        return TestPods.pod(
                name,
                "Always",
                new ContainerBuilder(TestPods.container("main", ""))
                        .addNewPort()
                        .withContainerPort(80)
                        .withHostPort(80)
                        .withHostIP(hostIp)
                        .withProtocol(protocol)
                        .endPort()
                        .build());
    }

    @ParameterizedTest
    @CsvSource({
        ",TCP,false",
        "192.0.2.1,TCP,false",
        "192.0.2.2,TCP,true",
        "0.0.0.0,TCP,false",
        "192.0.2.1,UDP,true"
    })
    void hostPortsAreTakenOnce(String hostIp, String protocol, boolean fits) {
        var refusal =
                NodeFit.refusal(
                        listening("b", hostIp, protocol),
                        List.of(listening("a", "192.0.2.1", "TCP")),
                        NODE);
        assertThat(refusal.map(Verdict::message).orElse(""))
                .isEqualTo(
                        fits
                                ? ""
                                : "Predicate NodePorts failed: node(s) didn't have free ports for"
                                        + " the requested pod ports");
    }

    @Test
    void onlyTaintsThatExecuteCount() {
        var tainted =
                new NodeBuilder(NODE)
                        .editSpec()
                        .addNewTaint("NoExecute", "gone", null, "soon")
                        .addNewTaint("NoSchedule", "other", null, "x")
                        .endSpec()
                        .build();
        assertThat(NodeFit.refusal(plain(), List.of(), tainted).orElseThrow().message())
                .isEqualTo(
                        "Predicate TaintToleration failed: node(s) had taints that the pod didn't"
                                + " tolerate");
        var tolerant =
                new PodBuilder(plain())
                        .editSpec()
                        .addNewToleration()
                        .withKey("gone")
                        .withOperator("Exists")
                        .endToleration()
                        .endSpec()
                        .build();
        assertThat(NodeFit.refusal(tolerant, List.of(), tainted)).isEmpty();
    }
}
