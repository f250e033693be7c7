package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.EncodedObject;
import io.j8s.apiserver.chain.Format;
import io.j8s.apiserver.chain.Negotiated;
import io.j8s.apiserver.chain.Negotiated.Form;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.ProtobufCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.YamlCodec;
import io.j8s.machinery.meta.GroupVersionKind;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/// Writes objects and lists in the form that a client takes. The plain form, JSON of the stored
/// version, is made of the cache's bytes; the others go by way of trees. Any thread.
public final class Forms {

    private static final String META = "meta.k8s.io/";
    private static final String META_TYPES = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    private final Schema schema;
    private final TableForm tables;
    private final Compression compression = new Compression();
    private final ProtobufLists protobufLists = new ProtobufLists();

    public Forms(Schema schema, TableForm tables) {
        this.schema = schema;
        this.tables = tables;
    }

    /// How an answer is to look.
    ///
    /// @param includeObject the query parameter of that name, for Tables
    /// @param compressed whether the client takes gzip
    public record Wanted(Negotiated form, String includeObject, boolean compressed, Instant now) {

        boolean isPlain(ServedResource resource) {
            return form.isPlainJson() && resource.isStoredVersion();
        }

        TableForm.Options table(boolean columns) {
            return table(columns, false);
        }

        TableForm.Options listTable() {
            return table(true, true);
        }

        private TableForm.Options table(boolean columns, boolean ofList) {
            return new TableForm.Options(
                    form.formVersion(),
                    includeObject.isEmpty() ? "Metadata" : includeObject,
                    columns,
                    ofList,
                    now);
        }
    }

    /// One object as the body of an answer.
    public byte[] object(ServedResource resource, EncodedObject object, Wanted wanted) {
        if (wanted.isPlain(resource)) {
            byte[] line = new byte[object.size() + 1];
            int[] at = new int[1];
            object.writeTo((bytes, offset, length) -> {
                System.arraycopy(bytes, offset, line, at[0], length);
                at[0] += length;
            });
            line[at[0]] = '\n';
            return line;
        }
        return object(resource, resource.stored().tree(object), wanted);
    }

    /// @param object of the stored version
    public byte[] object(ServedResource resource, Tree object, Wanted wanted) {
        var form = wanted.form();
        return switch (form.form()) {
            case OBJECT -> encode(resource.fromStored(object), resource.gvk(), form);
            case PARTIAL -> encode(partial(object, form), partialKind(form), form);
            case TABLE ->
                    text(
                            tables.table(
                                    resource,
                                    List.of(object),
                                    new ListMeta(
                                            object.string("metadata.resourceVersion", ""),
                                            "",
                                            null),
                                    wanted.table(true)),
                            form);
        };
    }

    /// A list; the plain one is written from the cache's bytes as the connection takes them.
    public Body list(
            ServedResource resource, List<EncodedObject> items, ListMeta meta, Wanted wanted) {
        if (wanted.isPlain(resource)) {
            byte[] head = head(resource, meta);
            var plain = new ListBody(head, items);
            return wanted.compressed() && plain.length() > Compression.BYTES_MIN
                    ? compression.list(Arrays.copyOf(head, head.length - 1), items)
                    : plain;
        }
        if (wanted.form().form() == Form.OBJECT && wanted.form().format() == Format.PROTOBUF) {
            return protobufLists.list(resource, list(resource, meta, List.of(), wanted), items);
        }
        var trees = items.stream().map(resource.stored()::tree).toList();
        return Body.of(list(resource, meta, trees, wanted));
    }

    private byte[] list(ServedResource resource, ListMeta meta, List<Tree> items, Wanted wanted) {
        var form = wanted.form();
        return switch (form.form()) {
            case OBJECT -> {
                var gvk = resource.gvk();
                var kind = new GroupVersionKind(gvk.group(), gvk.version(), gvk.kind() + "List");
                yield encodeList(
                        resource.listType(),
                        kind,
                        meta,
                        items.stream().map(resource::fromStored).toList(),
                        form);
            }
            case PARTIAL ->
                    encodeList(
                            schema.type(META_TYPES + "PartialObjectMetadataList"),
                            GroupVersionKind.of(
                                    META + form.formVersion(), "PartialObjectMetadataList"),
                            meta,
                            items.stream().map(item -> partial(item, form)).toList(),
                            form);
            case TABLE -> text(tables.table(resource, items, meta, wanted.listTable()), form);
        };
    }

    private byte[] encodeList(
            TypeSchema type,
            GroupVersionKind kind,
            ListMeta meta,
            List<Tree> items,
            Negotiated form) {
        var list = new Tree(type);
        list.set("apiVersion", kind.apiVersion());
        list.set("kind", kind.kind());
        var metadata = list.ensure("metadata");
        metadata.set("resourceVersion", meta.resourceVersion());
        if (!meta.continueToken().isEmpty()) {
            metadata.set("continue", meta.continueToken());
        }
        metadata.set("remainingItemCount", meta.remaining());
        var target = list.ensureList("items");
        for (var item : items) {
            var copy = item.copy();
            if (form.form() == Form.OBJECT) {
                // upstream: items of typed lists do not say what they are
                copy.remove("apiVersion").remove("kind");
            }
            target.addValue(copy);
        }
        return encode(list, kind, form);
    }

