package io.j8s.apiserver.patch;

import io.j8s.apiserver.schema.DecodeException;
import io.j8s.apiserver.schema.FieldValidation;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.YamlCodec;
import io.j8s.machinery.errors.ApiException;

import java.util.List;
import java.util.function.Consumer;

/// The body of an apply patch: YAML, of which JSON is a part (upstream: `applyPatcher`).
///
/// @param object what is applied; not to be changed, an apply may be tried again
/// @param strictErrors duplicate keys; unknown fields are the merge's to refuse, whatever the
///   validation
public record ApplyConfiguration(TreeMap object, List<String> strictErrors) {

    public ApplyConfiguration {
        strictErrors = List.copyOf(strictErrors);
    }

    /// @throws ApiException with upstream's text when the body is no YAML object
    public static ApplyConfiguration read(byte[] body) {
        Object value;
        List<String> strictErrors;
        try {
            value = YamlCodec.readDynamic(body);
            strictErrors = YamlCodec.strictErrors(body);
        } catch (DecodeException e) {
            throw StrategicMerge.badRequest(
                    "error decoding patch: error converting YAML to JSON: " + e.text());
        }
        if (value == Tree.NULL) {
            return new ApplyConfiguration(TreeMap.dynamic(), strictErrors);
        }
        if (!(value instanceof TreeMap map)) {
            throw StrategicMerge.badRequest(
                    "error decoding patch: error unmarshaling JSON: while decoding JSON: json:"
                            + " cannot unmarshal "
                            + kind(value)
                            + " into Go value of type map[string]interface {}");
        }
        return new ApplyConfiguration(map, strictErrors);
    }

    /// Refuses or warns of duplicate keys, after the configuration could be applied.
    public void check(FieldValidation validation, Consumer<String> warn) {
        for (String error : strictErrors) {
            String text = "error converting YAML to JSON: " + error;
            switch (validation) {
                case STRICT ->
                        throw StrategicMerge.badRequest("error strict decoding patch: " + text);
                case WARN -> warn.accept(text);
                case IGNORE -> {}
            }
        }
    }

    private static String kind(Object value) {
        return switch (value) {
            case TreeList _ -> "array";
            case String _ -> "string";
            case Boolean _ -> "bool";
            default -> "number";
        };
    }
}
