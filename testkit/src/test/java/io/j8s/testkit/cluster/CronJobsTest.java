package io.j8s.testkit.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerConfig;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Fanout;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.QueueMetrics;
import io.j8s.controllers.workload.CronJobController;
import io.j8s.controllers.workload.JobController;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.memory.MemoryStore;
import io.j8s.testkit.FakeNodes;
import io.j8s.testkit.FakeNodes.Fate;
import io.j8s.testkit.ManualTimers;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/// Hours of cron jobs in a second: the controllers' clock is turned, the API server is the real
/// one.
class CronJobsTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final SystemTimers real = new SystemTimers();
    private final ManualTimers turned = new ManualTimers(real.now());
    private final Instant due = real.now().truncatedTo(ChronoUnit.MINUTES).plusSeconds(1800);
    private final List<ControllerLoop<?>> loops = new ArrayList<>();
    private ServerInProcess server;
    private Informers informers;
    private Api api;

    @BeforeEach
    void start() throws Exception {
        server = new ServerInProcess(new MemoryStore(real), real);
        api = server.api();
        informers = new Informers(api, real, new Random(1));
        var context =
                new ControllerContext(
                        "turned",
                        api,
                        informers,
                        turned,
                        new Random(1),
                        new EventRecorder("turned", api, real, Runnable::run),
                        new QueueMetrics(new PrometheusRegistry()),
                        ControllerConfig.of("", List.of()),
                        Fanout.inOrder());
        var controllers =
                List.<Controller>of(
                        new CronJobController(context),
                        new JobController(context),
                        new FakeNodes(context, true, CronJobsTest::fate));
        informers.start();
        controllers.forEach(controller -> loops.addAll(controller.loops()));
        loops.forEach(ControllerLoop::start);
        api.create(
                Kinds.NAMESPACES,
                new NamespaceBuilder().withNewMetadata().withName("n").endMetadata().build());
    }

    @AfterEach
    void stop() {
        loops.forEach(ControllerLoop::stop);
        informers.close();
        server.close();
    }

    private static Fate fate(io.fabric8.kubernetes.api.model.Pod pod) {
        return pod.getSpec().getContainers().getFirst().getImage().equals("endless")
                ? Fate.READY
                : new Fate.Exits(0, Duration.ZERO);
    }

    private void create(String image, String policy) {
        api.create(
                Kinds.CRON_JOBS,
                new CronJobBuilder()
                        .withNewMetadata()
                        .withNamespace("n")
                        .withName("hourly")
                        .endMetadata()
                        .withNewSpec()
                        .withSchedule(due.atZone(ZoneOffset.UTC).getMinute() + " * * * *")
                        .withConcurrencyPolicy(policy)
                        .withSuccessfulJobsHistoryLimit(2)
                        .withNewJobTemplate()
                        .withNewSpec()
                        .withNewTemplate()
                        .withNewSpec()
                        .withRestartPolicy("Never")
                        .addNewContainer()
                        .withName("c")
                        .withImage(image)
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .endJobTemplate()
                        .endSpec()
                        .build());
    }

    /// Turns the clock to the next time at which the cron job is due: half an hour after the test
    /// began, then every hour.
    private Instant nextTime() {
        var next = comingTime();
        turned.advance(Duration.between(turned.now(), next));
        return next;
    }

    private Instant comingTime() {
        var next = due;
        while (!next.isAfter(turned.now())) {
            next = next.plus(1, ChronoUnit.HOURS);
        }
        return next;
    }

    /// Waits for what the controllers' threads do; each look is ten seconds of their time.
    private List<Job> until(Predicate<List<Job>> wanted) throws InterruptedException {
        var deadline = real.deadline(PATIENCE);
        var found = jobs();
        while (!wanted.test(found) && !deadline.hasPassed()) {
            real.sleep(Duration.ofMillis(20));
            if (turned.now().plusSeconds(300).isBefore(comingTime())) {
                turned.advance(Duration.ofSeconds(10));
            }
            found = jobs();
        }
        assertThat(wanted.test(found)).as("%s", found).isTrue();
        return found;
    }

    private List<Job> jobs() {
        return api.list(Kinds.JOBS, Api.Query.all("n")).items().stream()
                .sorted(Comparator.comparing(Meta::name))
                .toList();
    }

    private @Nullable String lastScheduleTime() {
        var status = api.get(Kinds.CRON_JOBS, new ObjectKey("n", "hourly")).getStatus();
        return status == null ? null : status.getLastScheduleTime();
    }

    private static boolean isComplete(Job job) {
        return job.getStatus().getConditions().stream()
                .anyMatch(c -> c.getType().equals("Complete") && c.getStatus().equals("True"));
    }

    private static String nameAt(Instant time) {
        return "hourly-" + time.getEpochSecond() / 60;
    }

    @Test
    void runOnceAnHourAndKeepTheirHistoryShort() throws Exception {
        create("quick", "Allow");
        for (int hour = 0; hour < 4; hour++) {
            var at = nextTime();
            until(jobs ->
                    jobs.stream().anyMatch(job -> Meta.name(job).equals(nameAt(at)))
                            && jobs.stream().allMatch(CronJobsTest::isComplete));
            // written after the job
            until(_ -> Meta.timestamp(at).equals(lastScheduleTime()));
        }
        var left = until(jobs -> jobs.size() == 2);
        assertThat(left).allMatch(CronJobsTest::isComplete);
        assertThat(left.getFirst().getMetadata().getAnnotations())
                .containsKey("batch.kubernetes.io/cronjob-scheduled-timestamp");
    }

    @Test
    void waitForTheLastOneOrReplaceItAsAsked() throws Exception {
        create("endless", "Forbid");
        var first = nextTime();
        until(jobs -> jobs.size() == 1);
        nextTime();
        turned.advance(Duration.ofMinutes(5));
        assertThat(until(jobs -> jobs.size() == 1).getFirst().getMetadata().getName())
                .isEqualTo(nameAt(first));
        api.patch(
                Kinds.CRON_JOBS,
                new ObjectKey("n", "hourly"),
                Api.Patch.merge("{\"spec\":{\"concurrencyPolicy\":\"Replace\"}}"));
        var third = nextTime();
        until(jobs ->
                jobs.stream().anyMatch(job -> Meta.name(job).equals(nameAt(third)))
                        && jobs.stream()
                                .filter(job -> !Meta.isTerminating(job))
                                .allMatch(job -> Meta.name(job).equals(nameAt(third))));
    }

    @Test
    void restWhileTheyAreSuspended() throws Exception {
        create("quick", "Allow");
        api.patch(
                Kinds.CRON_JOBS,
                new ObjectKey("n", "hourly"),
                Api.Patch.merge("{\"spec\":{\"suspend\":true}}"));
        until(_ -> informers.of(Kinds.CRON_JOBS).list().stream().anyMatch(this::isSuspended));
        for (int i = 0; i < 3; i++) {
            nextTime();
        }
        assertThat(jobs()).isEmpty();
    }

    private boolean isSuspended(CronJob cron) {
        return Boolean.TRUE.equals(cron.getSpec().getSuspend());
    }
}
