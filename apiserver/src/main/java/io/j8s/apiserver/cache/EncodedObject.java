package io.j8s.apiserver.cache;

import io.j8s.machinery.meta.ObjectKey;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// One object in canonical JSON, as it stood at one revision, with what selectors look at.
/// Immutable; its arrays are shared by every answer that contains it.
///
/// The resourceVersion is no part of the bytes: it is spliced in when they are written, because the
/// stored value does not contain it and a DELETED event carries the deletion's. Worked example,
/// with `|` at `resourceVersionAt`:
///
///     typeHead  {"kind":"ConfigMap","apiVersion":"v1",
///     body      "metadata":{"name":"a","uid":"u",|"creationTimestamp":"…"},"data":{"k":"v"}}
///     whole     {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","uid":"u","resourceVersion":"7","creationTimestamp":"…"},"data":{"k":"v"}}
///     item      {"metadata":{"name":"a","uid":"u","resourceVersion":"7","creationTimestamp":"…"},"data":{"k":"v"}}
public final class EncodedObject {

    private static final byte[] OPEN = {'{'};
    private static final byte[] VERSION_NAME =
            "\"resourceVersion\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VERSION_END = {'"', ','};

    private final byte[] typeHead;
    private final byte[] body;
    private final int resourceVersionAt;
    private final long resourceVersion;
    private final ObjectKey key;
    private final String uid;
    private final Map<String, String> labels;
    private final List<String> selectable;

    /// @param typeHead e.g. `{"kind":"ConfigMap","apiVersion":"v1",`; share one array for a kind
    /// @param body the rest without resourceVersion, from the first name to the closing brace
    /// @param resourceVersionAt offset in `body`, inside `metadata`, before a further field
    /// @param selectable values for field selectors, in the order that the resource declares
    public EncodedObject(
            byte[] typeHead,
            byte[] body,
            int resourceVersionAt,
            long resourceVersion,
            ObjectKey key,
            String uid,
            Map<String, String> labels,
            List<String> selectable) {
        this.typeHead = typeHead;
        this.body = body;
        this.resourceVersionAt = resourceVersionAt;
        this.resourceVersion = resourceVersion;
        this.key = key;
        this.uid = uid;
        this.labels = Map.copyOf(labels);
        this.selectable = List.copyOf(selectable);
    }

    /// To be read only.
    public byte[] typeHead() {
        return typeHead;
    }

    /// To be read only.
    public byte[] body() {
        return body;
    }

    public int resourceVersionAt() {
        return resourceVersionAt;
    }

    public long resourceVersion() {
        return resourceVersion;
    }

    public ObjectKey key() {
        return key;
    }

    public String uid() {
        return uid;
    }

    public Map<String, String> labels() {
        return labels;
    }

    public List<String> selectable() {
        return selectable;
    }

    /// The same bytes at another resourceVersion, as a DELETED event needs them.
    public EncodedObject at(long otherResourceVersion) {
        return otherResourceVersion == resourceVersion
                ? this
                : new EncodedObject(
                        typeHead,
                        body,
                        resourceVersionAt,
                        otherResourceVersion,
                        key,
                        uid,
                        labels,
                        selectable);
    }

    /// The whole object, with `apiVersion` and `kind`.
    public void writeTo(ByteSink sink) {
        writeTo(sink, resourceVersion);
    }

    /// The whole object with another resourceVersion.
    public void writeTo(ByteSink sink, long otherResourceVersion) {
        sink.write(typeHead);
        writeBody(sink, otherResourceVersion);
    }

    /// Without `apiVersion` and `kind`, as items of built-in lists are written.
    public void writeItemTo(ByteSink sink) {
        sink.write(OPEN);
        writeBody(sink, resourceVersion);
    }

    /// Number of bytes that [#writeTo] writes.
    public int size() {
        return typeHead.length + bodySize(resourceVersion);
    }

    /// Number of bytes that [#writeItemTo] writes.
    public int itemSize() {
        return OPEN.length + bodySize(resourceVersion);
    }

    /// The whole object in an array of its own.
    public byte[] toBytes() {
        byte[] bytes = new byte[size()];
        var position = new int[1];
        writeTo((from, offset, length) -> {
            System.arraycopy(from, offset, bytes, position[0], length);
            position[0] += length;
        });
        return bytes;
    }

    @Override
    public String toString() {
        return new String(toBytes(), StandardCharsets.UTF_8);
    }

    private void writeBody(ByteSink sink, long version) {
        sink.write(body, 0, resourceVersionAt);
        sink.write(VERSION_NAME);
        byte[] digits = Long.toString(version).getBytes(StandardCharsets.ISO_8859_1);
        sink.write(digits);
        sink.write(VERSION_END);
        sink.write(body, resourceVersionAt, body.length - resourceVersionAt);
    }

    private int bodySize(long version) {
        return body.length
                + VERSION_NAME.length
                + Long.toString(version).length()
                + VERSION_END.length;
    }
}
