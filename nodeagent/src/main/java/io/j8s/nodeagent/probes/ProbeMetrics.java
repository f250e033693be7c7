package io.j8s.nodeagent.probes;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/// Counts what the probes of this node's containers answered. Safe for use by many threads.
public final class ProbeMetrics {

    // the Prometheus client's default buckets
    private static final List<Double> BUCKETS =
            List.of(.005, .01, .025, .05, .1, .25, .5, 1.0, 2.5, 5.0, 10.0);

    private final Map<String, LongAdder> results = new ConcurrentSkipListMap<>();
    private final Map<String, Histogram> durations = new ConcurrentSkipListMap<>();

    /// One answer.
    ///
    /// @param type `Liveness`, `Readiness` or `Startup`
    /// @param result `successful`, `failed` or `unknown`
    void count(Of of, String type, String result, Duration took) {
        var labels =
                "container=\"%s\",namespace=\"%s\",pod=\"%s\""
                        .formatted(of.container(), of.namespace(), of.pod());
        results.computeIfAbsent(
                        "{%s,pod_uid=\"%s\",probe_type=\"%s\",result=\"%s\"}"
                                .formatted(labels, of.podUid(), type, result),
                        _ -> new LongAdder())
                .increment();
        if (result.equals("successful")) {
            durations
                    .computeIfAbsent(
                            labels + ",probe_type=\"%s\"".formatted(type), _ -> new Histogram())
                    .add(took);
        }
    }

    /// The container that is asked.
    record Of(String namespace, String pod, String podUid, String container) {}

    /// A pod that is gone is no longer counted.
    public void forget(String namespace, String pod, String podUid) {
        results.keySet().removeIf(labels -> labels.contains("pod_uid=\"" + podUid + "\""));
        var name = "namespace=\"%s\",pod=\"%s\"".formatted(namespace, pod);
        durations.keySet().removeIf(labels -> labels.contains(name));
    }

    /// In Prometheus' text form.
    public String text() {
        var out = new StringBuilder();
        out.append("# HELP prober_probe_duration_seconds [ALPHA] Duration in seconds for a probe")
                .append(" response.\n# TYPE prober_probe_duration_seconds histogram\n");
        durations.forEach((labels, histogram) -> histogram.write(out, labels));
        out.append("# HELP prober_probe_total [BETA] Cumulative number of a liveness, readiness")
                .append(" or startup probe for a container by result.\n")
                .append("# TYPE prober_probe_total counter\n");
        results.forEach((labels, count) ->
                out.append("prober_probe_total")
                        .append(labels)
                        .append(' ')
                        .append(count.sum())
                        .append('\n'));
        return out.toString();
    }

    private static final class Histogram {

        private final AtomicLongArray counts = new AtomicLongArray(BUCKETS.size() + 1);
        private final LongAdder nanos = new LongAdder();

        void add(Duration took) {
            double seconds = took.toNanos() / 1e9;
            int bucket = 0;
            while (bucket < BUCKETS.size() && seconds > BUCKETS.get(bucket)) {
                bucket++;
            }
            counts.incrementAndGet(bucket);
            nanos.add(took.toNanos());
        }

        void write(StringBuilder out, String labels) {
            long sum = 0;
            for (int i = 0; i <= BUCKETS.size(); i++) {
                sum += counts.get(i);
                var bound = i == BUCKETS.size() ? "+Inf" : trimmed(BUCKETS.get(i));
                out.append(
                        "prober_probe_duration_seconds_bucket{%s,le=\"%s\"} %d\n"
                                .formatted(labels, bound, sum));
            }
            out.append(
                    "prober_probe_duration_seconds_sum{%s} %s\n"
                            .formatted(labels, nanos.sum() / 1e9));
            out.append("prober_probe_duration_seconds_count{%s} %d\n".formatted(labels, sum));
        }

        private static String trimmed(double bound) {
            return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
        }
    }
}
