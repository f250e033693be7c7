package io.j8s.storage.rocks;

import io.j8s.storage.engine.RetentionTrail.Sample;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The names in the meta column family and what stands under them. Pure.
final class Meta {

    static final byte[] FORMAT = name("format");
    static final byte[] REVISION = name("revision");
    static final byte[] COMPACTED = name("compacted");

    /// Physical horizon: the oldest revision that can be read.
    static final byte[] HORIZON = name("horizon");

    /// Revision up to which the trimmer has removed what the horizon lets go.
    static final byte[] TRIMMED = name("trimmed");

    static final byte[] BYTES_WRITTEN = name("bytes-written");
    static final byte[] TRAIL = name("trail");
    static final byte[] LAST_LEASE = name("last-lease");
    static final long FORMAT_VERSION = 1;

    private static final byte[] LEASE = name("lease/");

    private Meta() {}

    static byte[] lease(long id) {
        return ByteBuffer.allocate(LEASE.length + 8).put(LEASE).putLong(id).array();
    }

    static byte[] leasesStart() {
        return LEASE;
    }

    /// The lease's id, or null when the name is no lease's.
    static @Nullable Long leaseId(byte[] name) {
        if (name.length != LEASE.length + 8
                || java.util.Arrays.mismatch(name, 0, LEASE.length, LEASE, 0, LEASE.length) >= 0) {
            return null;
        }
        return ByteBuffer.wrap(name).getLong(LEASE.length);
    }

    static byte[] trail(List<Sample> samples) {
        ByteBuffer out = ByteBuffer.allocate(samples.size() * 24);
        for (Sample sample : samples) {
            out.putLong(sample.epochMillis()).putLong(sample.revision()).putLong(sample.bytes());
        }
        return out.array();
    }

    static List<Sample> trail(byte @Nullable [] bytes) {
        List<Sample> samples = new ArrayList<>();
        if (bytes != null) {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            while (in.hasRemaining()) {
                samples.add(new Sample(in.getLong(), in.getLong(), in.getLong()));
            }
        }
        return samples;
    }

    private static byte[] name(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
