package io.j8s.apiserver.schema;

/// YAML to trees and back, as `sigs.k8s.io/yaml` has it. Pure.
public final class YamlCodec {

    private YamlCodec() {}

    /// Reads the first document as [TreeMap], [TreeList], text, [Num], [Boolean] or [Tree#NULL],
    /// with upstream's rules for what is a number or a boolean.
    ///
    /// @throws DecodeException when the bytes are no YAML
    public static Object readDynamic(byte[] yaml) {
        return YamlReader.read(yaml).value();
    }

    /// What go-yaml's strict mode objects to: at most one text, with every duplicate key and its
    /// line.
    ///
    /// @throws DecodeException when the bytes are no YAML
    public static java.util.List<String> strictErrors(byte[] yaml) {
        return YamlReader.read(yaml).errors();
    }

    /// The first document as JSON.
    ///
    /// @throws DecodeException when the bytes are no YAML
    public static byte[] toJson(byte[] yaml) {
        return JsonCodec.writeValue(YamlReader.read(yaml).value());
    }

    /// An object as upstream answers `Accept: application/yaml`: keys sorted, lists not indented.
    public static String write(Tree tree) {
        return fromJson(JsonCodec.write(tree));
    }

    /// JSON as YAML (upstream: `JSONToYAML`).
    public static String fromJson(byte[] json) {
        return YamlWriter.write(JsonReader.readDynamic(json));
    }
}
