package io.j8s.apiserver.schema;

import io.j8s.machinery.meta.GroupVersionKind;

/// Protobuf to trees and back, byte for byte what Go's generated code gives. Pure.
public final class ProtobufCodec {

    private ProtobufCodec() {}

    /// What the envelope of a protobuf body says.
    ///
    /// @param from where the message starts in the body
    /// @param to where it ends
    public record Envelope(GroupVersionKind kind, String contentEncoding, int from, int to) {}

    /// The object as a message in the envelope `k8s\0` + `runtime.Unknown`.
    public static byte[] write(Tree tree, GroupVersionKind kind) {
        var text = "not yet";
        throw new IllegalStateException(text + kind + tree.type());
    }

    /// Reads the envelope.
    ///
    /// @throws DecodeException when it is none
    public static Envelope envelope(byte[] body) {
        var text = "not yet";
        throw new IllegalStateException(text + body.length);
    }

    /// Reads an enveloped object; apiVersion and kind come from the envelope.
    ///
    /// @throws DecodeException when the bytes are no such message
    public static Tree read(byte[] body, TypeSchema type) {
        var text = "not yet";
        throw new IllegalStateException(text + body.length + type);
    }
}
