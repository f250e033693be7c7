package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyBuilder;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.workload.JobController;
import io.j8s.testkit.FakeNodes;
import io.j8s.testkit.FakeNodes.Fate;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

class JobSimulationTest {

    private static Simulation simulation(long seed, Function<Pod, Fate> fate) {
        return new Simulation(seed)
                .with(JobController::new)
                .with(context -> new FakeNodes(context, true, fate));
    }

    @Test
    void everySeedCompletesExactlyOnceEach() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            int completions = (int) (1 + seed % 6);
            var sim = simulation(seed, _ -> new Fate.Exits(0, Duration.ofSeconds(5)));
            int parallelism = 1 + sim.random().nextInt(3);
            var job = job(completions, parallelism);
            boolean indexed = seed % 2 == 0;
            if (indexed) {
                job.getSpec().setCompletionMode("Indexed");
            }
            sim.api().create(Kinds.JOBS, job);
            sim.invariant(() -> neverTooMany(sim, completions));
            sim.start();
            sim.disorder(400);
            sim.settle(Duration.ofHours(2));
            sim.guarded(() -> {
                var status = sim.api().all(Kinds.JOBS).getFirst().getStatus();
                assertThat(status.getConditions()).anyMatch(c -> c.getType().equals("Complete"));
                assertThat(status.getSucceeded()).isEqualTo(completions);
                assertThat(Meta.orZero(status.getFailed())).isZero();
                var ended = new HashSet<String>();
                sim.api().all(Kinds.PODS).forEach(pod -> ended.add(Meta.uid(pod)));
                assertThat(ended).hasSize(completions);
                assertThat(sim.api().all(Kinds.PODS))
                        .allMatch(pod -> Meta.finalizers(pod).isEmpty());
                if (indexed && completions > 2) {
                    assertThat(status.getCompletedIndexes()).isEqualTo("0-" + (completions - 1));
                }
            });
        }
    }

    private static void neverTooMany(Simulation sim, int completions) {
        var status = sim.api().all(Kinds.JOBS).getFirst().getStatus();
        if (status != null) {
            assertThat(Meta.orZero(status.getSucceeded())).isLessThanOrEqualTo(completions);
        }
        assertThat(sim.api().all(Kinds.PODS).size())
                .as("pods ever created")
                .isLessThanOrEqualTo(completions);
    }

    @Test
    void everySeedFailsAtTheBackoffLimit() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            var sim = simulation(seed, _ -> new Fate.Exits(3, Duration.ofSeconds(1)));
            var job = job(2, 1);
            job.getSpec().setBackoffLimit(2);
            sim.api().create(Kinds.JOBS, job);
            sim.start();
            sim.disorder(300);
            sim.settle(Duration.ofHours(2));
            sim.guarded(() -> {
                var status = sim.api().all(Kinds.JOBS).getFirst().getStatus();
                assertThat(status.getConditions())
                        .anyMatch(c ->
                                c.getType().equals("Failed")
                                        && c.getReason().equals("BackoffLimitExceeded"));
                assertThat(status.getFailed()).isEqualTo(3);
            });
        }
    }

    @Test
    void failsIndexesOneByOne() {
        var sim =
                simulation(
                        1,
                        pod ->
                                new Fate.Exits(
                                        "1"
                                                        .equals(
                                                                Meta.annotations(pod)
                                                                        .get(
                                                                                "batch.kubernetes.io/job-completion-index"))
                                                ? 1
                                                : 0,
                                        Duration.ofSeconds(1)));
        var job = job(3, 3);
        job.getSpec().setCompletionMode("Indexed");
        job.getSpec().setBackoffLimitPerIndex(1);
        job.getSpec().setBackoffLimit(Integer.MAX_VALUE);
        sim.api().create(Kinds.JOBS, job);
        sim.start();
        sim.settle(Duration.ofHours(1));
        var status = sim.api().all(Kinds.JOBS).getFirst().getStatus();
        assertThat(status.getConditions())
                .anyMatch(
                        c -> c.getType().equals("Failed") && c.getReason().equals("FailedIndexes"));
        assertThat(status.getFailedIndexes()).isEqualTo("1");
        assertThat(status.getCompletedIndexes()).isEqualTo("0,2");
        assertThat(status.getFailed()).isEqualTo(2);
    }

    @Test
    void countsIndexesAndWhatTheFailurePolicySaidAsUpstream() {
        var sim =
                simulation(
                        1,
                        pod ->
                                new Fate.Exits(
                                        index(pod).equals("1") ? 42 : 0,
                                        Duration.ofSeconds(1 + Integer.parseInt(index(pod)))));
        var job = job(3, 3);
        job.getSpec().setCompletionMode("Indexed");
        job.getSpec().setBackoffLimitPerIndex(0);
        job.getSpec().setBackoffLimit(Integer.MAX_VALUE);
        job.getSpec()
                .setPodFailurePolicy(
                        new PodFailurePolicyBuilder()
                                .addNewRule()
                                .withAction("Count")
                                .withNewOnExitCodes()
                                .withOperator("In")
                                .withValues(42)
                                .endOnExitCodes()
                                .endRule()
                                .build());
        sim.api().create(Kinds.JOBS, job);
        sim.start();
        sim.settle(Duration.ofHours(1));
        assertThat(counted(sim, "job_controller_job_finished_indexes"))
                .containsOnly(
                        Map.entry("{backoffLimit=\"perIndex\",status=\"succeeded\"}", 2.0),
                        Map.entry("{backoffLimit=\"perIndex\",status=\"failed\"}", 1.0));
        assertThat(counted(sim, "job_controller_pod_failures_handled_by_failure_policy"))
                .containsOnly(Map.entry("{action=\"Count\"}", 1.0));
        assertThat(counted(sim, "job_controller_job_pods_finished"))
                .containsOnly(
                        Map.entry("{completion_mode=\"Indexed\",result=\"succeeded\"}", 2.0),
                        Map.entry("{completion_mode=\"Indexed\",result=\"failed\"}", 1.0));
    }

    private static String index(Pod pod) {
        return Meta.annotations(pod)
                .getOrDefault("batch.kubernetes.io/job-completion-index", "none");
    }

    private static Map<String, Double> counted(Simulation sim, String name) {
        var told = new TreeMap<String, Double>();
        for (var snapshot : sim.told().scrape(name::equals)) {
            for (var point : ((CounterSnapshot) snapshot).getDataPoints()) {
                told.put(point.getLabels().toString(), point.getValue());
            }
        }
        return told;
    }

    @Test
    void suspendsResumesAndMeetsItsDeadline() {
        var sim = simulation(1, _ -> Fate.READY);
        var job = job(1, 1);
        job.getSpec().setSuspend(true);
        job.getSpec().setActiveDeadlineSeconds(30L);
        sim.api().create(Kinds.JOBS, job);
        sim.start();
        sim.settle(Duration.ofMinutes(5));
        assertThat(sim.api().all(Kinds.PODS)).isEmpty();
        var suspended = sim.api().all(Kinds.JOBS).getFirst();
        assertThat(suspended.getStatus().getConditions())
                .anyMatch(c -> c.getType().equals("Suspended") && c.getStatus().equals("True"));
        sim.api()
                .update(
                        Kinds.JOBS,
                        new JobBuilder(suspended).editSpec().withSuspend(false).endSpec().build());
        sim.settle(Duration.ofSeconds(20));
        assertThat(sim.api().all(Kinds.PODS)).hasSize(1);
        sim.settle(Duration.ofMinutes(5));
        assertThat(sim.api().all(Kinds.JOBS).getFirst().getStatus().getConditions())
                .anyMatch(c ->
                        c.getType().equals("Failed") && c.getReason().equals("DeadlineExceeded"));
    }

    /// They end well or badly as they are deleted, which says nothing of the job.
    @Test
    void podsThatAreTooManyAreNotCounted() {
        var sim = simulation(1, _ -> Fate.READY);
        sim.api().create(Kinds.JOBS, job(4, 3));
        sim.start();
        sim.settle(Duration.ofMinutes(1));
        sim.api().update(Kinds.JOBS, changed(sim, 1, false));
        sim.settle(Duration.ofMinutes(1));
        assertThat(sim.api().all(Kinds.PODS)).hasSize(1);
        sim.api().update(Kinds.JOBS, changed(sim, 1, true));
        sim.settle(Duration.ofMinutes(1));
        assertThat(sim.api().all(Kinds.PODS)).isEmpty();
        var status = sim.api().all(Kinds.JOBS).getFirst().getStatus();
        assertThat(Meta.orZero(status.getSucceeded())).isZero();
        assertThat(Meta.orZero(status.getFailed())).isZero();
        assertThat(status.getTerminating()).isZero();
    }

    @Test
    void aPodThatIsAdoptedAndTooManyIsNotCounted() {
        var sim = simulation(1, _ -> Fate.READY);
        sim.api().create(Kinds.JOBS, job(1, 0));
        sim.api()
                .create(
                        Kinds.PODS,
                        new PodBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName("stray")
                                .addToLabels("job", "work")
                                .endMetadata()
                                .withSpec(job(1, 1).getSpec().getTemplate().getSpec())
                                .build());
        sim.start();
        sim.settle(Duration.ofMinutes(1));
        assertThat(sim.api().all(Kinds.PODS)).isEmpty();
        var status = sim.api().all(Kinds.JOBS).getFirst().getStatus();
        assertThat(Meta.orZero(status.getSucceeded()) + Meta.orZero(status.getFailed())).isZero();
    }

    private static Job changed(Simulation sim, int parallelism, boolean suspend) {
        return new JobBuilder(sim.api().all(Kinds.JOBS).getFirst())
                .editSpec()
                .withParallelism(parallelism)
                .withSuspend(suspend)
                .endSpec()
                .build();
    }

    static Job job(int completions, int parallelism) {
        return new JobBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("work")
                .endMetadata()
                .withNewSpec()
                .withCompletions(completions)
                .withParallelism(parallelism)
                .withBackoffLimit(6)
                .withNewSelector()
                .withMatchLabels(Map.of("job", "work"))
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("job", "work")
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("work")
                .withImage("work:1")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }
}