    private static byte[] head(ServedResource resource, ListMeta meta) {
        return ("{\"kind\":\""
                        + resource.gvk().kind()
                        + "List\",\"apiVersion\":\""
                        + resource.gvk().apiVersion()
                        + "\",\"metadata\":"
                        + meta.toJson()
                        + ",\"items\":[")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static GroupVersionKind partialKind(Negotiated form) {
        return GroupVersionKind.of(META + form.formVersion(), "PartialObjectMetadata");
    }

    private Tree partial(Tree object, Negotiated form) {
        var partial = new Tree(schema.type(META_TYPES + "PartialObjectMetadata"));
        partial.set("apiVersion", META + form.formVersion());
        partial.set("kind", "PartialObjectMetadata");
        var metadata = object.tree("metadata");
        if (metadata != null) {
            partial.set("metadata", metadata.copy());
        }
        return partial;
    }

    /// One event's object, without a newline.
    ///
    /// @param first whether it is the watch's first, which describes a Table's columns
    public byte[] eventObject(
            ServedResource resource, EncodedObject object, Wanted wanted, boolean first) {
        if (wanted.isPlain(resource)) {
            return object.toBytes();
        }
        var tree = resource.stored().tree(object);
        var form = wanted.form();
        return switch (form.form()) {
            case OBJECT -> bare(resource.fromStored(tree), resource.gvk(), form);
            case PARTIAL -> bare(partial(tree, form), partialKind(form), form);
            case TABLE ->
                    tables.table(
                            resource,
                            List.of(tree),
                            new ListMeta(Long.toString(object.resourceVersion()), "", null),
                            wanted.table(first));
        };
    }

    /// A bookmark's object: nothing but its kind and revision.
    ///
    /// @param endOfInitialEvents whether it carries the annotation that clients wait for
    public byte[] bookmark(
            ServedResource resource, long revision, boolean endOfInitialEvents, Wanted wanted) {
        var form = wanted.form();
        boolean isPartial = form.form() == Form.PARTIAL;
        var object =
                new Tree(
                        isPartial
                                ? schema.type(META_TYPES + "PartialObjectMetadata")
                                : resource.type());
        var kind = isPartial ? partialKind(form) : resource.gvk();
        object.set("apiVersion", kind.apiVersion());
        object.set("kind", kind.kind());
        object.set("metadata.resourceVersion", Long.toString(revision));
        if (endOfInitialEvents) {
            object.ensureMap("metadata.annotations").put("k8s.io/initial-events-end", "true");
        }
        return form.form() == Form.TABLE
                ? tables.table(
                        resource,
                        List.of(object),
                        new ListMeta(Long.toString(revision), "", null),
                        wanted.table(false))
                : bare(object, kind, form);
    }

    /// An object for the inside of a watch event.
    public byte[] bare(Tree object, GroupVersionKind kind, Negotiated form) {
        return form.format() == Format.PROTOBUF
                ? ProtobufCodec.write(object, kind)
                : JsonCodec.write(object);
    }

    /// An object as a whole body in the format asked for.
    public byte[] encode(Tree object, GroupVersionKind kind, Negotiated form) {
        return form.format() == Format.PROTOBUF
                ? ProtobufCodec.write(object, kind)
                : text(JsonCodec.write(object), form);
    }

    /// JSON as it was asked for: in one line, indented, or as YAML.
    public byte[] text(byte[] bytes, Negotiated form) {
        return switch (form.format()) {
            case PROTOBUF -> bytes;
            case YAML -> YamlCodec.fromJson(bytes).getBytes(StandardCharsets.UTF_8);
            case JSON -> form.pretty() ? indented(bytes) : withNewline(bytes); // as upstream
        };
    }

    private static byte[] withNewline(byte[] bytes) {
        byte[] line = Arrays.copyOf(bytes, bytes.length + 1);
        line[bytes.length] = '\n';
        return line;
    }

    /// Go's `json.Indent` with two spaces: token texts stay as they are.
    static byte[] indented(byte[] json) {
        var out = new java.io.ByteArrayOutputStream(json.length * 2);
        int depth = 0;
        boolean isText = false;
        for (int i = 0; i < json.length; i++) {
            byte b = json[i];
            if (isText) {
                out.write(b);
                if (b == '\\') {
                    out.write(json[++i]);
                } else if (b == '"') {
                    isText = false;
                }
                continue;
            }
            switch (b) {
                case '"' -> {
                    isText = true;
                    out.write(b);
                }
                case '{', '[' -> {
                    out.write(b);
                    if (json[i + 1] == '}' || json[i + 1] == ']') {
                        out.write(json[++i]);
                    } else {
                        newline(out, ++depth);
                    }
                }
                case '}', ']' -> {
                    newline(out, --depth);
                    out.write(b);
                }
                case ',' -> {
                    out.write(b);
                    newline(out, depth);
                }
                case ':' -> {
                    out.write(b);
                    out.write(' ');
                }
                default -> out.write(b);
            }
        }
        return out.toByteArray();
    }

    private static void newline(java.io.ByteArrayOutputStream out, int depth) {
        out.write('\n');
        for (int i = 0; i < depth; i++) {
            out.write(' ');
            out.write(' ');
        }
    }
}
