package io.j8s.storage.model;

/// One key as it stood at some revision.
///
/// @param createRevision revision of the creation since which the key has existed without a break
/// @param modRevision revision of the last change
/// @param version number of changes since creation; 1 for a new key
/// @param lease id of the attached lease, 0 for none
public record KeyValue(
        Bytes key, Bytes value, long createRevision, long modRevision, long version, long lease) {}
