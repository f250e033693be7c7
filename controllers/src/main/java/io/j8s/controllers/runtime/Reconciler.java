package io.j8s.controllers.runtime;

/// Brings what a key names to its wanted state. Never called twice at a time for one key.
@FunctionalInterface
public interface Reconciler<K> {
    Outcome reconcile(K key) throws InterruptedException;
}
