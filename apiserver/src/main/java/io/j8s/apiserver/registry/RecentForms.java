package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.EncodedObject;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/// Keeps a costly form of objects, such as their compressed bytes, within a bound of bytes. Two
/// generations stand for recency: what was used since the last turn survives the next. An
/// [EncodedObject] never changes and is known by identity. Any thread.
final class RecentForms {

    private static final int ENTRY_BYTES = 64; // of the map, roughly

    private final long generationBytesMax;
    private Map<EncodedObject, byte[]> young = new HashMap<>();
    private Map<EncodedObject, byte[]> old = Map.of();
    private long youngBytes;

    RecentForms(long bytesMax) {
        this.generationBytesMax = bytesMax / 2;
    }

    byte[] get(EncodedObject object, Function<EncodedObject, byte[]> make) {
        synchronized (this) {
            byte[] found = young.get(object);
            if (found == null) {
                found = old.get(object);
                if (found != null) {
                    keep(object, found);
                }
            }
            if (found != null) {
                return found;
            }
        }
        byte[] made = make.apply(object); // outside of the lock: two may make the same
        synchronized (this) {
            keep(object, made);
        }
        return made;
    }

    private void keep(EncodedObject object, byte[] form) {
        if (youngBytes > generationBytesMax) {
            old = young;
            young = new HashMap<>();
            youngBytes = 0;
        }
        if (young.put(object, form) == null) {
            youngBytes += form.length + ENTRY_BYTES;
        }
    }
}
