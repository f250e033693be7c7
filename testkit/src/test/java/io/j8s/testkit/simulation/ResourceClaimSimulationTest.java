package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeSelectorBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClassBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplateBuilder;
import io.j8s.controllers.node.ResourceClaimController;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;

/// Pods that ask for devices, from the claim's template to the node that has them, and what is
/// taken back after them.
class ResourceClaimSimulationTest {

    private static final Duration WHILE = Duration.ofSeconds(30);

    private final Simulation sim = new Simulation(1);

    private void start() {
        sim.with(ResourceClaimController::new)
                .withWorker(context -> new SchedulerWorker(context, sim.random()));
        DefaultNamespace.in(sim);
        for (var name : new String[] {"n0", "n1"}) {
            sim.api().create(Kinds.NODES, SmallNode.named(name));
        }
        sim.start();
    }

    private void deviceClass() {
        sim.api()
                .create(
                        Kinds.DEVICE_CLASSES,
                        new DeviceClassBuilder()
                                .withNewMetadata()
                                .withName("gpu")
                                .endMetadata()
                                .withNewSpec()
                                .endSpec()
                                .build());
    }

    private void template() {
        sim.api()
                .create(
                        Kinds.RESOURCE_CLAIM_TEMPLATES,
                        new ResourceClaimTemplateBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("one-gpu")
                                .endMetadata()
                                .withNewSpec()
                                .withNewMetadata()
                                .addToLabels("made", "by-template")
                                .endMetadata()
                                .withNewSpec()
                                .withNewDevices()
                                .addNewRequest()
                                .withName("gpu")
                                .withNewExactly()
                                .withDeviceClassName("gpu")
                                .endExactly()
                                .endRequest()
                                .endDevices()
                                .endSpec()
                                .endSpec()
                                .build());
    }

    private void pod(@Nullable String claim, @Nullable String template) {
        sim.api()
                .create(
                        Kinds.PODS,
                        new PodBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("p")
                                .endMetadata()
                                .withNewSpec()
                                .withSchedulerName("default-scheduler")
                                .withTerminationGracePeriodSeconds(0L)
                                .addNewContainer()
                                .withName("c")
                                .withImage("x")
                                .endContainer()
                                .addNewResourceClaim()
                                .withName("device")
                                .withResourceClaimName(claim)
                                .withResourceClaimTemplateName(template)
                                .endResourceClaim()
                                .endSpec()
                                .withNewStatus()
                                .withPhase("Pending")
                                .endStatus()
                                .build());
    }

    private Pod pod() {
        return sim.api().find(Kinds.PODS, "default", "p").orElseThrow();
    }

    private String message() {
        return pod().getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals("PodScheduled"))
                .map(condition -> condition.getMessage())
                .findFirst()
                .orElse("");
    }

    private ResourceClaim claim() {
        return sim.api().all(Kinds.RESOURCE_CLAIMS).getFirst();
    }

    private void allocate(String node) {
        var claim = claim();
        sim.api()
                .updateStatus(
                        Kinds.RESOURCE_CLAIMS,
                        new ResourceClaimBuilder(claim)
                                .editOrNewStatus()
                                .withNewAllocation()
                                .withNodeSelector(
                                        new NodeSelectorBuilder()
                                                .addNewNodeSelectorTerm()
                                                .addNewMatchField()
                                                .withKey("metadata.name")
                                                .withOperator("In")
                                                .withValues(node)
                                                .endMatchField()
                                                .endNodeSelectorTerm()
                                                .build())
                                .endAllocation()
                                .endStatus()
                                .build());
    }

    @Test
    void claimOfATemplateIsMadeAndItsPodGoesWhereTheDeviceIs() {
        placeByTemplate();
        var user = claim().getStatus().getReservedFor().getFirst();
        assertThat(user.getUid()).isEqualTo(Meta.uid(pod()));
        assertThat(user.getResource()).isEqualTo("pods");
    }

    private void placeByTemplate() {
        start();
        deviceClass();
        template();
        pod(null, "one-gpu");
        sim.settle(WHILE);
        var made = claim();
        assertThat(made.getMetadata().getGenerateName()).isEqualTo("p-device-");
        assertThat(Meta.labels(made)).containsEntry("made", "by-template");
        assertThat(Meta.annotations(made))
                .containsEntry("resource.kubernetes.io/pod-claim-name", "device");
        assertThat(Meta.isControlledBy(made, pod())).isTrue();
        assertThat(pod().getStatus().getResourceClaimStatuses().getFirst().getResourceClaimName())
                .isEqualTo(Meta.name(made));
        assertThat(pod().getSpec().getNodeName()).isNull();
        assertThat(message()).startsWith("0/2 nodes are available: 2 cannot allocate all claims.");
        allocate("n1");
        sim.settle(WHILE);
        assertThat(pod().getSpec().getNodeName()).isEqualTo("n1");
    }

    @Test
    void reservationEndsWithItsPod() {
        placeByTemplate();
        sim.api()
                .patch(
                        Kinds.PODS,
                        Meta.key(pod()),
                        Api.Patch.merge("{\"status\":{\"phase\":\"Succeeded\"}}").on("status"));
        sim.settle(WHILE);
        // made for this pod, so it goes with its use
        assertThat(sim.api().all(Kinds.RESOURCE_CLAIMS)).isEmpty();
    }

    @Test
    void podWaitsForAClaimThatDoesNotExist() {
        start();
        deviceClass();
        pod("mine", null);
        sim.settle(WHILE);
        assertThat(pod().getSpec().getNodeName()).isNull();
        sim.api()
                .create(
                        Kinds.RESOURCE_CLAIMS,
                        new ResourceClaimBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("mine")
                                .endMetadata()
                                .withNewSpec()
                                .endSpec()
                                .build());
        allocate("n0");
        sim.settle(WHILE);
        assertThat(pod().getSpec().getNodeName()).isEqualTo("n0");
        sim.api().delete(Kinds.PODS, new ObjectKey("default", "p"), Api.Delete.PLAIN);
        sim.settle(WHILE);
        assertThat(claim().getStatus().getReservedFor()).isEmpty(); // not ours to delete
    }

    @Test
    void unknownDeviceClassIsTold() {
        start();
        template();
        pod(null, "one-gpu");
        sim.settle(WHILE);
        assertThat(message())
                .startsWith(
                        "0/2 nodes are available: request gpu: device class gpu does not exist.");
        deviceClass();
        sim.settle(WHILE);
        assertThat(message()).contains("cannot allocate all claims");
    }
}
