package io.j8s.apiserver.resources.batch;

import java.time.ZoneId;

/// Which time zones there are: Java's copy of the IANA table stands for the one that upstream's
/// program carries.
final class TimeZones {

    private TimeZones() {}

    /// As Go's `LoadLocation` sees it: no text is UTC, and `Local` is the machine's own.
    static boolean isKnown(String zone) {
        return zone.isEmpty()
                || zone.equals("UTC")
                || zone.equals("Local")
                || ZoneId.getAvailableZoneIds().contains(zone);
    }
}
