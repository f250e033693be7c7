package io.j8s.apiserver.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.schema.FieldSchema.MapType;
import io.j8s.machinery.meta.GroupVersionKind;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/// One struct of the table with its fields in Go's order, or a type with a JSON form of its own
/// (Quantity, Time, …; see [#tag]). Custom resources have one built at run time from their
/// structural schema.
///
/// Built-in types read their rows when they are first used; that is idempotent, so threads may race
/// in it.
public final class TypeSchema implements ValueType.Named {

    static final int TAG_MASK = 0x1f;
    static final int POINTER = 0x20;
    static final int WRITTEN_WHEN_EMPTY = 0x40;
    static final int WRITTEN_WHEN_ABSENT = 0x80;

    private final String name;
    private final int tag;
    private final List<GroupVersionKind> kinds;
    private final MapType mapType;
    private final boolean custom;
    private final boolean preservesUnknown;
    private final Supplier<Rows> source;
    private volatile @Nullable Body body;
    private volatile @Nullable TypeSchema alphabetical;

    /// The rows of a type: its fields with inlined members pulled up, and how those nest in
    /// protobuf.
    record Rows(List<FieldSchema> fields, ProtoLayout layout) {}

    TypeSchema(
            String name,
            int tag,
            List<GroupVersionKind> kinds,
            MapType mapType,
            boolean custom,
            boolean preservesUnknown,
            Supplier<Rows> source) {
        this.name = name;
        this.tag = tag;
        this.kinds = List.copyOf(kinds);
        this.mapType = mapType;
        this.custom = custom;
        this.preservesUnknown = preservesUnknown;
        this.source = source;
    }

    /// A struct of a custom resource. Its trees keep JSON null, take values of any type (validation
    /// by its schema comes later, as upstream) and are written with sorted keys, as upstream writes
    /// unstructured objects.
    ///
    /// @param preservesUnknown unknown fields are kept in [Tree#extras] instead of being dropped
    public static TypeSchema custom(
            String name,
            List<GroupVersionKind> kinds,
            List<FieldSchema> fields,
            MapType mapType,
            boolean preservesUnknown) {
        var sorted = new ArrayList<>(fields);
        sorted.sort(Comparator.comparing(FieldSchema::name));
        return new TypeSchema(
                name,
                STRUCT,
                kinds,
                mapType,
                true,
                preservesUnknown,
                () -> new Rows(sorted, ProtoLayout.NONE));
    }

    /// OpenAPI name, e.g. `io.k8s.api.core.v1.Pod`.
    public String name() {
        return name;
    }

    /// One of [ValueType]'s numbers from `STRUCT` on.
    @Override
    public int tag() {
        return tag;
    }

    public boolean isStruct() {
        return tag == STRUCT;
    }

    /// The kinds whose objects have this type; empty for inner types.
    public List<GroupVersionKind> kinds() {
        return kinds;
    }

    /// `x-kubernetes-map-type` of the struct itself.
    public MapType mapType() {
        return mapType;
    }

    /// Built from a custom resource's schema.
    public boolean isCustom() {
        return custom;
    }

    public boolean preservesUnknown() {
        return preservesUnknown;
    }

    /// Fields in Go's order, which is that of JSON output.
    public List<FieldSchema> fields() {
        return body().list;
    }

    public @Nullable FieldSchema field(String jsonName) {
        int index = index(jsonName);
        return index < 0 ? null : body().fields[index];
    }

    /// A field's place in [#fields] and in a tree's values; -1 when there is none.
    public int index(String jsonName) {
        var b = body();
        int slot = jsonName.hashCode() & b.mask;
        while (true) {
            int at = b.slots[slot];
            if (at == 0) {
                return -1;
            }
            if (b.fields[at - 1].name().equals(jsonName)) {
                return at - 1;
            }
            slot = (slot + 1) & b.mask;
        }
    }

    /// Looks a field up by the UTF-8 bytes of its name; `hash` is [String#hashCode] of ASCII text.
    int index(byte[] data, int from, int to, int hash) {
        var b = body();
        int slot = hash & b.mask;
        while (true) {
            int at = b.slots[slot];
            if (at == 0) {
                return -1;
            }
            byte[] candidate = b.names[at - 1];
            if (Arrays.equals(candidate, 0, candidate.length, data, from, to)) {
                return at - 1;
            }
            slot = (slot + 1) & b.mask;
        }
    }

    FieldSchema field(int index) {
        return body().fields[index];
    }

    FieldSchema[] fieldArray() {
        return body().fields;
    }

    /// `"name":` in UTF-8, for each field.
    byte[][] keys() {
        return body().keys;
    }

    /// For each field its type's number ([#TAG_MASK]) and the flags that writers ask for, in one
    /// array: looking into the fields themselves costs a cache miss each.
    int[] traits() {
        return body().traits;
    }

