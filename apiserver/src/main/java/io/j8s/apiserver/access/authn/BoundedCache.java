package io.j8s.apiserver.access.authn;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/// A map of at most a fixed number of entries that forgets what was not used for longest. Safe for
/// use by many threads; every call is short.
public final class BoundedCache<K, V> {

    private final Map<K, V> entries;

    public BoundedCache(int entriesMax) {
        entries =
                new LinkedHashMap<>(16, 0.75f, true) {
                    @Override
                    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                        return size() > entriesMax;
                    }
                };
    }

    public synchronized @Nullable V get(K key) {
        return entries.get(key);
    }

    public synchronized void put(K key, V value) {
        entries.put(key, value);
    }

    public synchronized void remove(K key) {
        entries.remove(key);
    }
}
