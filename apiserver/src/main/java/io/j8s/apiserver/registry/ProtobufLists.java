package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.EncodedObject;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.schema.ProtobufCodec;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupVersionKind;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Lists in protobuf, made of the items' messages: each is made once and kept for the next lists,
/// within a bound. Any thread that may compute for a while.
final class ProtobufLists {

    private static final long MESSAGES_BYTES_MAX = 24L << 20;
    private static final int MAGIC = 4; // k8s\0
    private static final byte RAW = 0x12; // Unknown: field 2, bytes
    private static final byte ITEMS = 0x12; // a list's field 2, messages

    private final RecentForms messages = new RecentForms(MESSAGES_BYTES_MAX);

    /// @param empty the list without its items, as the codec writes it
    Body list(ServedResource resource, byte[] empty, List<EncodedObject> items) {
        var envelope = ProtobufCodec.envelope(empty);
        int typeEnd = MAGIC + 2 + empty[MAGIC + 1]; // TypeMeta is shorter than 128 bytes
        var pieces = new ArrayList<byte[]>(items.size() * 2 + 4);
        long rawLength = (long) envelope.to() - envelope.from();
        for (var item : items) {
            // an object's form is kept in the stored version only: others would need a key each
            byte[] message =
                    resource.isStoredVersion()
                            ? messages.get(item, object -> message(resource, object))
                            : message(resource, item);
            byte[] head = head(ITEMS, message.length);
            pieces.add(head);
            pieces.add(message);
            rawLength += head.length + message.length;
        }
        pieces.addFirst(Arrays.copyOfRange(empty, envelope.from(), envelope.to()));
        pieces.addFirst(head(RAW, Math.toIntExact(rawLength)));
        pieces.addFirst(Arrays.copyOf(empty, typeEnd));
        pieces.add(Arrays.copyOfRange(empty, envelope.to(), empty.length));
        return new Compression.Pieces(pieces, false);
    }

    private static byte[] message(ServedResource resource, EncodedObject object) {
        Tree tree = resource.fromStored(resource.stored().tree(object));
        GroupVersionKind kind = resource.gvk();
        byte[] enveloped = ProtobufCodec.write(tree, kind);
        var envelope = ProtobufCodec.envelope(enveloped);
        return Arrays.copyOfRange(enveloped, envelope.from(), envelope.to());
    }

    private static byte[] head(byte tag, int length) {
        var out = new ByteArrayOutputStream(6);
        out.write(tag);
        int rest = length;
        while ((rest & ~0x7f) != 0) {
            out.write((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
        return out.toByteArray();
    }
}
