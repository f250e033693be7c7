package io.j8s.storage.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Remembers which revision was the newest at which time and after how many written bytes, and
/// answers how far history may be trimmed. Not thread-safe: belongs to the engine's writer.
/// Bounded: samples are at least 1/64 of the time or of the size limit apart.
public final class RetentionTrail {

    private static final int STEPS = 64;

    /// @param bytes all bytes written up to `revision`
    public record Sample(long epochMillis, long revision, long bytes) {}

    private final Retention retention;
    private final Deque<Sample> samples = new ArrayDeque<>();

    public RetentionTrail(Retention retention, List<Sample> samples) {
        this.retention = retention;
        this.samples.addAll(samples);
    }

    /// Whether a sample is due.
    public boolean isDue(long epochMillis, long bytes) {
        Sample last = samples.peekLast();
        return last == null
                || epochMillis - last.epochMillis >= retention.time().toMillis() / STEPS
                || bytes - last.bytes >= retention.bytesMax() / STEPS;
    }

    public void add(Sample sample) {
        samples.add(sample);
    }

    /// The revision up to which the limits let history go: the newest that is old enough or has
    /// enough bytes behind it. Forgets older samples. 0 for none.
    public long expired(long epochMillis, long bytes) {
        long revision = 0;
        while (!samples.isEmpty() && isExpired(samples.peekFirst(), epochMillis, bytes)) {
            revision = samples.removeFirst().revision;
        }
        if (revision != 0) {
            // Stays as the trail's end: the logical horizon may still hold trimming back.
            samples.addFirst(new Sample(0, revision, 0));
        }
        return revision;
    }

    public List<Sample> samples() {
        return List.copyOf(samples);
    }

    private boolean isExpired(Sample sample, long epochMillis, long bytes) {
        return epochMillis - sample.epochMillis >= retention.time().toMillis()
                || bytes - sample.bytes > retention.bytesMax();
    }
}
