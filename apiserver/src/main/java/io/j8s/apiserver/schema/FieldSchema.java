package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// One JSON field of a struct: a row of the table. Members of inlined structs stand in their
/// parent, as they do in JSON.
///
/// @param name the JSON name
/// @param type what the value is
/// @param proto protobuf number in the message that declares it; 0 when it is in no message
/// @param pointer a pointer in Go: nil is not its zero value
/// @param omitEmpty left out of JSON at its zero value (Go's `omitempty`)
/// @param omitZero left out of JSON when the struct is zero (Go's `omitzero`)
/// @param required OpenAPI says that it must be there
/// @param defaultValue the default that the table states, as a tree value; null without one
/// @param enumValues the values OpenAPI allows; empty when it does not say
/// @param format OpenAPI format where the type does not imply it; may be empty
/// @param patchStrategy upstream's text: empty, `merge`, `replace`, `retainKeys` or
///   `merge,retainKeys`
/// @param patchMergeKey the key by which strategic merge patch merges a list; may be empty
/// @param listType how server-side apply merges the list
/// @param listKeys keys of a [ListType#MAP]
/// @param mapType how server-side apply merges the map or struct
/// @param declaringType name of the type that declares it: the key of its description
/// @param goType name of the Go type where it does not follow from `type`; decoding errors show it
/// @param embedding the embedded Go structs on the way to it, e.g. `VolumeSource.`; decoding errors
///   show them
public record FieldSchema(
        String name,
        ValueType type,
        int proto,
        boolean pointer,
        boolean omitEmpty,
        boolean omitZero,
        boolean required,
        @Nullable Object defaultValue,
        List<String> enumValues,
        String format,
        String patchStrategy,
        String patchMergeKey,
        ListType listType,
        List<String> listKeys,
        MapType mapType,
        String declaringType,
        String goType,
        String embedding) {

    /// `x-kubernetes-list-type`; a list that states none is atomic.
    public enum ListType {
        UNSTATED,
        ATOMIC,
        SET,
        MAP
    }

    /// `x-kubernetes-map-type`; a map or struct that states none is granular.
    public enum MapType {
        UNSTATED,
        ATOMIC,
        GRANULAR
    }

    public FieldSchema {
        enumValues = List.copyOf(enumValues);
        listKeys = List.copyOf(listKeys);
    }

    /// A plain optional field, as schemas built at run time have them.
    public static FieldSchema of(String name, ValueType type) {
        return new FieldSchema(
                name,
                type,
                0,
                true,
                true,
                false,
                false,
                null,
                List.of(),
                "",
                "",
                "",
                ListType.UNSTATED,
                List.of(),
                MapType.UNSTATED,
                "",
                "",
                "");
    }

    public FieldSchema withDefault(@Nullable Object value) {
        return new FieldSchema(
                name,
                type,
                proto,
                pointer,
                omitEmpty,
                omitZero,
                required,
                value,
                enumValues,
                format,
                patchStrategy,
                patchMergeKey,
                listType,
                listKeys,
                mapType,
                declaringType,
                goType,
                embedding);
    }

    /// The field as it stands in a struct that inlines its own.
    FieldSchema inlined(String goStruct) {
        return new FieldSchema(
                name,
                type,
                proto,
                pointer,
                omitEmpty,
                omitZero,
                required,
                defaultValue,
                enumValues,
                format,
                patchStrategy,
                patchMergeKey,
                listType,
                listKeys,
                mapType,
                declaringType,
                goType,
                goStruct + "." + embedding);
    }

    public FieldSchema withType(ValueType other) {
        return new FieldSchema(
                name,
                other,
                proto,
                pointer,
                omitEmpty,
                omitZero,
                required,
                defaultValue,
                enumValues,
                format,
                patchStrategy,
                patchMergeKey,
                listType,
                listKeys,
                mapType,
                declaringType,
                goType,
                embedding);
    }

    public FieldSchema withMerge(ListType list, List<String> keys, MapType map) {
        return new FieldSchema(
                name,
                type,
                proto,
                pointer,
                omitEmpty,
                omitZero,
                required,
                defaultValue,
                enumValues,
                format,
                patchStrategy,
                patchMergeKey,
                list,
                keys,
                map,
                declaringType,
                goType,
                embedding);
    }

    /// The list, map or struct behind this field as a struct; null when it holds none.
    public @Nullable TypeSchema struct() {
        return struct(type);
    }

    private static @Nullable TypeSchema struct(ValueType type) {
        return switch (type) {
            case TypeSchema struct -> struct;
            case ValueType.ListOf list -> struct(list.element());
            case ValueType.MapOf map -> struct(map.value());
            case ValueType.Scalar _ -> null;
        };
    }

    /// Strategic merge patch merges this list or map instead of replacing it.
    public boolean mergeOnPatch() {
        return patchStrategy.contains("merge");
    }

    public boolean retainKeysOnPatch() {
        return patchStrategy.contains("retainKeys");
    }
}
