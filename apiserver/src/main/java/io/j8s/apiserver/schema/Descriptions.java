package io.j8s.apiserver.schema;

/// What types and fields are for, in the words of OpenAPI and `kubectl explain`. The build makes
/// the texts from fabric8's published sources; without them every text is empty. Immutable.
public final class Descriptions {

    private final TreeMap texts;

    private Descriptions(TreeMap texts) {
        this.texts = texts;
    }

    static Descriptions parse(byte[] json) {
        return new Descriptions(
                json.length == 0 ? TreeMap.dynamic() : (TreeMap) JsonReader.readDynamic(json));
    }

    /// @param typeName OpenAPI name
    /// @return empty when nothing is known
    public String ofType(String typeName) {
        return text(typeName, "");
    }

    /// A field's text; where the sources give none of its own, that of the struct it holds.
    public String ofField(FieldSchema field) {
        String own = text(field.declaringType(), field.name());
        var struct = field.struct();
        return own.isEmpty() && struct != null ? ofType(struct.name()) : own;
    }

    private String text(String typeName, String field) {
        var fields = texts.map(typeName);
        return fields == null ? "" : fields.string(field, "");
    }
}
