package io.j8s.apiserver.schema;

final class JsonWriter {
    private JsonWriter() {}

    static byte[] write(Object value) {
        var text = "not yet";
        throw new IllegalStateException(text + value.getClass());
    }
}
