package io.j8s.controllers.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.j8s.controllers.workload.DeploymentRules.Scale;
import io.j8s.controllers.workload.JobRules.Failures;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;

class WorkloadRulesTest {

    private static final Instant NOW = Instant.parse("2030-01-01T12:00:00Z");

    @Test
    void createsWhatIsMissingAndAtMostABurst() {
        assertThat(ReplicaReconciler.plan(3, List.of(pod("a", "Running", "n")), List.of(), NOW))
                .isEqualTo(new ReplicaReconciler.Plan.Create(2));
        assertThat(ReplicaReconciler.plan(900, List.of(), List.of(), NOW))
                .isEqualTo(new ReplicaReconciler.Plan.Create(500));
    }

    @Test
    void deletesTheWorstPodsFirst() {
        var pods =
                List.of(
                        pod("running", "Running", "n"),
                        pod("unassigned", "Pending", ""),
                        pod("pending", "Pending", "n"));
        assertThat(ReplicaReconciler.plan(1, pods, pods, NOW))
                .isInstanceOfSatisfying(
                        ReplicaReconciler.Plan.Delete.class,
                        plan ->
                                assertThat(plan.victims())
                                        .extracting(p -> p.getMetadata().getName())
                                        .containsExactly("unassigned", "pending"));
    }

    @Test
    void crowdedNodesLosePodsFirst() {
        var alone = pod("alone", "Running", "n1");
        var crowded = pod("crowded", "Running", "n2");
        var neighbour = pod("neighbour", "Running", "n2");
        assertThat(
                        PodRanking.victims(
                                List.of(alone, crowded),
                                List.of(alone, crowded, neighbour),
                                1,
                                NOW))
                .containsExactly(crowded);
    }

    @Test
    void growsTheNewSetWithinTheSurge() {
        var deployment = deployment(10, "25%", "25%");
        assertThat(DeploymentRules.maxSurge(deployment)).isEqualTo(3);
        assertThat(DeploymentRules.maxUnavailable(deployment)).isEqualTo(2);
        var old = set("old", 10, 10, 1);
        var fresh = set("new", 0, 0, 2);
        assertThat(DeploymentRules.roll(deployment, fresh, List.of(old)))
                .containsExactly(new Scale(fresh, 3));
    }

    @Test
    void shrinksTheOldSetByWhatIsAvailableTooMuch() {
        var deployment = deployment(10, "3", "2");
        var old = set("old", 10, 10, 1);
        var fresh = set("new", 3, 3, 2);
        assertThat(DeploymentRules.roll(deployment, fresh, List.of(old)))
                .containsExactly(new Scale(old, 5));
    }

    @Test
    void brokenOldPodsGoFirst() {
        var deployment = deployment(10, "3", "2");
        var old = set("old", 8, 3, 1);
        var fresh = set("new", 5, 5, 2);
        assertThat(DeploymentRules.roll(deployment, fresh, List.of(old)))
                .containsExactly(new Scale(old, 3));
    }

