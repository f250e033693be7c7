package io.j8s.apiserver.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/// JSON kept as its bytes: RawExtension, FieldsV1, JSON, and values whose type nothing states.
/// Immutable: nobody may change the bytes after handing them over.
public final class Raw {

    private final byte[] json;

    private Raw(byte[] json) {
        this.json = json;
    }

    /// @param json valid JSON; it is not copied
    public static Raw of(byte[] json) {
        return new Raw(json);
    }

    public static Raw of(String json) {
        return new Raw(json.getBytes(UTF_8));
    }

    /// The JSON text; not to be changed.
    public byte[] bytes() {
        return json;
    }

    public int length() {
        return json.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Raw raw && Arrays.equals(json, raw.json);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(json);
    }

    @Override
    public String toString() {
        return new String(json, UTF_8);
    }
}
