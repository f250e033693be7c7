package io.j8s.apiserver.patch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.schema.BodyDecoder;
import io.j8s.apiserver.schema.DecodeException;
import io.j8s.apiserver.schema.Decoded;
import io.j8s.apiserver.schema.FieldSchema.MapType;
import io.j8s.apiserver.schema.FieldValidation;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupVersionKind;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Applies a patch body to an object, with upstream's refusals (upstream: `jsonPatcher` and
/// `smpPatcher` in `k8s.io/apiserver/pkg/endpoints/handlers`). Pure; apply patches are
/// [io.j8s.apiserver.managedfields.FieldManagement]'s.
public final class Patches {

    private static final int OPERATIONS_MAX = 10_000; // upstream: maxJSONPatchOperations

    private static final Set<String> OPERATION_FIELDS = Set.of("op", "path", "from", "value");

    /// Any JSON object, read with its duplicate fields reported.
    private static final TypeSchema OPEN =
            TypeSchema.custom("patch", List.of(), List.of(), MapType.UNSTATED, true);

    /// By content type.
    public enum Kind {
        /// `application/json-patch+json`
        JSON,
        /// `application/merge-patch+json`
        MERGE,
        /// `application/strategic-merge-patch+json`
        STRATEGIC_MERGE
    }

    /// @param object the patched object; the table's defaults are not applied yet
    /// @param warnings texts for `Warning` headers, when validation is `Warn`
    public record Patched(Tree object, List<String> warnings) {
        public Patched {
            warnings = List.copyOf(warnings);
        }
    }

    private Patches() {}

    /// @param current the object in the request's version; it is not changed
    /// @throws ApiException with upstream's code and text
    public static Patched apply(Kind kind, Tree current, byte[] patch, FieldValidation validation) {
        return switch (kind) {
            case JSON -> json(current, patch, validation);
            case MERGE -> merge(current, patch, validation);
            case STRATEGIC_MERGE -> strategic(current, patch, validation);
        };
    }

    private static Patched json(Tree current, byte[] patch, FieldValidation validation) {
        boolean strict = validation != FieldValidation.IGNORE;
        String goType = strict ? "[]handlers.jsonPatchOp" : "jsonpatch.Patch";
        String prefix = strict ? "error decoding patch: " : "";
        TreeList operations = list(dynamic(patch, prefix), prefix, goType);
        var strictErrors = strict ? unknownFields(operations) : List.<String>of();
        if (operations.size() > OPERATIONS_MAX) {
            throw new ApiException(
                    new ApiError.RequestEntityTooLarge(
                            "The allowed maximum operations in a JSON patch is %d, got %d"
                                    .formatted(OPERATIONS_MAX, operations.size())));
        }
        Object patched;
        try {
            patched = JsonPatch.apply(JsonCodec.readDynamic(JsonCodec.write(current)), operations);
        } catch (JsonPatch.JsonPatchException _) {
            throw new ApiException(new ApiError.Unprocessable());
        }
        byte[] bytes = JsonCodec.writeValue(patched);
        return decode(bytes, current, strictErrors, validation);
    }

    private static Patched merge(Tree current, byte[] patch, FieldValidation validation) {
        if (validation == FieldValidation.IGNORE) {
            return lenientMerge(current, patch);
        }
        var sent = openObject(patch, "error decoding patch: ");
        if (sent.isNull) {
            throw StrategicMerge.badRequest("Invalid JSON Patch");
        }
        var document = (TreeMap) JsonCodec.readDynamic(JsonCodec.write(current));
        MergePatch.apply(document, sent.map);
        byte[] bytes = JsonCodec.writeValue(document);
        return decode(bytes, current, sent.strictErrors, validation);
    }

    /// Upstream takes a list as the patched document, which then is no object of the kind.
    private static Patched lenientMerge(Tree current, byte[] patch) {
        Object sent;
        try {
            sent = JsonCodec.readDynamic(patch);
        } catch (DecodeException _) {
            throw StrategicMerge.badRequest("Invalid JSON Patch");
        }
        Object patched;
        if (sent instanceof TreeMap map) {
            var document = (TreeMap) JsonCodec.readDynamic(JsonCodec.write(current));
            MergePatch.apply(document, map);
            patched = document;
        } else if (sent instanceof TreeList list) {
            patched = list;
        } else {
            throw StrategicMerge.badRequest("Invalid JSON Patch");
        }
        byte[] bytes = JsonCodec.writeValue(patched);
        return decode(bytes, current, List.of(), FieldValidation.IGNORE);
    }

