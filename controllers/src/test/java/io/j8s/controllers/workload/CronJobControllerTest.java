package io.j8s.controllers.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;
import java.time.ZoneOffset;

class CronJobControllerTest {

    private static CronJob cron(String schedule, String last, @Nullable Long deadline) {
        return new CronJobBuilder()
                .withNewMetadata()
                .withNamespace("n")
                .withName("tick")
                .withCreationTimestamp(last)
                .endMetadata()
                .withNewSpec()
                .withSchedule(schedule)
                .withStartingDeadlineSeconds(deadline)
                .endSpec()
                .build();
    }

    private static CronJobController.Due due(String schedule, String last, String now) {
        return CronJobController.due(
                        cron(schedule, last, null),
                        CronSchedule.parse(schedule),
                        ZoneOffset.UTC,
                        Instant.parse(now),
                        true)
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "0 * * * *, 2030-01-04T00:10:00Z, 2030-01-04T00:59:59Z, , 0",
        "0 * * * *, 2030-01-04T00:10:00Z, 2030-01-04T01:00:00Z, 2030-01-04T01:00:00Z, 0",
        "0 * * * *, 2030-01-04T00:10:00Z, 2030-01-04T05:20:00Z, 2030-01-04T05:00:00Z, 5",
        "* * * * *, 2030-01-04T00:00:00Z, 2030-01-04T01:40:30Z, 2030-01-04T01:40:00Z, 100",
        "* * * * *, 2030-01-04T00:00:00Z, 2030-01-04T01:41:30Z, 2030-01-04T01:41:00Z, 101",
        // counted from the last time, whenever somebody looks
        "@every 1h, 2030-01-04T00:10:00Z, 2030-01-04T05:20:00Z, 2030-01-04T05:10:00Z, 5",
        // upstream's guess goes by the first interval, and misses what came before the pause
        "30 6-16/4 * * 1-5, 2030-01-04T00:00:00Z, 2030-01-05T12:00:00Z, , 8"
    })
    void findsTheNewestTimeThatWasMissed(
            String schedule, String last, String now, @Nullable Instant at, long missed) {
        var due = due(schedule, last, now);
        assertThat(due.at()).isEqualTo(at);
        assertThat(due.missed()).isEqualTo(missed);
    }

    @Test
    void countsNothingBeforeTheDeadline() {
        var schedule = CronSchedule.parse("0 * * * *");
        var cron = cron("0 * * * *", "2030-01-04T00:10:00Z", 600L);
        var now = Instant.parse("2030-01-04T05:20:00Z");
        assertThat(CronJobController.due(cron, schedule, ZoneOffset.UTC, now, true))
                .hasValueSatisfying(due -> assertThat(due.at()).isNull());
        assertThat(CronJobController.due(cron, schedule, ZoneOffset.UTC, now, false))
                .hasValueSatisfying(due -> assertThat(due.at()).isEqualTo("2030-01-04T05:00:00Z"));
    }

    @Test
    void tellsSchedulesThatNameNoTime() {
        assertThat(
                        CronJobController.due(
                                cron("0 0 31 2 *", "2030-01-04T00:10:00Z", null),
                                CronSchedule.parse("0 0 31 2 *"),
                                ZoneOffset.UTC,
                                Instant.parse("2030-01-04T05:20:00Z"),
                                true))
                .isEmpty();
    }
}
