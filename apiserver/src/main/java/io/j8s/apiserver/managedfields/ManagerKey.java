package io.j8s.apiserver.managedfields;

import io.j8s.machinery.errors.FieldErrors;

import java.util.Comparator;

/// Which writer an entry of `managedFields` is about. Appliers are one across versions, so theirs
/// has an empty version here (upstream: `BuildManagerIdentifier`).
///
/// @param applied written by apply, not by create, update or patch
/// @param apiVersion empty for appliers
/// @param subresource empty for the main resource
record ManagerKey(String manager, boolean applied, String apiVersion, String subresource)
        implements Comparable<ManagerKey> {

    private static final Comparator<ManagerKey> ORDER =
            Comparator.comparing(ManagerKey::manager)
                    .thenComparing(ManagerKey::applied)
                    .thenComparing(ManagerKey::apiVersion)
                    .thenComparing(ManagerKey::subresource);

    static ManagerKey updater(String manager, String apiVersion, String subresource) {
        return new ManagerKey(named(manager), false, apiVersion, subresource);
    }

    static ManagerKey applier(String manager, String subresource) {
        return new ManagerKey(named(manager), true, "", subresource);
    }

    private static String named(String manager) {
        return manager.isEmpty() ? "unknown" : manager;
    }

    /// As conflicts name it: `"kubectl" with subresource "status" using apps/v1`.
    @Override
    public String toString() {
        var out = new StringBuilder(FieldErrors.quote(manager));
        if (!subresource.isEmpty()) {
            out.append(" with subresource ").append(FieldErrors.quote(subresource));
        }
        if (!applied) {
            out.append(" using ").append(apiVersion);
        }
        return out.toString();
    }

    @Override
    public int compareTo(ManagerKey other) {
        return ORDER.compare(this, other);
    }
}
