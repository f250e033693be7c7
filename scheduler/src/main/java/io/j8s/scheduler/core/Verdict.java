package io.j8s.scheduler.core;

/// What a plugin says of a pod on a node.
public sealed interface Verdict {

    /// Nothing against it.
    enum Fits implements Verdict {
        FITS
    }

    /// It does not fit.
    ///
    /// @param reason upstream's text as it stands in `0/3 nodes are available: 3 <reason>.`
    /// @param preemptionMayHelp false where upstream says UnschedulableAndUnresolvable: removing
    ///   pods from the node would change nothing
    record Rejected(String reason, boolean preemptionMayHelp) implements Verdict {}

    default boolean fits() {
        return this instanceof Fits;
    }
}
