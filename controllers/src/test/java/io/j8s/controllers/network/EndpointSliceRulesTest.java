package io.j8s.controllers.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.j8s.controllers.network.EndpointSliceRules.Wanted;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

class EndpointSliceRulesTest {

    private static final List<EndpointPort> PORTS =
            List.of(new EndpointPortBuilder().withName("http").withPort(80).build());

    @Test
    void fillsSlicesOfAHundred() {
        var plan = EndpointSliceRules.plan(List.of(), wanted(0, 250));
        assertThat(plan.create())
                .extracting(c -> c.endpoints().size())
                .containsExactly(100, 100, 50);
    }

    @Test
    void serviceWithoutPodsHasOneEmptySlice() {
        var plan = EndpointSliceRules.plan(List.of(), new Wanted("IPv4", Map.of()));
        assertThat(plan.create()).hasSize(1);
        assertThat(plan.create().getFirst().endpoints()).isEmpty();
    }

    @Test
    void firstPodsTakeOverTheEmptySlice() {
        var empty = slice(List.of(), List.of());
        var plan = EndpointSliceRules.plan(List.of(empty), wanted(0, 2));
        assertThat(plan.create()).isEmpty();
        assertThat(plan.delete()).isEmpty();
        assertThat(plan.update()).containsOnlyKeys(empty);
    }

    @Test
    void touchesOnlyTheSliceThatLosesAnEndpoint() {
        var one = slice(PORTS, endpoints(0, 100));
        var two = slice(PORTS, endpoints(100, 150));
        var plan = EndpointSliceRules.plan(List.of(one, two), wanted(1, 150));
        assertThat(plan.update()).containsOnlyKeys(one);
        assertThat(plan.keep()).containsExactly(two);
    }

    @Test
    void newEndpointsGoWhereTheyFitWhole() {
        var full = slice(PORTS, endpoints(0, 100));
        var half = slice(PORTS, endpoints(100, 150));
        var plan = EndpointSliceRules.plan(List.of(full, half), wanted(0, 160));
        assertThat(plan.create()).isEmpty();
        assertThat(plan.update()).containsOnlyKeys(half);
    }

    private static Wanted wanted(int from, int to) {
        return new Wanted("IPv4", Map.of(PORTS, endpoints(from, to)));
    }

    private static List<Endpoint> endpoints(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i ->
                        new EndpointBuilder()
                                .withAddresses("10.0." + i / 250 + "." + i % 250)
                                .build())
                .toList();
    }

    private static EndpointSlice slice(List<EndpointPort> ports, List<Endpoint> endpoints) {
        return new EndpointSliceBuilder()
                .withAddressType("IPv4")
                .withPorts(ports)
                .withEndpoints(endpoints)
                .build();
    }
}
