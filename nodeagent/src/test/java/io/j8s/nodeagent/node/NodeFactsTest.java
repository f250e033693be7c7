package io.j8s.nodeagent.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.NodeStatusBuilder;
import io.fabric8.kubernetes.api.model.Quantity;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;

final class NodeFactsTest {

    private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant NOW = Instant.parse("2026-01-01T00:05:00Z");

    private static NodeCondition condition(String type, String status) {
        return new NodeConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withLastHeartbeatTime(THEN.toString())
                .withLastTransitionTime(THEN.toString())
                .build();
    }

    private static List<NodeCondition> now(NodeStatus old, boolean isReady) {
        return NodeFacts.conditions(
                List.of(
                        new NodeFacts.Condition("MemoryPressure", false, "Enough", ""),
                        new NodeFacts.Condition("Ready", isReady, "KubeletReady", "")),
                old,
                NOW);
    }

    @Test
    void resourcesThatOthersAdvertiseStayAndMayAllBeGiven() {
        var own = Map.of("cpu", new Quantity("2"), "memory", new Quantity("4Gi"));
        var told = Map.of("cpu", new Quantity("1"), "example.com/dongle", new Quantity("3"));
        var foreign = NodeFacts.foreign(own, told);
        assertThat(NodeFacts.with(own, foreign))
                .isEqualTo(
                        Map.of(
                                "cpu", new Quantity("2"),
                                "memory", new Quantity("4Gi"),
                                "example.com/dongle", new Quantity("3")));
        assertThat(NodeFacts.foreign(own, null)).isEmpty();
    }

    @Test
    void conditionsOfOthersKeepTheirPlaceAndTheirTimes() {
        var old =
                new NodeStatusBuilder()
                        .withConditions(
                                condition("NetworkUnavailable", "False"),
                                condition("MemoryPressure", "False"),
                                condition("Ready", "True"))
                        .build();
        var conditions = now(old, true);
        assertThat(conditions)
                .extracting(NodeCondition::getType)
                .containsExactly("NetworkUnavailable", "MemoryPressure", "Ready");
        assertThat(conditions.getFirst()).isEqualTo(old.getConditions().getFirst());
    }

    @Test
    void heartbeatsAreAlwaysNowAndTransitionsOnlyAfterAChange() {
        var old =
                new NodeStatusBuilder()
                        .withConditions(
                                condition("MemoryPressure", "False"), condition("Ready", "True"))
                        .build();
        var conditions = now(old, false);
        assertThat(conditions)
                .extracting(NodeCondition::getLastHeartbeatTime)
                .containsOnly(NOW.toString());
        assertThat(conditions)
                .extracting(NodeCondition::getLastTransitionTime)
                .containsExactly(THEN.toString(), NOW.toString());
    }

    @Test
    void firstConditionsComeInUpstreamsOrder() {
        assertThat(now(new NodeStatus(), true))
                .extracting(NodeCondition::getType)
                .containsExactly("MemoryPressure", "Ready");
    }
}
