package io.j8s.nodeagent.dns;

import io.j8s.machinery.timers.Timers;

import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Answers of other servers, kept as long as they say and at most 30 s, refusals too (RFC 2308). Of
/// more than [#ENTRIES_MAX] answers the one unused for longest goes. Guarded by its monitor.
final class AnswerCache {

    private static final int ENTRIES_MAX = 10_000; // upstream: CoreDNS keeps 9,984
    private static final long SECONDS_MAX = 30; // upstream: `cache 30` in the default Corefile
    private static final long NEGATIVE_SECONDS = 5;

    private record Question(Name name, int type) {}

    private static final class Kept {
        private final byte[] wire;
        private final long untilNanos;

        Kept(byte[] wire, long untilNanos) {
            this.wire = wire;
            this.untilNanos = untilNanos;
        }
    }

    private final Timers timers;
    private final Map<Question, Kept> answers =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Question, Kept> eldest) {
                    return size() > ENTRIES_MAX;
                }
            };

    AnswerCache(Timers timers) {
        this.timers = timers;
    }

    synchronized Optional<byte[]> get(Name name, int type) {
        var kept = answers.get(new Question(name, type));
        return kept == null || kept.untilNanos - timers.nanoTime() <= 0
                ? Optional.empty()
                : Optional.of(kept.wire);
    }

    synchronized void put(Name name, int type, Message answer) {
        long seconds = seconds(answer);
        if (seconds > 0) {
            long until = timers.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            answers.put(new Question(name, type), new Kept(answer.toWire(), until));
        }
    }

    synchronized void clear() {
        answers.clear();
    }

    private static long seconds(Message answer) {
        int code = answer.getRcode();
        var records = answer.getSection(Section.ANSWER);
        if (code == Rcode.NXDOMAIN || (code == Rcode.NOERROR && records.isEmpty())) {
            return answer.getSection(Section.AUTHORITY).stream()
                    .filter(SOARecord.class::isInstance)
                    .mapToLong(soa -> Math.min(soa.getTTL(), ((SOARecord) soa).getMinimum()))
                    .map(ttl -> Math.min(ttl, SECONDS_MAX))
                    .findFirst()
                    .orElse(NEGATIVE_SECONDS);
        }
        return code == Rcode.NOERROR
                ? Math.min(SECONDS_MAX, records.stream().mapToLong(Record::getTTL).min().orElse(0))
                : 0;
    }
}
