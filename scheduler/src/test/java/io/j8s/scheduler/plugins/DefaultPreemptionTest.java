package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.PostFilterPlugin;
import io.j8s.scheduler.core.Snapshot;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Which pods have to go, and on which node, worked out by hand.
final class DefaultPreemptionTest {

    private final Cluster cluster = new Cluster();

    @Test
    void removesNoMorePodsThanNeededAndTheLeastImportantOnes() {
        cluster.node("n", "z")
                .running(
                        "n",
                        priority(1, "2026-01-01T00:00:00Z")
                                .andThen(Cluster.requests("1500m", "1Gi"))
                                .andThen(named("low")))
                .running(
                        "n",
                        priority(5, "2026-01-01T00:00:00Z")
                                .andThen(Cluster.requests("1500m", "1Gi"))
                                .andThen(named("mid")))
                .running(
                        "n",
                        priority(100, "2026-01-01T00:00:00Z")
                                .andThen(Cluster.requests("1", "1Gi"))
                                .andThen(named("high")));

        assertThat(victims(candidate(50, "1", List.of()))).containsExactly("low");
        assertThat(victims(candidate(50, "3", List.of()))).containsExactly("mid", "low");
        assertThat(candidate(50, "3500m", List.of())).isEmpty();
        assertThat(candidate(1, "1", List.of())).isEmpty();
    }

    @Test
    void sparesPodsUnderADisruptionBudgetWhereOthersWillDo() {
        cluster.node("n", "z")
                .running(
                        "n",
                        priority(1, "2026-01-01T00:00:00Z")
                                .andThen(Cluster.requests("2", "1Gi"))
                                .andThen(named("kept"))
                                .andThen(label("guarded")))
                .running(
                        "n",
                        priority(5, "2026-01-01T00:00:00Z")
                                .andThen(Cluster.requests("2", "1Gi"))
                                .andThen(named("free")));

        var found = candidate(50, "1", List.of(budget("guarded")));
        assertThat(victims(found)).containsExactly("free");
        assertThat(found.orElseThrow().budgetViolations()).isZero();

        var both = candidate(50, "3", List.of(budget("guarded")));
        assertThat(victims(both)).containsExactly("free", "kept");
        assertThat(both.orElseThrow().budgetViolations()).isEqualTo(1);
    }

    @Test
    void choosesTheNodeWhereItHurtsLeast() {
        var violating = new Victims("violating", List.of(info(1, "2026-01-01T00:00:00Z")), 1);
        var high = new Victims("high", List.of(info(9, "2026-01-01T00:00:00Z")), 0);
        var two =
                new Victims(
                        "two",
                        List.of(info(3, "2026-01-01T00:00:00Z"), info(3, "2026-01-01T00:00:00Z")),
                        0);
        var old = new Victims("old", List.of(info(3, "2026-01-01T00:00:00Z")), 0);
        var young = new Victims("young", List.of(info(3, "2026-01-02T00:00:00Z")), 0);

        assertThat(DefaultPreemption.best(List.of(violating, high))).contains(high);
        assertThat(DefaultPreemption.best(List.of(high, two))).contains(two);
        assertThat(DefaultPreemption.best(List.of(two, old))).contains(old);
        assertThat(DefaultPreemption.best(List.of(old, young))).contains(young);
    }

    private java.util.Optional<Victims> candidate(
            int priority, String cpu, List<PodDisruptionBudget> budgets) {
        var pod =
                new PodInfo(
                        cluster.pod(priority(priority, "").andThen(Cluster.requests(cpu, "1Gi"))));
        var snapshot = cluster.snapshot();
        var node = snapshot.node("n").orElseThrow();
        return switch (Victims.on(node, pod, fit(pod, snapshot), budgets)) {
            case Victims.Search.Found(var victims) -> java.util.Optional.of(victims);
            case Victims.Search.None _ -> java.util.Optional.empty();
        };
    }

    private static PostFilterPlugin.Fit fit(PodInfo pod, Snapshot snapshot) {
        return (NodeInfo node, List<PodInfo> _) ->
                new NodeResourcesFit(NodeResourcesFit.Args.STANDARD).preFilter(pod, snapshot)
                                instanceof FilterPlugin.Preparation.Check check
                        ? check.check().filter(node)
                        : io.j8s.scheduler.core.Verdict.Fits.FITS;
    }

    private static List<String> victims(java.util.Optional<Victims> candidate) {
        return candidate.orElseThrow().pods().stream().map(pod -> pod.key().name()).toList();
    }

    private PodInfo info(int priority, String start) {
        return new PodInfo(cluster.pod(priority(priority, start)));
    }

    private static Consumer<PodBuilder> priority(int value, String start) {
        return pod ->
                pod.editSpec()
                        .withPriority(value)
                        .endSpec()
                        .editStatus()
                        .withStartTime(start)
                        .endStatus();
    }

    private static Consumer<PodBuilder> named(String name) {
        return pod -> pod.editMetadata().withName(name).endMetadata();
    }

    private static Consumer<PodBuilder> label(String value) {
        return pod -> pod.editMetadata().addToLabels("tier", value).endMetadata();
    }

    private static PodDisruptionBudget budget(String tier) {
        return new PodDisruptionBudgetBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(tier)
                .withUid("b")
                .endMetadata()
                .withNewSpec()
                .withNewSelector()
                .withMatchLabels(Map.of("tier", tier))
                .endSelector()
                .endSpec()
                .withNewStatus()
                .withDisruptionsAllowed(0)
                .endStatus()
                .build();
    }
}
