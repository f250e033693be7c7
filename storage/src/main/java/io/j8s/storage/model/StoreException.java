package io.j8s.storage.model;

/// What a store cannot answer with a result: limits and outages.
public sealed class StoreException extends RuntimeException {

    private StoreException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
        super(message, cause);
    }

    /// A value is larger than [Store#VALUE_BYTES_MAX]; nothing was written.
    public static final class ValueTooLarge extends StoreException {
        public ValueTooLarge(int bytes) {
            // upstream: the text that etcd answers and that the API server passes on
            super("etcdserver: request is too large", null);
            this.bytes = bytes;
        }

        private final int bytes;

        public int bytes() {
            return bytes;
        }
    }

    /// A put names a lease that does not exist; nothing was written.
    public static final class LeaseNotFound extends StoreException {
        public LeaseNotFound(long lease) {
            super("etcdserver: requested lease not found: " + lease, null);
        }
    }

    /// The store is closed or cannot be reached, or a write's outcome is unknown.
    public static final class Unavailable extends StoreException {
        public Unavailable(String message, @org.jspecify.annotations.Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
