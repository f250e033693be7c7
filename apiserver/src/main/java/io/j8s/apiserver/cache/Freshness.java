package io.j8s.apiserver.cache;

/// How new an answer has to be: the meaning of `resourceVersion` and `resourceVersionMatch`.
public sealed interface Freshness {

    Freshness ANY = new Any();
    Freshness LATEST = new Latest();

    /// `resourceVersion=0`: whatever is there.
    record Any() implements Freshness {}

    /// `resourceVersion` unset: everything acknowledged before the read began.
    record Latest() implements Freshness {}

    /// `NotOlderThan`; waits, then refuses with `Too large resource version`.
    record AtLeast(long revision) implements Freshness {}

    /// `Exact`, and `continue` tokens: the state at this revision; refused below the logical
    /// horizon.
    record Exactly(long revision) implements Freshness {}

    /// As [Exactly], but down to the physical horizon: `/asof/`.
    record AsOf(long revision) implements Freshness {}
}
