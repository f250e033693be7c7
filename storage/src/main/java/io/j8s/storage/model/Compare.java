package io.j8s.storage.model;

/// One condition of a transaction on a key's present state. An absent key has version,
/// createRevision and modRevision 0; a compare of its value or lease fails unless stated.
public sealed interface Compare {

    Bytes key();

    /// How the stored number relates to the given one.
    enum Relation {
        EQUAL,
        NOT_EQUAL,
        LESS,
        GREATER
    }

    record Version(Bytes key, Relation relation, long version) implements Compare {}

    record CreateRevision(Bytes key, Relation relation, long revision) implements Compare {}

    record ModRevision(Bytes key, Relation relation, long revision) implements Compare {}

    record Lease(Bytes key, Relation relation, long lease) implements Compare {}

    /// `LESS` and `GREATER` compare by unsigned bytes. An absent key fails every relation.
    record Value(Bytes key, Relation relation, Bytes value) implements Compare {}

    /// The key must not exist: the condition of a create.
    static Compare absent(Bytes key) {
        return new ModRevision(key, Relation.EQUAL, 0);
    }

    /// The key must be unchanged since `modRevision`: the condition of an update or delete.
    static Compare unchanged(Bytes key, long modRevision) {
        return new ModRevision(key, Relation.EQUAL, modRevision);
    }
}