    private static Patched strategic(Tree current, byte[] patch, FieldValidation validation) {
        if (current.type().isCustom()) {
            throw StrategicMerge.badRequest("strategic merge patch format is not supported");
        }
        var sent = openObject(patch, "");
        var document = (TreeMap) JsonCodec.readDynamic(JsonCodec.write(current));
        var merged = StrategicMerge.apply(document, sent.map, current.type());
        String problem = GoConversion.problem(current.type(), merged);
        if (problem != null) {
            throw invalid(GoPrinted.plain(sent.map), problem);
        }
        return decode(
                JsonCodec.writeValue(merged),
                current.type(),
                GoPrinted.plain(sent.map),
                sent.strictErrors,
                validation);
    }

    /// What upstream reads back from bytes must still be of its kind.
    private static Patched decode(
            byte[] patched, Tree current, List<String> patchErrors, FieldValidation validation) {
        String shown = new String(patched, UTF_8);
        try {
            BodyDecoder.requireSameKind(
                    patched,
                    GroupVersionKind.of(
                            current.string("apiVersion", ""), current.string("kind", "")));
        } catch (DecodeException e) {
            throw invalid(shown, e.text());
        }
        return decode(patched, current.type(), shown, patchErrors, validation);
    }

    private static Patched decode(
            byte[] patched,
            TypeSchema type,
            String shown,
            List<String> patchErrors,
            FieldValidation validation) {
        Decoded decoded;
        try {
            decoded = JsonCodec.read(patched, type);
        } catch (DecodeException e) {
            throw invalid(shown, e.text());
        }
        if (validation == FieldValidation.IGNORE) {
            return new Patched(decoded.tree(), List.of());
        }
        var errors = new ArrayList<>(patchErrors);
        decoded.strictErrors().stream().filter(e -> !errors.contains(e)).forEach(errors::add);
        if (validation == FieldValidation.STRICT && !errors.isEmpty()) {
            throw invalid(shown, "strict decoding error: " + String.join(", ", errors));
        }
        return new Patched(decoded.tree(), errors);
    }

    /// Upstream's `Invalid` of no kind and no name: ` "" is invalid: patch: Invalid value: …`.
    private static ApiException invalid(String value, String detail) {
        var errors = new FieldErrors();
        errors.invalid("patch", value, detail);
        return new ApiException(new ApiError.Invalid("", "", "", errors.list()));
    }

    private record Open(TreeMap map, List<String> strictErrors, boolean isNull) {}

    /// An object with its duplicate fields.
    private static Open openObject(byte[] patch, String prefix) {
        Object value = dynamic(patch, prefix);
        if (value == Tree.NULL) {
            return new Open(TreeMap.dynamic(), List.of(), true);
        }
        if (!(value instanceof TreeMap map)) {
            throw wrongShape(value, prefix, "map[string]interface {}");
        }
        return new Open(map, JsonCodec.read(patch, OPEN).strictErrors(), false);
    }

    private static Object dynamic(byte[] patch, String prefix) {
        try {
            return JsonCodec.readDynamic(patch);
        } catch (DecodeException e) {
            throw StrategicMerge.badRequest(prefix + e.text());
        }
    }

    private static TreeList list(Object value, String prefix, String goType) {
        if (value == Tree.NULL) {
            return TreeList.dynamic();
        }
        if (!(value instanceof TreeList list)) {
            throw wrongShape(value, prefix, goType);
        }
        for (Object item : list) {
            if (!(item instanceof TreeMap) && item != Tree.NULL) {
                throw wrongShape(
                        item,
                        prefix,
                        prefix.isEmpty() ? "jsonpatch.Operation" : "handlers.jsonPatchOp");
            }
        }
        return list;
    }

    private static List<String> unknownFields(TreeList operations) {
        var out = new ArrayList<String>();
        for (int i = 0; i < operations.size(); i++) {
            if (operations.get(i) instanceof TreeMap map) {
                for (String key : map.keys()) {
                    if (!OPERATION_FIELDS.contains(key)) {
                        out.add("json patch unknown field \"[" + i + "]." + key + "\"");
                    }
                }
            }
        }
        return out;
    }

    private static ApiException wrongShape(Object value, String prefix, String goType) {
        String kind =
                switch (value) {
                    case TreeMap _ -> "object";
                    case TreeList _ -> "array";
                    case String _ -> "string";
                    case Boolean _ -> "bool";
                    default -> "number";
                };
        return StrategicMerge.badRequest(
                prefix + "json: cannot unmarshal " + kind + " into Go value of type " + goType);
    }
}
