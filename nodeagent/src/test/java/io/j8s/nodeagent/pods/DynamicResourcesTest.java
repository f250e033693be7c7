package io.j8s.nodeagent.pods;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;

import org.junit.jupiter.api.Test;

import java.util.Optional;

class DynamicResourcesTest {

    private static final Pod POD =
            new PodBuilder()
                    .withNewMetadata()
                    .withNamespace("lab")
                    .withName("uses")
                    .withUid("u1")
                    .endMetadata()
                    .withNewSpec()
                    .addNewResourceClaim()
                    .withName("gpu")
                    .withResourceClaimName("one")
                    .endResourceClaim()
                    .endSpec()
                    .withNewStatus()
                    .endStatus()
                    .build();

    @Test
    void devicesOfADriverThatIsNotHereHoldThePodBack() {
        assertThatThrownBy(() -> prepare(Optional.of(claim("u1", true))))
                .hasMessage(
                        "prepare dynamic resources: DRA driver gpu.example.com is not registered");
    }

    @Test
    void claimWithoutDevicesHoldsNothingBack() {
        assertThatCode(() -> prepare(Optional.of(claim("u1", false)))).doesNotThrowAnyException();
    }

    @Test
    void claimHasToBeThereAndReserved() {
        assertThatThrownBy(() -> prepare(Optional.empty()))
                .hasMessageContaining("fetch ResourceClaim one: ");
        assertThatThrownBy(() -> prepare(Optional.of(claim("another", true))))
                .hasMessage(
                        "prepare dynamic resources: pod uses (u1) is not allowed to use"
                                + " ResourceClaim one (c1)");
    }

    private static void prepare(Optional<ResourceClaim> claim) throws Exception {
        new DynamicResources(_ -> claim).prepare(POD);
    }

    private static ResourceClaim claim(String user, boolean hasDevices) {
        var claim =
                new ResourceClaimBuilder()
                        .withNewMetadata()
                        .withName("one")
                        .withUid("c1")
                        .endMetadata()
                        .withNewStatus()
                        .addNewReservedFor()
                        .withResource("pods")
                        .withName("uses")
                        .withUid(user)
                        .endReservedFor()
                        .withNewAllocation()
                        .withNewDevices()
                        .endDevices()
                        .endAllocation()
                        .endStatus()
                        .build();
        return !hasDevices
                ? claim
                : new ResourceClaimBuilder(claim)
                        .editStatus()
                        .editAllocation()
                        .editDevices()
                        .addNewResult()
                        .withDriver("gpu.example.com")
                        .withPool("p")
                        .withDevice("d0")
                        .withRequest("r")
                        .endResult()
                        .endDevices()
                        .endAllocation()
                        .endStatus()
                        .build();
    }
}
