package io.j8s.nodeagent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

final class EndpointChoiceTest {

    private static final Endpoint HERE = endpoint("10.42.0.2", true, true, false);
    private static final Endpoint THERE = endpoint("10.42.1.2", false, true, false);
    private static final Endpoint ENDING_HERE = endpoint("10.42.0.3", true, false, true);
    private static final Endpoint ENDING_THERE = endpoint("10.42.1.3", false, false, true);

    @Test
    void readyEndpointsServeAndEndingOnesOnlyWhileThereAreNoOthers() {
        assertThat(choice(false, HERE, THERE, ENDING_HERE).cluster()).containsExactly(HERE, THERE);
        assertThat(choice(false, ENDING_HERE, ENDING_THERE).cluster())
                .containsExactly(ENDING_HERE, ENDING_THERE);
    }

    @Test
    void localTrafficStaysOnTheNodeAlsoWithEndingEndpoints() {
        var choice = choice(true, HERE, THERE);
        assertThat(choice.internal()).containsExactly(HERE);
        assertThat(choice.external()).containsExactly(HERE);
        assertThat(choice.cluster()).containsExactly(HERE, THERE);
        assertThat(choice(true, ENDING_HERE, THERE).external()).containsExactly(ENDING_HERE);
        var elsewhere = choice(true, THERE);
        assertThat(elsewhere.external()).isEmpty();
        assertThat(elsewhere.hasAnyExternal()).as("dropped, not refused").isTrue();
        assertThat(choice(true).hasAnyExternal()).as("refused").isFalse();
    }

    @Test
    void hintsKeepTrafficInTheZoneAndOnTheNodeIfAllHaveThem() {
        var zoneA = hinted("10.42.0.2", Set.of("a"), Set.of());
        var zoneB = hinted("10.42.1.2", Set.of("b"), Set.of());
        assertThat(choice(false, zoneA, zoneB).cluster()).containsExactly(zoneA);
        assertThat(choice(false, zoneA, zoneB, THERE).cluster())
                .as("one without a hint")
                .containsExactly(zoneA, zoneB, THERE);
        assertThat(choice(false, zoneB).cluster()).as("none for this zone").containsExactly(zoneB);

        var node1 = hinted("10.42.0.2", Set.of("a"), Set.of("n1"));
        var node2 = hinted("10.42.1.2", Set.of("a"), Set.of("n2"));
        assertThat(choice(false, node1, node2).cluster()).containsExactly(node1);
    }

    private static EndpointChoice choice(boolean isLocal, Endpoint... endpoints) {
        var port =
                new ServicePort(
                        "shop/web",
                        "tcp",
                        80,
                        List.of("10.43.0.7"),
                        List.of(),
                        List.of(),
                        List.of(),
                        false,
                        30_080,
                        0,
                        isLocal,
                        isLocal,
                        Arrays.asList(endpoints));
        return EndpointChoice.of(port, "n1", "a");
    }

    private static Endpoint endpoint(
            String ip, boolean isLocal, boolean isReady, boolean isTerminating) {
        return new Endpoint(
                ip, 8080, isLocal, isLocal, isReady, true, isTerminating, Set.of(), Set.of());
    }

    private static Endpoint hinted(String ip, Set<String> zones, Set<String> nodes) {
        return new Endpoint(ip, 8080, false, false, true, true, false, zones, nodes);
    }
}
