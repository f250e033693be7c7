package io.j8s.machinery.quantity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;

class TimestampsTest {

    private static final long SEED = 42;
    private static final DateTimeFormatter BY_THE_BOOK =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

    @ParameterizedTest
    @CsvSource({
        "2026-01-02T03:04:05.999999999Z, 2026-01-02T03:04:05Z",
        "1969-12-31T23:59:59.5Z,         1969-12-31T23:59:59Z",
        "2024-02-29T00:00:00Z,           2024-02-29T00:00:00Z",
        "0001-01-01T00:00:00Z,           0001-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z,           0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z,           9999-12-31T23:59:59Z",
        "+10000-01-01T00:00:00Z,         +10000-01-01T00:00:00Z",
        "-0001-12-31T23:59:59Z,          -0001-12-31T23:59:59Z"
    })
    void secondsArePrintedAsRfc3339(Instant time, String text) {
        assertThat(Timestamps.print(time)).isEqualTo(text);
    }

    @Test
    void anyTimeIsPrintedAsTheFormatterWould() {
        var random = new Random(SEED);
        for (int i = 0; i < 2000; i++) {
            var time = Instant.ofEpochSecond(random.nextLong(-62_135_596_800L, 253_402_300_800L));
            assertThat(Timestamps.print(time)).isEqualTo(BY_THE_BOOK.format(time));
        }
    }
}
