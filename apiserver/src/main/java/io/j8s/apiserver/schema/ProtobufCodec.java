package io.j8s.apiserver.schema;

import io.j8s.machinery.meta.GroupVersionKind;

/// Protobuf to trees and back, byte for byte what Go's generated code gives. Pure.
public final class ProtobufCodec {

    private static final byte[] MAGIC = {'k', '8', 's', 0};

    private ProtobufCodec() {}

    /// What the envelope of a protobuf body says.
    ///
    /// @param kind may be empty where a client left it out
    /// @param from where the message starts in the body
    /// @param to where it ends
    public record Envelope(GroupVersionKind kind, String contentEncoding, int from, int to) {}

    /// The object as a message in the envelope `k8s\0` + `runtime.Unknown`.
    public static byte[] write(Tree tree, GroupVersionKind kind) {
        var out = new ProtoOutput(2048);
        out.string(4, "");
        out.string(3, "");
        int message = out.mark();
        ProtoWriter.tree(out, tree);
        out.close(2, message);
        int meta = out.mark();
        out.string(2, kind.kind());
        out.string(1, kind.apiVersion());
        out.close(1, meta);
        out.bytes(MAGIC);
        return out.toBytes();
    }

    /// The bare message, as lists hold their items.
    public static byte[] writeMessage(Tree tree) {
        var out = new ProtoOutput(1024);
        ProtoWriter.tree(out, tree);
        return out.toBytes();
    }

    /// Whether bytes start as every protobuf body and stored value does.
    public static boolean isEnveloped(byte[] body) {
        return body.length >= 4
                && body[0] == 'k'
                && body[1] == '8'
                && body[2] == 's'
                && body[3] == 0;
    }

    /// Reads the envelope.
    ///
    /// @throws DecodeException with upstream's message when it is none
    public static Envelope envelope(byte[] body) {
        if (body.length == 0) {
            throw ProtoInput.failure("empty data");
        }
        if (!isEnveloped(body)) {
            throw ProtoInput.failure(
                    "provided data does not appear to be a protobuf message, expected prefix"
                            + " [107 56 115 0]");
        }
        if (body.length == MAGIC.length) {
            throw ProtoInput.failure("empty body");
        }
        return envelopeAfterMagic(new ProtoInput(body, MAGIC.length));
    }

    private static Envelope envelopeAfterMagic(ProtoInput in) {
        String apiVersion = "";
        String kind = "";
        String encoding = "";
        int from = 0;
        int to = 0;
        while (in.at < in.data.length) {
            int tag = in.tag(in.data.length);
            if (tag >>> 3 > 4) {
                in.skip(tag & 7, in.data.length);
                continue;
            }
            ProtoInput.expect(tag & 7, ProtoInput.CHUNK, "Unknown");
            int end = in.chunk(in.data.length);
            switch (tag >>> 3) {
                case 1 -> {
                    while (in.at < end) {
                        int inner = in.tag(end);
                        if (inner >>> 3 > 2) {
                            in.skip(inner & 7, end);
                            continue;
                        }
                        ProtoInput.expect(inner & 7, ProtoInput.CHUNK, "TypeMeta");
                        String text = in.text(in.chunk(end));
                        apiVersion = inner >>> 3 == 1 ? text : apiVersion;
                        kind = inner >>> 3 == 2 ? text : kind;
                    }
                }
                case 2 -> {
                    from = in.at;
                    to = end;
                }
                case 3 -> encoding = in.text(end);
                default -> {}
            }
            in.at = end;
        }
        return new Envelope(GroupVersionKind.of(apiVersion, kind), encoding, from, to);
    }

    /// Reads an enveloped object; its apiVersion and kind come from the envelope.
    ///
    /// @throws DecodeException when the bytes are no such message
    public static Tree read(byte[] body, TypeSchema type) {
        return read(body, envelope(body), type);
    }

    /// Reads the object of an envelope that was read before.
    public static Tree read(byte[] body, Envelope envelope, TypeSchema type) {
        var tree = ProtoReader.read(body, envelope.from(), envelope.to(), type);
        head(tree, "apiVersion", envelope.kind().apiVersion());
        head(tree, "kind", envelope.kind().kind());
        return tree;
    }

    private static void head(Tree tree, String name, String text) {
        int index = tree.type().index(name);
        if (index >= 0 && !text.isEmpty()) {
            tree.setValue(index, text);
        }
    }

    /// Reads a bare message.
    ///
    /// @throws DecodeException when the bytes are no such message
    public static Tree readMessage(byte[] message, TypeSchema type) {
        return ProtoReader.read(message, 0, message.length, type);
    }
}
