package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EndpointsBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.j8s.controllers.network.EndpointSliceController;
import io.j8s.controllers.network.EndpointSliceMirroringController;
import io.j8s.controllers.network.EndpointsController;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.workload.ReplicaSetController;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.testkit.FakeNodes;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

class EndpointsSimulationTest {

    @Test
    void everySeedEndsWithExactlyTheReadyPods() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        var sim =
                new Simulation(seed)
                        .with(EndpointSliceController::new)
                        .with(EndpointsController::new)
                        .with(ReplicaSetController::of)
                        .with(FakeNodes::new);
        sim.api().create(Kinds.SERVICES, service());
        sim.api().create(Kinds.REPLICA_SETS, ReplicaSetSimulationTest.set(5));
        sim.start();
        sim.disorder(200);
        int wanted = sim.random().nextInt(0, 8);
        sim.api()
                .update(
                        Kinds.REPLICA_SETS,
                        new ReplicaSetBuilder(sim.api().all(Kinds.REPLICA_SETS).getFirst())
                                .editSpec()
                                .withReplicas(wanted)
                                .endSpec()
                                .build());
        sim.disorder(200);
        sim.settle(Duration.ofMinutes(20));
        sim.guarded(() -> {
            var pods =
                    sim.api().all(Kinds.PODS).stream()
                            .map(pod -> pod.getMetadata().getUid())
                            .collect(Collectors.toSet());
            assertThat(pods).hasSize(wanted);
            var slices = sim.api().all(Kinds.ENDPOINT_SLICES);
            assertThat(slices).hasSize(1);
            assertThat(
                            slices.getFirst().getEndpoints().stream()
                                    .filter(e -> e.getConditions().getReady())
                                    .map(e -> e.getTargetRef().getUid()))
                    .containsExactlyInAnyOrderElementsOf(pods);
            var subsets = sim.api().all(Kinds.ENDPOINTS).getFirst().getSubsets();
            assertThat(
                            subsets.stream()
                                    .flatMap(s -> s.getAddresses().stream())
                                    .map(a -> a.getTargetRef().getUid()))
                    .containsExactlyInAnyOrderElementsOf(pods);
        });
    }

    @Test
    void mirrorsEndpointsThatPeopleWrite() {
        var sim =
                new Simulation(1)
                        .with(EndpointSliceMirroringController::new)
                        .with(EndpointSliceController::new)
                        .with(EndpointsController::new);
        var service = service();
        service.getSpec().setSelector(Map.of());
        sim.api().create(Kinds.SERVICES, service);
        sim.api()
                .create(
                        Kinds.ENDPOINTS,
                        new EndpointsBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("web")
                                .endMetadata()
                                .addNewSubset()
                                .addNewAddress()
                                .withIp("192.0.2.9")
                                .endAddress()
                                .addNewAddress()
                                .withIp("2001:db8::9")
                                .endAddress()
                                .addNewPort()
                                .withPort(9000)
                                .withProtocol("TCP")
                                .endPort()
                                .endSubset()
                                .build());
        sim.start();
        sim.settle(Duration.ofMinutes(1));
        assertThat(sim.api().all(Kinds.ENDPOINT_SLICES))
                .extracting(slice -> slice.getAddressType())
                .containsExactlyInAnyOrder("IPv4", "IPv6");
        sim.api().delete(Kinds.ENDPOINTS, new ObjectKey("default", "web"), Api.Delete.PLAIN);
        sim.settle(Duration.ofMinutes(1));
        assertThat(sim.api().all(Kinds.ENDPOINT_SLICES)).isEmpty();
    }

    @Test
    void changedSlicesAreCountedInNoBucketButTheLastAsUpstream() {
        var sim = new Simulation(1).with(EndpointSliceController::new);
        sim.api().create(Kinds.SERVICES, service());
        sim.start();
        sim.settle(Duration.ofMinutes(1));
        var name = "endpoint_slice_controller_endpointslices_changed_per_sync";
        var told = (HistogramSnapshot) sim.told().scrape(name::equals).get(0);
        var buckets = told.getDataPoints().getFirst().getClassicBuckets();
        assertThat(buckets.size()).isEqualTo(1);
        assertThat(buckets.getUpperBound(0)).isInfinite();
        assertThat(buckets.getCount(0)).isPositive();
    }

    private static Service service() {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("web")
                .addToLabels("tier", "front")
                .endMetadata()
                .withNewSpec()
                .withClusterIP("10.43.0.7")
                .withIpFamilies("IPv4")
                .withSelector(Map.of("app", "web"))
                .addNewPort()
                .withName("http")
                .withPort(80)
                .withTargetPort(new IntOrString(8080))
                .withProtocol("TCP")
                .endPort()
                .endSpec()
                .build();
    }
}