    /// This struct, or one inside of it that is no pointer, has a default of the table.
    boolean hasDefaultsBelow() {
        if (tag != STRUCT) {
            return false;
        }
        var b = body();
        Boolean found = b.defaultsBelow;
        if (found == null) {
            boolean some = false;
            for (var field : b.fields) {
                some |=
                        field.defaultValue() != null
                                || (!field.pointer()
                                        && field.type() instanceof TypeSchema struct
                                        && struct.hasDefaultsBelow());
            }
            found = some;
            b.defaultsBelow = found;
        }
        return found;
    }

    /// The JSON of an empty struct: what Go writes of it.
    byte[] zeroJson() {
        var b = body();
        byte[] found = b.zeroJson;
        if (found == null) {
            found = JsonWriter.write(new Tree(this));
            b.zeroJson = found;
        }
        return found;
    }

    /// The message of an empty struct.
    byte[] zeroProto() {
        var b = body();
        byte[] found = b.zeroProto;
        if (found == null) {
            found = ProtoWriter.zero(this);
            b.zeroProto = found;
        }
        return found;
    }

    ProtoLayout layout() {
        return body().layout;
    }

    int size() {
        return body().fields.length;
    }

    /// The struct's name in Go, which decoding errors show.
    public String goName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /// The same type with the fields of it and of all structs below in alphabetical order: how
    /// upstream writes the metadata of custom resources.
    public TypeSchema alphabetical() {
        if (tag != STRUCT) {
            return this;
        }
        var found = alphabetical;
        if (found == null) {
            synchronized (this) { // only ever one: trees compare their types by identity
                found = alphabetical;
                if (found == null) {
                    found =
                            new TypeSchema(
                                    name,
                                    tag,
                                    kinds,
                                    mapType,
                                    custom,
                                    preservesUnknown,
                                    this::sortedRows);
                    alphabetical = found;
                }
            }
        }
        return found;
    }

    private Rows sortedRows() {
        var sorted = new ArrayList<FieldSchema>();
        for (var field : fields()) {
            sorted.add(field.withType(alphabetical(field.type())));
        }
        sorted.sort(Comparator.comparing(FieldSchema::name));
        return new Rows(sorted, ProtoLayout.NONE);
    }

    private static ValueType alphabetical(ValueType type) {
        return switch (type) {
            case TypeSchema struct -> struct.alphabetical();
            case ListOf list -> new ListOf(alphabetical(list.element()));
            case MapOf map -> new MapOf(alphabetical(map.value()));
            case Scalar scalar -> scalar;
        };
    }

    /// The schema that a union such as `JSONSchemaPropsOrBool` holds.
    TypeSchema unionSchema() {
        for (var field : body().fields) {
            if (field.type() instanceof TypeSchema schema) {
                return schema;
            }
        }
        throw new IllegalStateException("no union: " + name);
    }

    private Body body() {
        var found = body;
        if (found == null) {
            found = new Body(source.get());
            body = found;
        }
        return found;
    }

    @Override
    public String toString() {
        return name;
    }

    /// What the codecs need of the rows, in arrays. Fields are looked up by open addressing.
    private static final class Body {
        final FieldSchema[] fields;
        final int[] traits;
        final List<FieldSchema> list;
        final byte[][] names;
        final byte[][] keys;
        final int[] slots;
        final int mask;
        final ProtoLayout layout;
        volatile byte @Nullable [] zeroJson;
        volatile @Nullable Boolean defaultsBelow;
        volatile byte @Nullable [] zeroProto;

        Body(Rows rows) {
            list = List.copyOf(rows.fields());
            fields = list.toArray(FieldSchema[]::new);
            layout = rows.layout();
            traits = new int[fields.length];
            names = new byte[fields.length][];
            keys = new byte[fields.length][];
            slots = new int[Integer.highestOneBit(fields.length + 1) * 4];
            mask = slots.length - 1;
            for (int i = 0; i < fields.length; i++) {
                String name = fields[i].name();
                traits[i] = traits(fields[i]);
                names[i] = name.getBytes(UTF_8);
                keys[i] = ('"' + name + "\":").getBytes(UTF_8);
                int slot = hash(names[i]) & mask;
                while (slots[slot] != 0) {
                    slot = (slot + 1) & mask;
                }
                slots[slot] = i + 1;
            }
        }

        private static int traits(FieldSchema field) {
            return field.type().tag()
                    | (JsonWriter.isWrittenWhenEmpty(field) ? WRITTEN_WHEN_EMPTY : 0)
                    | (field.pointer() ? POINTER : 0)
                    | (JsonWriter.isWrittenWhenAbsent(field) ? WRITTEN_WHEN_ABSENT : 0);
        }

        private static int hash(byte[] text) {
            int h = 0;
            for (byte b : text) {
                h = 31 * h + b;
            }
            return h;
        }
    }
}
