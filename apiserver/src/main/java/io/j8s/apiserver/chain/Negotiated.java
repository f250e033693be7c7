package io.j8s.apiserver.chain;

/// What form of an answer a client takes.
///
/// @param formVersion of Table or PartialObjectMetadata: `v1` or `v1beta1`; empty for the object
/// @param pretty whether JSON is indented
/// @param isListForm whether the form named is that of a list
public record Negotiated(
        Format format, Form form, String formVersion, boolean pretty, boolean isListForm) {

    public Negotiated(Format format, Form form, String formVersion, boolean pretty) {
        this(format, form, formVersion, pretty, false);
    }

    /// What is made of the object before it is written.
    public enum Form {
        OBJECT,
        TABLE,
        PARTIAL
    }

    public static final Negotiated JSON = new Negotiated(Format.JSON, Form.OBJECT, "", false);

    public boolean isPlainJson() {
        return format == Format.JSON && form == Form.OBJECT && !pretty;
    }
}
