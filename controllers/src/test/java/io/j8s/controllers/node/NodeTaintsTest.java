package io.j8s.controllers.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.j8s.controllers.node.NodeTaints.Stay;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;

class NodeTaintsTest {

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    @Test
    void readyNodeLosesOurTaintsAndKeepsOthers() {
        var node =
                node(
                        "True",
                        taint(NodeTaints.NOT_READY, "NoSchedule"),
                        taint("mine", "NoSchedule"),
                        taint(NodeTaints.UNREACHABLE, "NoExecute"));
        assertThat(NodeTaints.wanted(node, false, NOW))
                .extracting(Taint::getKey)
                .containsExactly("mine");
    }

    @Test
    void silentNodeIsUnreachableInBothEffects() {
        assertThat(NodeTaints.wanted(node("Unknown"), true, NOW))
                .extracting(t -> t.getKey() + ":" + t.getEffect())
                .containsExactly(
                        "node.kubernetes.io/unreachable:NoSchedule",
                        "node.kubernetes.io/unreachable:NoExecute");
        assertThat(NodeTaints.wanted(node("Unknown"), false, NOW)).hasSize(1);
        assertThat(NodeTaints.wanted(node("Unknown"), true, NOW))
                .allMatch(t -> "2030-01-01T00:00:00Z".equals(t.getTimeAdded()));
    }

    @Test
    void toleratingPodStaysAsLongAsItSays() {
        var taints = List.of(taint(NodeTaints.NOT_READY, "NoExecute"));
        assertThat(NodeTaints.stay(List.of(), taints, NOW)).isEqualTo(new Stay.Until(NOW));
        assertThat(NodeTaints.stay(List.of(toleration(300L)), taints, NOW))
                .isEqualTo(new Stay.Until(NOW.plusSeconds(300)));
        assertThat(NodeTaints.stay(List.of(toleration(null)), taints, NOW))
                .isEqualTo(new Stay.Forever());
    }

    private static Toleration toleration(@org.jspecify.annotations.Nullable Long seconds) {
        return new TolerationBuilder()
                .withKey(NodeTaints.NOT_READY)
                .withOperator("Exists")
                .withEffect("NoExecute")
                .withTolerationSeconds(seconds)
                .build();
    }

    private static Taint taint(String key, String effect) {
        return new TaintBuilder().withKey(key).withEffect(effect).build();
    }

    private static Node node(String ready, Taint... taints) {
        return new NodeBuilder()
                .withNewSpec()
                .withTaints(taints)
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready)
                .endCondition()
                .endStatus()
                .build();
    }
}
