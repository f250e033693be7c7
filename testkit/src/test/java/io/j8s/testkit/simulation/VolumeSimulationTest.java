package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.storage.ClaimProtectionController;
import io.j8s.controllers.storage.EphemeralVolumeController;
import io.j8s.controllers.storage.VolumeBinderController;
import io.j8s.controllers.storage.VolumeProtectionController;
import io.j8s.machinery.meta.ObjectKey;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;

class VolumeSimulationTest {

    @Test
    void everySeedBindsEachClaimToItsOwnVolumeAndReleasesIt() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            run(seed);
        }
    }

    @Test
    void whatAClaimWaitsForIsToldAgainAndAgain() {
        var sim = new Simulation(1).with(VolumeBinderController::new);
        sim.api()
                .create(
                        Kinds.CLAIMS,
                        new PersistentVolumeClaimBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("c")
                                .endMetadata()
                                .withNewSpec()
                                .withStorageClassName("gold")
                                .withAccessModes("ReadWriteOnce")
                                .endSpec()
                                .build());
        sim.start();
        sim.settle(Duration.ofSeconds(65));
        assertThat(sim.api().events())
                .anySatisfy(event -> {
                    assertThat(event.getMessage())
                            .isEqualTo("storageclass.storage.k8s.io \"gold\" not found");
                    assertThat(event.getCount()).isBetween(4, 6);
                });
    }

    private static void run(long seed) {
        var sim =
                new Simulation(seed)
                        .with(VolumeBinderController::new)
                        .with(VolumeProtectionController::new)
                        .with(ClaimProtectionController::new);
        for (int i = 0; i < 4; i++) {
            sim.api()
                    .create(
                            Kinds.PERSISTENT_VOLUMES,
                            new PersistentVolumeBuilder()
                                    .withNewMetadata()
                                    .withName("v" + i)
                                    .endMetadata()
                                    .withNewSpec()
                                    .withCapacity(Map.of("storage", new Quantity((i + 1) + "Gi")))
                                    .withAccessModes("ReadWriteOnce")
                                    .withPersistentVolumeReclaimPolicy("Retain")
                                    .endSpec()
                                    .build());
        }
        for (int i = 0; i < 3; i++) {
            sim.api()
                    .create(
                            Kinds.CLAIMS,
                            new PersistentVolumeClaimBuilder()
                                    .withNewMetadata()
                                    .withNamespace("default")
                                    .withName("c" + i)
                                    .endMetadata()
                                    .withNewSpec()
                                    .withAccessModes("ReadWriteOnce")
                                    .withNewResources()
                                    .withRequests(Map.of("storage", new Quantity("1Gi")))
                                    .endResources()
                                    .endSpec()
                                    .build());
        }
        sim.invariant(() -> {
            var taken = new HashSet<String>();
            for (var claim : sim.api().all(Kinds.CLAIMS)) {
                var name = claim.getSpec().getVolumeName();
                if (name != null) {
                    assertThat(taken.add(name)).as("volume of one claim").isTrue();
                }
            }
        });
        sim.start();
        sim.disorder(300);
        sim.settle(Duration.ofMinutes(20));
        sim.guarded(() -> {
            assertThat(sim.api().all(Kinds.CLAIMS))
                    .allMatch(c -> "Bound".equals(c.getStatus().getPhase()));
            assertThat(sim.api().all(Kinds.PERSISTENT_VOLUMES))
                    .extracting(v -> v.getStatus().getPhase())
                    .containsExactlyInAnyOrder("Bound", "Bound", "Bound", "Available");
        });
        sim.api().delete(Kinds.CLAIMS, new ObjectKey("default", "c1"), Api.Delete.PLAIN);
        sim.disorder(100);
        sim.settle(Duration.ofMinutes(20));
        sim.guarded(() -> {
            assertThat(sim.api().all(Kinds.CLAIMS)).hasSize(2);
            assertThat(sim.api().all(Kinds.PERSISTENT_VOLUMES))
                    .extracting(v -> v.getStatus().getPhase())
                    .containsExactlyInAnyOrder("Bound", "Bound", "Released", "Available");
            assertThat(sim.api().all(Kinds.PERSISTENT_VOLUMES))
                    .allMatch(v -> !Meta.finalizers(v).isEmpty());
        });
    }

    /// Text as a v1.37.2 `kube-controller-manager` writes it.
    @Test
    void anEphemeralVolumeWhoseClaimIsSomebodyElsesIsTold() {
        var sim = new Simulation(1).with(EphemeralVolumeController::new);
        sim.api()
                .create(
                        Kinds.CLAIMS,
                        new PersistentVolumeClaimBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("p-v")
                                .endMetadata()
                                .withNewSpec()
                                .endSpec()
                                .build());
        sim.api()
                .create(
                        Kinds.PODS,
                        new PodBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("p")
                                .endMetadata()
                                .withNewSpec()
                                .addNewVolume()
                                .withName("v")
                                .withNewEphemeral()
                                .withNewVolumeClaimTemplate()
                                .withNewSpec()
                                .endSpec()
                                .endVolumeClaimTemplate()
                                .endEphemeral()
                                .endVolume()
                                .endSpec()
                                .build());
        sim.start();
        sim.settle(Duration.ofSeconds(5));
        assertThat(sim.api().events())
                .anyMatch(event ->
                        event.getReason().equals("FailedBinding")
                                && event.getMessage()
                                        .equals(
                                                "ephemeral volume v: PVC default/p-v was not"
                                                        + " created for pod default/p (pod is not"
                                                        + " owner)"));
    }
}