    @Test
    void scalesAllActiveSetsInProportion() {
        var deployment = deployment(20, "3", "2");
        var old = annotated(set("old", 8, 8, 1), 10, 13);
        var fresh = annotated(set("new", 5, 5, 2), 10, 13);
        var scales = DeploymentRules.scale(deployment, fresh, List.of(old), 13);
        assertThat(scales).extracting(Scale::replicas).containsExactly(14, 9);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0 | 0", "0,1 | 0,1", "0-2 | 0-2", "1,3-5,7 | 1,3-5,7", "0,1,2 | 0-2"})
    void printsIndexesAsUpstreamDoes(String text, String printed) {
        assertThat(Indexes.print(Indexes.parse(text, 10))).isEqualTo(printed);
    }

    @Test
    void indexesBeyondTheCompletionsAreLeftOut() {
        assertThat(Indexes.print(Indexes.parse("2-9", 4))).isEqualTo("2,3");
        assertThat(Indexes.parse(null, 4)).isEqualTo(new BitSet());
    }

    @Test
    void failurePolicyNamesTheRuleThatEndsTheJob() {
        var job =
                new JobBuilder()
                        .withNewSpec()
                        .withNewPodFailurePolicy()
                        .addNewRule()
                        .withAction("Ignore")
                        .addNewOnPodCondition("True", "DisruptionTarget")
                        .endRule()
                        .addNewRule()
                        .withAction("FailJob")
                        .withNewOnExitCodes()
                        .withOperator("In")
                        .withValues(42)
                        .endOnExitCodes()
                        .endRule()
                        .endPodFailurePolicy()
                        .endSpec()
                        .build();
        assertThat(JobRules.judge(job, exited(42)).failJob())
                .isEqualTo(
                        "Container main for pod ns/p failed with exit code 42 matching FailJob rule"
                                + " at index 1");
        assertThat(JobRules.judge(job, exited(1)).counts()).isTrue();
        var disrupted =
                new PodBuilder(exited(1))
                        .editStatus()
                        .addNewCondition()
                        .withType("DisruptionTarget")
                        .withStatus("True")
                        .endCondition()
                        .endStatus()
                        .build();
        assertThat(JobRules.judge(job, disrupted).counts()).isFalse();
    }

    @Test
    void failuresBackOffDoubling() {
        var failures = new Failures(3, NOW.minusSeconds(15));
        assertThat(failures.remaining(NOW)).isEqualTo(Duration.ofSeconds(25));
        assertThat(new Failures(20, NOW).remaining(NOW)).isEqualTo(Duration.ofMinutes(10));
        assertThat(Failures.NONE.remaining(NOW)).isZero();
    }

    @Test
    void restartsCountOnlyWhereContainersRestart() {
        Job job =
                new JobBuilder()
                        .withNewSpec()
                        .withBackoffLimit(0)
                        .withNewTemplate()
                        .withNewSpec()
                        .withRestartPolicy("Never")
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build();
        assertThat(JobRules.isPastRestarts(job, List.of(exited(1)))).isFalse();
    }

    private static Pod exited(int code) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("ns")
                .withName("p")
                .endMetadata()
                .withNewStatus()
                .withPhase("Failed")
                .addNewContainerStatus()
                .withName("main")
                .withNewState()
                .withNewTerminated()
                .withExitCode(code)
                .endTerminated()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }

    private static Pod pod(String name, String phase, String node) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid(name)
                .withCreationTimestamp("2030-01-01T00:00:00Z")
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .endSpec()
                .withNewStatus()
                .withPhase(phase)
                .addNewCondition()
                .withType("Ready")
                .withStatus(phase.equals("Running") ? "True" : "False")
                .withLastTransitionTime("2030-01-01T00:00:00Z")
                .endCondition()
                .endStatus()
                .build();
    }

    private static Deployment deployment(int replicas, String surge, String unavailable) {
        return new DeploymentBuilder()
                .withNewSpec()
                .withReplicas(replicas)
                .withNewStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxSurge(value(surge))
                .withMaxUnavailable(value(unavailable))
                .endRollingUpdate()
                .endStrategy()
                .endSpec()
                .build();
    }

    private static IntOrString value(String text) {
        return text.endsWith("%") ? new IntOrString(text) : new IntOrString(Integer.parseInt(text));
    }

    private static ReplicaSet set(String name, int size, int available, int day) {
        return new ReplicaSetBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid(name)
                .withCreationTimestamp("2030-01-0%dT00:00:00Z".formatted(day))
                .endMetadata()
                .withNewSpec()
                .withReplicas(size)
                .endSpec()
                .withNewStatus()
                .withAvailableReplicas(available)
                .endStatus()
                .build();
    }

    private static ReplicaSet annotated(ReplicaSet set, int desired, int max) {
        return new ReplicaSetBuilder(set)
                .editMetadata()
                .addToAnnotations(
                        "deployment.kubernetes.io/desired-replicas", Integer.toString(desired))
                .addToAnnotations("deployment.kubernetes.io/max-replicas", Integer.toString(max))
                .endMetadata()
                .build();
    }
}
