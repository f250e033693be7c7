package io.j8s.apiserver.registry;

import io.j8s.apiserver.registry.ResourceStrategy.Propagation;

import org.jspecify.annotations.Nullable;

/// `v1.DeleteOptions`, from the body or the query of a delete.
///
/// @param gracePeriodSeconds null when not given
/// @param orphanDependents the old form of `propagationPolicy`; null when not given
/// @param propagation null when not given
/// @param uid a precondition; null for none
/// @param resourceVersion a precondition; null for none
/// @param isUnsafe `ignoreStoreReadErrorWithClusterBreakingPotential`: only what cannot be read
public record DeleteOptions(
        @Nullable Long gracePeriodSeconds,
        @Nullable Boolean orphanDependents,
        @Nullable Propagation propagation,
        @Nullable String uid,
        @Nullable String resourceVersion,
        boolean dryRun,
        boolean isUnsafe) {

    public static final DeleteOptions NONE =
            new DeleteOptions(null, null, null, null, null, false, false);

    /// The same deletion of exactly this version.
    public DeleteOptions of(String version) {
        return new DeleteOptions(
                gracePeriodSeconds, orphanDependents, propagation, uid, version, dryRun, isUnsafe);
    }

    /// Negative values are one second, as upstream.
    long graceOr(long otherwise) {
        return gracePeriodSeconds == null
                ? otherwise
                : gracePeriodSeconds < 0 ? 1 : gracePeriodSeconds;
    }
}
