package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.j8s.controllers.gc.GarbageCollector;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.workload.CronJobController;
import io.j8s.controllers.workload.JobController;
import io.j8s.testkit.FakeNodes;
import io.j8s.testkit.FakeNodes.Fate;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class CronJobSimulationTest {

    private static Simulation simulation(long seed, Fate fate) {
        return new Simulation(seed)
                .with(CronJobController::new)
                .with(JobController::new)
                .with(GarbageCollector::new)
                .with(context -> new FakeNodes(context, true, _ -> fate));
    }

    @Test
    void everySeedRunsEachMinuteOnceAndKeepsItsHistory() {
        int seeds = Math.min(Simulation.seeds(), Math.max(60, Simulation.seeds() / 5));
        for (long seed = 0; seed < seeds; seed++) {
            var sim = simulation(seed, new Fate.Exits(0, Duration.ofSeconds(5)));
            sim.api().create(Kinds.CRON_JOBS, cron("Forbid"));
            sim.invariant(() ->
                    assertThat(
                                    sim.api().all(Kinds.JOBS).stream()
                                            .filter(job ->
                                                    job.getStatus() == null
                                                            || job.getStatus()
                                                                    .getConditions()
                                                                    .isEmpty())
                                            .count())
                            .as("jobs at a time")
                            .isLessThanOrEqualTo(1));
            sim.start();
            sim.disorder(400);
            sim.settle(Duration.ofMinutes(10));
            sim.guarded(() -> {
                assertThat(
                                sim.api().all(Kinds.JOBS).stream()
                                        .filter(job ->
                                                job.getStatus().getConditions().stream()
                                                        .anyMatch(c ->
                                                                c.getType().equals("Complete")))
                                        .count())
                        .isBetween(2L, 3L);
                assertThat(
                                sim.api()
                                        .all(Kinds.CRON_JOBS)
                                        .getFirst()
                                        .getStatus()
                                        .getLastScheduleTime())
                        .isNotNull();
            });
        }
    }

    @Test
    void forbidWaitsReplaceDeletesAndSuspendedStaysQuiet() {
        var forbid = simulation(1, Fate.READY);
        forbid.api().create(Kinds.CRON_JOBS, cron("Forbid"));
        forbid.start();
        forbid.settle(Duration.ofMinutes(5));
        assertThat(forbid.api().all(Kinds.JOBS)).hasSize(1);
        assertThat(forbid.api().events()).anyMatch(e -> e.getReason().equals("JobAlreadyActive"));
        var replace = simulation(1, Fate.READY);
        replace.api().create(Kinds.CRON_JOBS, cron("Replace"));
        replace.start();
        replace.settle(Duration.ofMinutes(5));
        assertThat(replace.api().all(Kinds.JOBS).stream().filter(j -> !Meta.isTerminating(j)))
                .hasSize(1);
        var suspended = simulation(1, Fate.READY);
        var cron = cron("Allow");
        cron.getSpec().setSuspend(true);
        suspended.api().create(Kinds.CRON_JOBS, cron);
        suspended.start();
        suspended.settle(Duration.ofMinutes(5));
        assertThat(suspended.api().all(Kinds.JOBS)).isEmpty();
    }

    @Test
    void jobsOfNoHistoryGoWithoutBeingToldOfAsCompleted() {
        var sim = simulation(1, new Fate.Exits(0, Duration.ofSeconds(5)));
        var cron = cron("Allow");
        cron.getSpec().setSuccessfulJobsHistoryLimit(0);
        sim.api().create(Kinds.CRON_JOBS, cron);
        sim.start();
        sim.settle(Duration.ofMinutes(5));
        assertThat(sim.api().events())
                .extracting(Event::getReason)
                .contains("SuccessfulCreate", "SuccessfulDelete")
                .doesNotContain("SawCompletedJob", "MissingJob");
        var status = sim.api().all(Kinds.CRON_JOBS).getFirst().getStatus();
        assertThat(status.getActive()).hasSizeLessThan(2);
        assertThat(status.getLastSuccessfulTime()).isNotNull();
    }

    @Test
    void schedulesThatNameNoTimeAreToldOf() {
        var sim = simulation(1, Fate.READY);
        var cron = cron("Allow");
        cron.getSpec().setSchedule("0 0 31 2 *");
        sim.api().create(Kinds.CRON_JOBS, cron);
        sim.start();
        sim.settle(Duration.ofMinutes(5));
        assertThat(sim.api().events())
                .anySatisfy(event -> {
                    assertThat(event.getReason()).isEqualTo("InvalidSchedule");
                    assertThat(event.getMessage())
                            .isEqualTo(
                                    "invalid schedule: 0 0 31 2 * : time difference between two"
                                            + " schedules is less than 1 second");
                });
    }

    private static CronJob cron(String policy) {
        return new CronJobBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("tick")
                .endMetadata()
                .withNewSpec()
                .withSchedule("* * * * *")
                .withConcurrencyPolicy(policy)
                .withSuccessfulJobsHistoryLimit(3)
                .withFailedJobsHistoryLimit(1)
                .withNewJobTemplate()
                .withSpec(JobSimulationTest.job(1, 1).getSpec())
                .endJobTemplate()
                .endSpec()
                .build();
    }
}
