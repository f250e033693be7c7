package io.j8s.controllers.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;

class QuotaUsageTest {

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    @Test
    void podNeedsTheLargerOfItsContainersAndItsStart() {
        var pod =
                new PodBuilder()
                        .withNewMetadata()
                        .endMetadata()
                        .withNewSpec()
                        .withInitContainers(container("3", "64Mi"))
                        .withContainers(container("1", "100Mi"), container("500m", "28Mi"))
                        .endSpec()
                        .build();
        var use = QuotaUsage.pod(pod, NOW);
        assertThat(use.get("requests.cpu")).hasToString("3");
        assertThat(use.get("cpu")).hasToString("3");
        assertThat(use.get("requests.memory")).hasToString("128Mi");
        assertThat(use.get("pods")).hasToString("1");
    }

    private static Pod resizing(String asked, String held) {
        return new PodBuilder()
                .withNewMetadata()
                .endMetadata()
                .withNewSpec()
                .withContainers(container(asked, "1Gi"))
                .endSpec()
                .withNewStatus()
                .addNewContainerStatus()
                .withName("c")
                .withAllocatedResources(Map.of("cpu", new Quantity(held)))
                .withNewResources()
                .withRequests(Map.of("cpu", new Quantity(held)))
                .endResources()
                .endContainerStatus()
                .endStatus()
                .build();
    }

    @Test
    void resizedPodIsChargedForTheLargerSizeUntilItHasTheOther() {
        var shrinking = resizing("1", "3");
        assertThat(QuotaUsage.pod(shrinking, NOW).get("requests.cpu")).hasToString("3");
        assertThat(QuotaUsage.pod(resizing("5", "3"), NOW).get("requests.cpu")).hasToString("5");
        assertThat(PodCharge.isResized(shrinking, resizing("1", "1"))).isTrue();
        assertThat(PodCharge.isResized(shrinking, resizing("5", "3"))).isFalse();
    }

    @Test
    void sizeThatNoNodeCanGiveCountsForNothing() {
        var pod =
                new PodBuilder(resizing("5", "3"))
                        .editStatus()
                        .addNewCondition()
                        .withType("PodResizePending")
                        .withReason("Infeasible")
                        .endCondition()
                        .endStatus()
                        .build();
        assertThat(QuotaUsage.pod(pod, NOW).get("requests.cpu")).hasToString("3");
    }

    @Test
    void podMayAskAsAWhole() {
        var pod =
                new PodBuilder()
                        .withNewMetadata()
                        .endMetadata()
                        .withNewSpec()
                        .withContainers(new ContainerBuilder().withName("c").build())
                        .withNewResources()
                        .withRequests(Map.of("cpu", new Quantity("2")))
                        .endResources()
                        .endSpec()
                        .build();
        assertThat(QuotaUsage.pod(pod, NOW).get("requests.cpu")).hasToString("2");
        var besteffort =
                new ResourceQuotaBuilder().withNewSpec().withScopes("BestEffort").endSpec().build();
        assertThat(QuotaUsage.covers(besteffort, pod)).isFalse();
    }

    @Test
    void claimCountsWithWhatWasPromisedInWholeBytes() {
        var claim =
                new PersistentVolumeClaimBuilder()
                        .withNewSpec()
                        .withNewResources()
                        .withRequests(Map.of("storage", new Quantity("1500m")))
                        .endResources()
                        .endSpec()
                        .build();
        claim.setMetadata(new ObjectMeta());
        assertThat(QuotaUsage.claim(claim).get("requests.storage")).hasToString("2");
        claim.setStatus(
                new PersistentVolumeClaimStatusBuilder()
                        .withAllocatedResources(Map.of("storage", new Quantity("2Gi")))
                        .build());
        assertThat(QuotaUsage.claim(claim).get("requests.storage")).hasToString("2Gi");
    }

