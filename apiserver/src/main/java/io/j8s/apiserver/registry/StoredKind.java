package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.EncodedObject;
import io.j8s.apiserver.cache.StoredResource;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.ProtobufCodec;
import io.j8s.apiserver.schema.StorageTable;
import io.j8s.apiserver.schema.TableDefaults;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.TypedView;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.KeyValue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One resource as it lies in the store: where, in which version and encoding, by which rules.
/// Immutable; any thread.
public final class StoredKind {

    private static final byte[] VERSION_MARK =
            "\"resourceVersion\":\"0\",".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] METADATA = "\"metadata\":".getBytes(StandardCharsets.US_ASCII);

    private final StoredResource location;
    private final StorageTable.Encoding encoding;
    private final TypeSchema type;
    private final GroupVersionKind gvk;
    private final ResourceStrategy<?> strategy;
    private final boolean hasSpec;
    private final boolean hasStatus;
    private final byte[] typeHead;

    /// @param gvk the stored version
    public StoredKind(
            StorageTable.Entry entry,
            TypeSchema type,
            GroupVersionKind gvk,
            ResourceStrategy<?> strategy) {
        this.location =
                new StoredResource(
                        new GroupResource(gvk.group(), entry.resource()),
                        entry.prefix(),
                        entry.namespaced());
        this.encoding = entry.encoding();
        this.type = type;
        this.gvk = gvk;
        this.strategy = strategy;
        this.hasSpec = isStruct(type, "spec");
        this.hasStatus = isStruct(type, "status");
        this.typeHead =
                ("{\"kind\":\"" + gvk.kind() + "\",\"apiVersion\":\"" + gvk.apiVersion() + "\",")
                        .getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isStruct(TypeSchema type, String field) {
        var schema = type.field(field);
        return schema != null && schema.struct() != null;
    }

    public StoredResource location() {
        return location;
    }

    public GroupResource resource() {
        return location.resource();
    }

    public TypeSchema type() {
        return type;
    }

    public GroupVersionKind gvk() {
        return gvk;
    }

    public ResourceStrategy<?> strategy() {
        return strategy;
    }

    public boolean namespaced() {
        return location.namespaced();
    }

    public boolean hasSpec() {
        return hasSpec;
    }

    public boolean hasStatus() {
        return hasStatus;
    }

    public ObjectKey key(Tree object) {
        return new ObjectKey(
                namespaced() ? object.string("metadata.namespace", "") : "",
                object.string("metadata.name", ""));
    }

    /// Defaults of the table and of the kind; idempotent.
    public void applyDefaults(Tree object) {
        complete(object);
        TableDefaults.apply(object);
        strategy.applyDefaults(object);
    }

    /// Makes what rules may rely on, and says what it is.
    public void complete(Tree object) {
        object.set("apiVersion", gvk.apiVersion());
        object.set("kind", gvk.kind());
        object.ensure("metadata");
        if (hasSpec) {
            object.ensure("spec");
        }
        if (hasStatus) {
            object.ensure("status");
        }
    }

    /// What is written to the store: without the revision, which the store knows itself.
    public Bytes encode(Tree object) {
        Object version = object.get("metadata.resourceVersion");
        Object link = object.get("metadata.selfLink");
        object.remove("metadata.resourceVersion");
        object.remove("metadata.selfLink");
        try {
            return Bytes.wrap(
                    switch (encoding) {
                        case PROTOBUF -> ProtobufCodec.write(object, gvk);
                        case JSON -> withNewline(JsonCodec.write(object));
                    });
        } finally {
            object.set("metadata.resourceVersion", version);
            object.set("metadata.selfLink", link);
        }
    }

    private static byte[] withNewline(byte[] json) {
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }

    /// The object as the rules see it, with the record's revision.
    public Tree decode(KeyValue record) {
        var object = read(record.value().array());
        applyDefaults(object);
        object.set("metadata.resourceVersion", Long.toString(record.modRevision()));
        return object;
    }

    private Tree read(byte[] bytes) {
        // whatever the table says today: a store may hold what an older server wrote
        return isProtobuf(bytes)
                ? ProtobufCodec.read(bytes, type)
                : JsonCodec.read(bytes, type).tree();
    }

    private static boolean isProtobuf(byte[] bytes) {
        return bytes.length > 4
                && bytes[0] == 'k'
                && bytes[1] == '8'
                && bytes[2] == 's'
                && bytes[3] == 0;
    }

    /// The object as reads answer with it.
    public EncodedObject encoded(KeyValue record) {
        return encoded(decode(record), record.modRevision());
    }

    /// @param object complete and of the stored version; left as it was
    public EncodedObject encoded(Tree object, long revision) {
        Object version = object.get("metadata.resourceVersion");
        object.set("metadata.resourceVersion", "0");
        byte[] json = JsonCodec.write(object);
        object.set("metadata.resourceVersion", version);
        int head = indexOf(json, METADATA, 0);
        int mark = indexOf(json, VERSION_MARK, Math.max(head, 0));
        if (head < 0 || mark < 0) {
            throw new IllegalStateException("no place for a resourceVersion in " + object);
        }
        byte[] body = new byte[json.length - head - VERSION_MARK.length];
        System.arraycopy(json, head, body, 0, mark - head);
        int rest = mark + VERSION_MARK.length;
        System.arraycopy(json, rest, body, mark - head, json.length - rest);
        return new EncodedObject(
                typeHead,
                body,
                mark - head,
                revision,
                key(object),
                object.string("metadata.uid", ""),
                object.stringMap("metadata.labels"),
                selectable(object));
    }

    private List<String> selectable(Tree object) {
        var values = new ArrayList<String>(strategy.selectableFields().size());
        for (var field : strategy.selectableFields()) {
            values.add(field.value().apply(object));
        }
        return values;
    }

    private static int indexOf(byte[] bytes, byte[] wanted, int from) {
        for (int i = from; i <= bytes.length - wanted.length; i++) {
            if (bytes[i] == wanted[0]
                    && Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }

    /// The tree of an object that a cache holds.
    public Tree tree(EncodedObject object) {
        return JsonCodec.read(object.toBytes(), type).tree();
    }

    /// fabric8's read-only view, for columns.
    public <T> T view(Tree object, Class<T> view) {
        return TypedView.read(object, view);
    }
}
