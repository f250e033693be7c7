package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.HasMetadata;

import org.jspecify.annotations.Nullable;

/// Something changed that pods may have waited for.
///
/// @param before null for something new
/// @param after null for something deleted
public record ClusterChange(Type type, @Nullable HasMetadata before, @Nullable HasMetadata after) {

    /// What changed, as coarse as queueing hints need it.
    public enum Type {
        NODE,
        POD_ADDED,
        POD_UPDATED,
        POD_DELETED,
        CLAIM,
        VOLUME,
        STORAGE_CLASS,
        CSI_NODE,
        NAMESPACE
    }
}
