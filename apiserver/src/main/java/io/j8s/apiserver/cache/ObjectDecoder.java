package io.j8s.apiserver.cache;

import io.j8s.storage.model.KeyValue;

/// Turns a stored record into the form that answers are made of: the schema's streaming transcoder.
/// Called by several threads at once.
@FunctionalInterface
public interface ObjectDecoder {

    /// The object, with `resourceVersion` = the record's modRevision.
    ///
    /// @throws RuntimeException when the record is no object of this resource; it is then logged
    ///   and left out
    EncodedObject decode(KeyValue record);
}
