package io.j8s.apiserver.cache;

/// Where a watch begins.
public sealed interface WatchStart {

    /// Changes after this revision (`resourceVersion=N`).
    record After(long revision) implements WatchStart {}

    /// First an ADDED for each object of the snapshot, then the changes after it.
    ///
    /// @param endMark whether a bookmark with `k8s.io/initial-events-end` follows the first part
    ///   (`sendInitialEvents=true`)
    record WithState(ObjectSnapshot snapshot, boolean endMark) implements WatchStart {}
}