    @Test
    void endedPodCountsOnlyAsAnObject() {
        var pod =
                new PodBuilder()
                        .withNewMetadata()
                        .endMetadata()
                        .withNewSpec()
                        .withContainers(container("1", "1Gi"))
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Succeeded")
                        .endStatus()
                        .build();
        assertThat(QuotaUsage.pod(pod, NOW)).containsOnlyKeys("count/pods");
    }

    @Test
    void scopesChoosePods() {
        var besteffort =
                new ResourceQuotaBuilder().withNewSpec().withScopes("BestEffort").endSpec().build();
        var pod =
                new PodBuilder()
                        .withNewSpec()
                        .withContainers(new ContainerBuilder().withName("c").build())
                        .endSpec()
                        .build();
        assertThat(QuotaUsage.covers(besteffort, pod)).isTrue();
        pod.getSpec().getContainers().add(container("1", "1Mi"));
        assertThat(QuotaUsage.covers(besteffort, pod)).isFalse();
    }

    @Test
    void scopesOfAttributesClassesChooseClaims() {
        var quota =
                new ResourceQuotaBuilder()
                        .withNewSpec()
                        .withNewScopeSelector()
                        .addNewMatchExpression()
                        .withScopeName("VolumeAttributesClass")
                        .withOperator("In")
                        .withValues("fast")
                        .endMatchExpression()
                        .endScopeSelector()
                        .endSpec()
                        .build();
        var claim = new PersistentVolumeClaimBuilder().withNewSpec().endSpec().build();
        assertThat(QuotaUsage.covers(quota, claim)).isFalse();
        claim.getSpec().setVolumeAttributesClassName("fast");
        assertThat(QuotaUsage.covers(quota, claim)).isTrue();
        claim.getSpec().setVolumeAttributesClassName("slow");
        claim.setStatus(
                new PersistentVolumeClaimStatusBuilder()
                        .withCurrentVolumeAttributesClassName("fast")
                        .build());
        assertThat(QuotaUsage.covers(quota, claim)).isTrue();
        quota.getSpec().setScopes(List.of("BestEffort"));
        assertThat(QuotaUsage.covers(quota, claim)).isFalse();
    }

    private static Container container(String cpu, String memory) {
        return new ContainerBuilder()
                .withName("c")
                .withNewResources()
                .withRequests(Map.of("cpu", new Quantity(cpu), "memory", new Quantity(memory)))
                .endResources()
                .build();
    }

    @Test
    void resourceClaimsCountWithTheMostDevicesOfEachClass() {
        var claim =
                new ResourceClaimBuilder()
                        .withNewMetadata()
                        .endMetadata()
                        .withNewSpec()
                        .withNewDevices()
                        .addNewRequest()
                        .withNewExactly()
                        .withDeviceClassName("gpu")
                        .withAllocationMode("ExactCount")
                        .withCount(2L)
                        .endExactly()
                        .endRequest()
                        .addNewRequest()
                        .addNewFirstAvailable()
                        .withDeviceClassName("gpu")
                        .withAllocationMode("ExactCount")
                        .withCount(4L)
                        .endFirstAvailable()
                        .addNewFirstAvailable()
                        .withDeviceClassName("gpu")
                        .withAllocationMode("ExactCount")
                        .withCount(1L)
                        .endFirstAvailable()
                        .addNewFirstAvailable()
                        .withDeviceClassName("nic")
                        .withAllocationMode("All")
                        .endFirstAvailable()
                        .endRequest()
                        .endDevices()
                        .endSpec()
                        .build();
        var use = QuotaUsage.devices(claim);
        assertThat(use).hasSize(3);
        assertThat(use.get("count/resourceclaims.resource.k8s.io")).hasToString("1");
        assertThat(use.get("gpu.deviceclass.resource.k8s.io/devices")).hasToString("6");
        assertThat(use.get("nic.deviceclass.resource.k8s.io/devices")).hasToString("32");
    }
}
