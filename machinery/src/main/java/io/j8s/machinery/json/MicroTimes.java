package io.j8s.machinery.json;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/// The times of leases: UTC, always with six decimals.
final class MicroTimes {

    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(UTC);

    private MicroTimes() {}

    static String text(ZonedDateTime time) {
        return FORM.format(time);
    }

    static ZonedDateTime parse(String text) {
        try {
            return ZonedDateTime.parse(text, FORM);
        } catch (DateTimeException e) {
            throw new UnmodelledException("not a time of six decimals");
        }
    }
}
