package io.j8s.apiserver.chain;

/// How objects are written in bodies.
public enum Format {
    JSON("application", "json"),
    YAML("application", "yaml"),
    PROTOBUF("application", "vnd.kubernetes.protobuf");

    private final String type;
    private final String subtype;

    Format(String type, String subtype) {
        this.type = type;
        this.subtype = subtype;
    }

    String type() {
        return type;
    }

    String subtype() {
        return subtype;
    }

    public String mediaType() {
        return type + "/" + subtype;
    }
}
