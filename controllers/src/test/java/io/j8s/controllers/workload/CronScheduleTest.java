package io.j8s.controllers.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

class CronScheduleTest {

    @ParameterizedTest
    @CsvSource({
        "*/5 * * * *, 2030-01-01T00:01:10Z, 2030-01-01T00:05:00Z",
        "0 9 * * mon-fri, 2030-01-05T00:00:00Z, 2030-01-07T09:00:00Z",
        "0 0 31 * *, 2030-02-01T00:00:00Z, 2030-03-31T00:00:00Z",
        "0 0 13 * 5, 2030-01-01T00:00:00Z, 2030-01-04T00:00:00Z",
        // a star with a step restricts the day as a list does: either one is enough
        "0 0 */10 * 3, 2030-01-05T00:00:00Z, 2030-01-09T00:00:00Z",
        "0 0 */1 * 3, 2030-01-05T00:00:00Z, 2030-01-09T00:00:00Z",
        "15 3 1 jan *, 2030-01-01T03:15:00Z, 2031-01-01T03:15:00Z",
        "@hourly, 2030-01-01T00:00:00Z, 2030-01-01T01:00:00Z",
        "@every 90s, 2030-01-01T00:00:00Z, 2030-01-01T00:01:30Z",
        "0 0 29 2 *, 2030-01-01T00:00:00Z, 2032-02-29T00:00:00Z"
    })
    void findsTheNextTime(String schedule, Instant after, Instant next) {
        assertThat(CronSchedule.parse(schedule).next(after, ZoneOffset.UTC)).hasValue(next);
    }

    @Test
    void readsTimesInTheirZone() {
        assertThat(
                        CronSchedule.parse("30 8 * * *")
                                .next(
                                        Instant.parse("2030-07-01T00:00:00Z"),
                                        ZoneId.of("America/New_York")))
                .hasValue(Instant.parse("2030-07-01T12:30:00Z"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* * * * | expected exactly 5 fields, found 4: [* * * *]",
                "61 * * * * | end of range (61) above maximum (59): 61",
                "5-1 * * * * | beginning of range (5) beyond end of range (1): 5-1",
                "*/0 * * * * | step of range should be a positive number: */0",
                "@often | unrecognized descriptor: @often"
            })
    void saysWhatIsWrong(String schedule, String message) {
        assertThatThrownBy(() -> CronSchedule.parse(schedule)).hasMessage(message);
    }
}
