package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.j8s.controllers.policy.DisruptionController;
import io.j8s.controllers.policy.ResourceQuotaController;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.storage.ClaimProtectionController;
import io.j8s.controllers.workload.ReplicaSetController;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.testkit.FakeNodes;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;

class PolicySimulationTest {

    @Test
    void everySeedCountsBudgetAndQuotaRight() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        var sim =
                new Simulation(seed)
                        .with(DisruptionController::new)
                        .with(ResourceQuotaController::new)
                        .with(ReplicaSetController::of)
                        .with(FakeNodes::new);
        sim.api().create(Kinds.REPLICA_SETS, ReplicaSetSimulationTest.set(5));
        sim.api()
                .create(
                        Kinds.DISRUPTION_BUDGETS,
                        new PodDisruptionBudgetBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("web")
                                .endMetadata()
                                .withNewSpec()
                                .withMaxUnavailable(new IntOrString("40%"))
                                .withNewSelector()
                                .withMatchLabels(Map.of("app", "web"))
                                .endSelector()
                                .endSpec()
                                .build());
        sim.api()
                .create(
                        Kinds.RESOURCE_QUOTAS,
                        new ResourceQuotaBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("q")
                                .endMetadata()
                                .withNewSpec()
                                .withHard(
                                        Map.of(
                                                "pods", new Quantity("10"),
                                                "count/replicasets.apps", new Quantity("3")))
                                .endSpec()
                                .build());
        sim.start();
        sim.disorder(200);
        sim.settle(Duration.ofMinutes(6));
        int wanted = (int) (seed % 5);
        sim.api()
                .update(
                        Kinds.REPLICA_SETS,
                        new ReplicaSetBuilder(sim.api().all(Kinds.REPLICA_SETS).getFirst())
                                .editSpec()
                                .withReplicas(wanted)
                                .endSpec()
                                .build());
        sim.disorder(150);
        sim.settle(Duration.ofMinutes(20));
        sim.guarded(() -> {
            var status = sim.api().all(Kinds.DISRUPTION_BUDGETS).getFirst().getStatus();
            int lack = (int) Math.ceil(wanted * 0.4);
            assertThat(status.getExpectedPods()).isEqualTo(wanted);
            assertThat(status.getCurrentHealthy()).isEqualTo(wanted);
            assertThat(status.getDisruptionsAllowed()).isEqualTo(wanted == 0 ? 0 : lack);
            var used = sim.api().all(Kinds.RESOURCE_QUOTAS).getFirst().getStatus().getUsed();
            assertThat(used.get("pods")).hasToString(Integer.toString(wanted));
            assertThat(used.get("count/replicasets.apps")).hasToString("1");
        });
    }

    /// As where an eviction was allowed and the pod was not deleted after all.
    @Test
    void thatAPodIsToBeDisruptedIsTakenBackWhereItStays() {
        var sim = new Simulation(1).with(DisruptionController::new);
        target(sim, "evicted", "EvictionByEvictionAPI");
        target(sim, "pressed", "TerminationByKubelet");
        sim.start();
        sim.settle(Duration.ofSeconds(110));
        assertThat(sim.api().all(Kinds.PODS)).allMatch(pod -> "True".equals(target(pod)));
        sim.settle(Duration.ofSeconds(20));
        assertThat(sim.api().all(Kinds.PODS))
                .extracting(pod -> Meta.name(pod) + " " + target(pod))
                .containsExactlyInAnyOrder("evicted False", "pressed True");
        assertThat(
                        sim.api().all(Kinds.PODS).stream()
                                .filter(pod -> Meta.name(pod).equals("evicted"))
                                .map(pod -> pod.getStatus().getConditions().getFirst()))
                .allSatisfy(condition -> {
                    assertThat(condition.getReason()).isNull();
                    assertThat(condition.getMessage()).isNull();
                });
    }

    private static String target(Pod pod) {
        return pod.getStatus().getConditions().getFirst().getStatus();
    }

    private static void target(Simulation sim, String name, String reason) {
        sim.api()
                .create(
                        Kinds.PODS,
                        new PodBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName(name)
                                .endMetadata()
                                .withNewSpec()
                                .endSpec()
                                .build());
        var body =
                "{\"status\":{\"conditions\":[{\"type\":\"DisruptionTarget\",\"status\":\"True\",\"reason\":\"%s\",\"message\":\"m\",\"lastTransitionTime\":\"%s\"}]}}"
                        .formatted(reason, Meta.timestamp(sim.timers().now()));
        sim.api()
                .patch(
                        Kinds.PODS,
                        new ObjectKey("default", name),
                        Api.Patch.strategic(body).on("status"));
    }

    @Test
    void quotaIsReleasedSoonWhateverTheKindThatWasDeleted() {
        var leases = "count/leases.coordination.k8s.io";
        var sim = new Simulation(1).with(ResourceQuotaController::new);
        sim.api()
                .create(
                        Kinds.LEASES,
                        new LeaseBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("counted")
                                .endMetadata()
                                .build());
        sim.api().create(Kinds.RESOURCE_QUOTAS, quota(leases));
        sim.start();
        sim.settle(Duration.ofSeconds(5));
        assertThat(used(sim)).containsEntry(leases, new Quantity("1"));
        sim.api().delete(Kinds.LEASES, new ObjectKey("default", "counted"), Api.Delete.PLAIN);
        sim.settle(Duration.ofSeconds(5)); // long before the next resync
        assertThat(used(sim)).containsEntry(leases, new Quantity("0"));
    }

    @Test
    void deadlineMovesAPodToTheOtherScopeSoon() {
        var sim = new Simulation(1).with(ResourceQuotaController::new);
        sim.api().create(Kinds.PODS, pod().build());
        sim.api().create(Kinds.RESOURCE_QUOTAS, quota("pods", "NotTerminating"));
        sim.start();
        sim.settle(Duration.ofSeconds(5));
        assertThat(used(sim)).containsEntry("pods", new Quantity("1"));
        sim.api()
                .update(
                        Kinds.PODS,
                        new PodBuilder(sim.api().all(Kinds.PODS).getFirst())
                                .editSpec()
                                .withActiveDeadlineSeconds(60L)
                                .endSpec()
                                .build());
        sim.settle(Duration.ofSeconds(5)); // long before the next resync
        assertThat(used(sim)).containsEntry("pods", new Quantity("0"));
    }

    private static PodBuilder pod() {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("p")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .withImage("c")
                .endContainer()
                .endSpec();
    }

    private static ResourceQuota quota(String limited, String... scopes) {
        return new ResourceQuotaBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("q")
                .endMetadata()
                .withNewSpec()
                .withScopes(scopes)
                .withHard(Map.of(limited, new Quantity("3")))
                .endSpec()
                .build();
    }

    private static Map<String, Quantity> used(Simulation sim) {
        return sim.api().all(Kinds.RESOURCE_QUOTAS).getFirst().getStatus().getUsed();
    }

    /// Texts as a v1.37.2 `kube-controller-manager` writes them.
    @Test
    void boundClaimsTellWhetherAPodNamesThem() {
        var sim = new Simulation(1).with(ClaimProtectionController::new).with(FakeNodes::new);
        sim.api()
                .create(
                        Kinds.CLAIMS,
                        new PersistentVolumeClaimBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("data")
                                .endMetadata()
                                .withNewSpec()
                                .endSpec()
                                .withNewStatus()
                                .withPhase("Bound")
                                .endStatus()
                                .build());
        sim.start();
        sim.settle(Duration.ofMinutes(1));
        assertThat(use(sim)).isEqualTo("True NoPodsUsingPVC");
        sim.api()
                .create(
                        Kinds.PODS,
                        pod().editSpec()
                                .addNewVolume()
                                .withName("v")
                                .withNewPersistentVolumeClaim("data", false)
                                .endVolume()
                                .endSpec()
                                .build());
        sim.settle(Duration.ofMinutes(1));
        assertThat(use(sim)).isEqualTo("False PodUsingPVC");
        sim.api().delete(Kinds.PODS, new ObjectKey("default", "p"), Api.Delete.PLAIN);
        sim.settle(Duration.ofMinutes(2));
        assertThat(use(sim)).isEqualTo("True NoPodsUsingPVC");
    }

    private static String use(Simulation sim) {
        var condition = sim.api().all(Kinds.CLAIMS).getFirst().getStatus().getConditions();
        return condition.stream()
                .filter(c -> c.getType().equals("Unused"))
                .map(c -> c.getStatus() + " " + c.getReason())
                .collect(java.util.stream.Collectors.joining());
    }

    @Test
    void claimStaysAsLongAsAPodUsesIt() {
        var sim = new Simulation(1).with(ClaimProtectionController::new).with(FakeNodes::new);
        sim.api()
                .create(
                        Kinds.CLAIMS,
                        new PersistentVolumeClaimBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("data")
                                .endMetadata()
                                .withNewSpec()
                                .endSpec()
                                .build());
        sim.api()
                .create(
                        Kinds.PODS,
                        pod().editSpec()
                                .addNewVolume()
                                .withName("v")
                                .withNewPersistentVolumeClaim("data", false)
                                .endVolume()
                                .endSpec()
                                .build());
        sim.start();
        sim.settle(Duration.ofMinutes(1));
        var key = new ObjectKey("default", "data");
        sim.api().delete(Kinds.CLAIMS, key, Api.Delete.PLAIN);
        sim.settle(Duration.ofMinutes(1));
        assertThat(sim.api().all(Kinds.CLAIMS)).hasSize(1).allMatch(Meta::isTerminating);
        sim.api().delete(Kinds.PODS, new ObjectKey("default", "p"), Api.Delete.PLAIN);
        sim.settle(Duration.ofMinutes(2));
        assertThat(sim.api().all(Kinds.CLAIMS)).isEmpty();
    }
}
