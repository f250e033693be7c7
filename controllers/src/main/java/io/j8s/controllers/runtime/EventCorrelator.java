package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Decides whether an event is new, a repetition of a stored one, or spam (upstream:
/// `k8s.io/client-go/tools/record/events_cache.go`): the same text counts up one event; more than
/// ten texts of one reason on one object in ten minutes are combined into one event; an object may
/// have 25 at once and then one in five minutes. Safe for use by many threads; keeps at most
/// [#ENTRIES_MAX] entries of each sort.
final class EventCorrelator {

    sealed interface Verdict {
        record Create(Event event) implements Verdict {}

        record Repeat(Event event) implements Verdict {}

        record Drop() implements Verdict {}
    }

    private static final int ENTRIES_MAX = 4096; // upstream: maxLruCacheEntries
    private static final int SIMILAR_MAX = 10; // upstream: defaultAggregateMaxEvents
    private static final Duration SIMILAR_WINDOW = Duration.ofMinutes(10);
    private static final double SPAM_BURST = 25;
    private static final double SPAM_REFILL_PER_SECOND = 1.0 / 300;
    private static final String COMBINED = "(combined from similar events): ";

    private final Timers timers;
    private final Map<String, Similar> similar = bounded();
    private final Map<String, Event> stored = bounded();
    private final Map<String, Bucket> buckets = bounded();

    private static final class Similar {
        final Set<String> messages = new HashSet<>();
        long lastNanos;
    }

    private static final class Bucket {
        double tokens = SPAM_BURST;
        long atNanos;
    }

    EventCorrelator(Timers timers) {
        this.timers = timers;
    }

    synchronized Verdict correlate(Event event) {
        var combined = combine(event);
        var verdict = observe(combined.event, combined.key);
        return isSpam(event) ? new Verdict.Drop() : verdict;
    }

    private record Combined(Event event, String key) {}

    private Combined combine(Event event) {
        var group = object(event) + '\n' + event.getType() + '\n' + event.getReason();
        var entry = similar.computeIfAbsent(group, _ -> new Similar());
        long now = timers.nanoTime();
        if (!entry.messages.isEmpty() && now - entry.lastNanos > SIMILAR_WINDOW.toNanos()) {
            entry.messages.clear();
        }
        entry.lastNanos = now;
        entry.messages.add(event.getMessage());
        if (entry.messages.size() < SIMILAR_MAX) {
            return new Combined(event, group + '\n' + event.getMessage());
        }
        entry.messages.remove(entry.messages.iterator().next()); // bounded, upstream pops one too
        return new Combined(
                new EventBuilder(event).withMessage(COMBINED + event.getMessage()).build(), group);
    }

    private Verdict observe(Event event, String key) {
        var before = stored.get(key);
        if (before == null) {
            stored.put(key, event);
            return new Verdict.Create(event);
        }
        var repeated =
                new EventBuilder(before)
                        .withCount(before.getCount() + 1)
                        .withLastTimestamp(event.getLastTimestamp())
                        .withMessage(event.getMessage())
                        .build();
        stored.put(key, repeated);
        return new Verdict.Repeat(repeated);
    }

    private boolean isSpam(Event event) {
        var bucket =
                buckets.computeIfAbsent(
                        object(event),
                        _ -> {
                            var fresh = new Bucket();
                            fresh.atNanos = timers.nanoTime();
                            return fresh;
                        });
        long now = timers.nanoTime();
        bucket.tokens =
                Math.min(
                        SPAM_BURST,
                        bucket.tokens + (now - bucket.atNanos) / 1e9 * SPAM_REFILL_PER_SECOND);
        bucket.atNanos = now;
        if (bucket.tokens < 1) {
            return true;
        }
        bucket.tokens--;
        return false;
    }

    private static String object(Event event) {
        var about = event.getInvolvedObject();
        return String.join(
                "\n",
                Meta.orEmpty(about.getKind()),
                Meta.orEmpty(about.getNamespace()),
                Meta.orEmpty(about.getName()),
                Meta.orEmpty(about.getUid()),
                Meta.orEmpty(about.getApiVersion()));
    }

    private static <V> Map<String, V> bounded() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > ENTRIES_MAX;
            }
        };
    }
}
