package io.j8s.apiserver.registry;

import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.errors.Verbatim;
import io.j8s.machinery.names.IpRules;
import io.j8s.machinery.names.NameRules;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What holds for the metadata of every kind (upstream:
/// `k8s.io/apimachinery/pkg/api/validation.ValidateObjectMeta`). Pure.
public final class MetadataRules {

    private static final Set<String> STANDARD_FINALIZERS =
            Set.of("kubernetes", "orphan", "foregroundDeletion");
    private static final Set<String> BANNED_OWNERS = Set.of("v1/Event");

    private MetadataRules() {}

    /// What the server itself asks of the metadata of a new object whose kind asks nothing
    /// (upstream: `ValidateObjectMetaAccessor`).
    static void validateBareCreate(Tree object, FieldErrors errors) {
        identity(object, true, NameRule.PATH_SEGMENT, errors);
        common(object, false, errors);
    }

    /// What a kind asks of the metadata of a new object.
    public static void validateCreate(
            Tree object, boolean namespaced, NameRule rule, FieldErrors errors) {
        identity(object, namespaced, rule, errors);
        common(object, true, errors);
    }

    private static void identity(
            Tree object, boolean namespaced, NameRule rule, FieldErrors errors) {
        String generateName = object.string("metadata.generateName", "");
        if (!generateName.isEmpty()) {
            names(rule, NameRules.maskTrailingDash(generateName))
                    .forEach(text -> errors.invalid("metadata.generateName", generateName, text));
        }
        String name = object.string("metadata.name", "");
        if (name.isEmpty()) {
            errors.required("metadata.name", "name or generateName is required");
        } else {
            names(rule, name).forEach(text -> errors.invalid("metadata.name", name, text));
        }
        String namespace = object.string("metadata.namespace", "");
        if (namespaced) {
            if (namespace.isEmpty()) {
                errors.required("metadata.namespace", "");
            } else {
                NameRules.dns1123Label(namespace)
                        .forEach(text -> errors.invalid("metadata.namespace", namespace, text));
            }
        } else if (!namespace.isEmpty()) {
            errors.forbidden("metadata.namespace", "not allowed on this type");
        }
    }

    static void validateUpdate(Tree updated, Tree old, FieldErrors errors) {
        validateUpdate(updated, old, true, errors);
    }

    /// @param byKind whether the kind asks for well-known finalizers
    static void validateUpdate(Tree updated, Tree old, boolean byKind, FieldErrors errors) {
        if (old.has("metadata.deletionTimestamp")) {
            newFinalizers(updated, old, errors);
        }
        immutable("name", updated, old, errors);
        immutable("namespace", updated, old, errors);
        immutable("uid", updated, old, errors);
        immutable("creationTimestamp", updated, old, errors);
        immutable("deletionTimestamp", updated, old, errors);
        immutable("deletionGracePeriodSeconds", updated, old, errors);
        common(updated, byKind, errors);
    }

    private static void newFinalizers(Tree updated, Tree old, FieldErrors errors) {
        var added = new java.util.TreeSet<>(updated.strings("metadata.finalizers"));
        old.strings("metadata.finalizers").forEach(added::remove);
        if (!added.isEmpty()) {
            var listed = added.stream().map(FieldErrors::quote).toList();
            errors.forbidden(
                    "metadata.finalizers",
                    "no new finalizers can be added if the object is being deleted, found new"
                            + " finalizers []string{"
                            + String.join(", ", listed)
                            + "}");
        }
    }

    private static void immutable(String field, Tree updated, Tree old, FieldErrors errors) {
        String path = "metadata." + field;
        Object now = updated.get(path);
        Object before = old.get(path);
        if (!java.util.Objects.equals(text(now), text(before))) {
            errors.invalid(path, now == null ? goZero(field) : printed(now), "field is immutable");
        }
    }

    /// Go's zero text and absence are the same.
    private static String text(@org.jspecify.annotations.Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    private static @org.jspecify.annotations.Nullable Object goZero(String field) {
        return switch (field) {
            case "name", "namespace", "uid" -> "";
            default -> null;
        };
    }

    private static Object printed(Object value) {
        return value instanceof Num num ? num.longValue() : value;
    }

    private static void common(Tree object, boolean byKind, FieldErrors errors) {
        var generation = object.number("metadata.generation");
        if (generation != null && generation.longValue() < 0) {
            errors.invalid(
                    "metadata.generation",
                    generation.longValue(),
                    "must be greater than or equal to 0");
        }
        labels(object.stringMap("metadata.labels"), "metadata.labels", errors);
        annotations(object.stringMap("metadata.annotations"), errors);
        owners(object.trees("metadata.ownerReferences"), errors);
        finalizers(object.strings("metadata.finalizers"), byKind, errors);
    }

    private static void labels(Map<String, String> labels, String path, FieldErrors errors) {
        labels.forEach((key, value) -> {
            NameRules.qualifiedName(key).forEach(text -> errors.invalid(path, key, text));
            NameRules.labelValue(value).forEach(text -> errors.invalid(path, value, text));
        });
    }

    private static void annotations(Map<String, String> annotations, FieldErrors errors) {
        long bytes = 0;
        for (var entry : annotations.entrySet()) {
            // upstream: keys are checked in lower case
            NameRules.qualifiedName(entry.getKey().toLowerCase(java.util.Locale.ROOT))
                    .forEach(text -> errors.invalid("metadata.annotations", entry.getKey(), text));
            bytes += NameRules.utf8Length(entry.getKey()) + NameRules.utf8Length(entry.getValue());
        }
        if (bytes > NameRules.ANNOTATIONS_BYTES_MAX) {
            errors.tooLong("metadata.annotations", NameRules.ANNOTATIONS_BYTES_MAX);
        }
    }

    private static void owners(List<Tree> owners, FieldErrors errors) {
        String path = "metadata.ownerReferences";
        String controller = "";
        for (int i = 0; i < owners.size(); i++) {
            var owner = owners.get(i);
            String at = path + "[" + i + "]";
            String apiVersion = owner.string("apiVersion", "");
            String kind = owner.string("kind", "");
            for (String field : List.of("apiVersion", "kind", "name", "uid")) {
                String value = owner.string(field, "");
                if (value.isEmpty()) {
                    errors.required(at + "." + field, "must not be empty");
                } else if (field.equals("apiVersion") && !isGroupVersion(value)) {
                    errors.invalid(
                            at + ".apiVersion", value, "must be <group>/<version> or <version>");
                }
            }
            if (BANNED_OWNERS.contains(apiVersion + "/" + kind)) {
                errors.invalid(
                        at,
                        shown(owner),
                        "/" + apiVersion + ", Kind=" + kind + " is disallowed from being an owner");
            }
            if (owner.bool("controller", false)) {
                String name = kind + "/" + owner.string("name", "");
                if (!controller.isEmpty()) {
                    errors.invalid(
                            path,
                            owners.stream().map(MetadataRules::shown).toList(),
                            "Only one reference can have Controller set to true. Found \"true\" in"
                                    + " references for "
                                    + controller
                                    + " and "
                                    + name);
                } else {
                    controller = name;
                }
            }
        }
    }

    private static boolean isGroupVersion(String text) {
        int slash = text.indexOf('/');
        return slash < text.length() - 1 && text.indexOf('/', slash + 1) < 0;
    }

    /// Go's JSON, which is not quoted again.
    private static Object shown(Object value) {
        return new Verbatim(new String(JsonCodec.writeValue(value), StandardCharsets.UTF_8));
    }

    private static void wellKnown(String finalizer, String path, FieldErrors errors) {
        if (finalizer.indexOf('/') < 0 && !STANDARD_FINALIZERS.contains(finalizer)) {
            errors.invalid(
                    path,
                    finalizer,
                    "name is neither a standard finalizer name nor is it fully qualified");
        }
    }

    /// The names of finalizers alone, for a kind whose other metadata is in order.
    public static void wellKnownFinalizers(Tree object, FieldErrors errors) {
        var finalizers = object.strings("metadata.finalizers");
        for (int i = 0; i < finalizers.size(); i++) {
            wellKnown(finalizers.get(i), "metadata.finalizers[" + i + "]", errors);
        }
    }

    private static void finalizers(List<String> finalizers, boolean byKind, FieldErrors errors) {
        var seen = new HashSet<String>();
        for (int i = 0; i < finalizers.size(); i++) {
            String finalizer = finalizers.get(i);
            String path = "metadata.finalizers";
            NameRules.qualifiedName(finalizer)
                    .forEach(text -> errors.invalid(path, finalizer, text));
            if (byKind) {
                wellKnown(finalizer, path + "[" + i + "]", errors);
            }
            seen.add(finalizer);
        }
        if (seen.contains("orphan") && seen.contains("foregroundDeletion")) {
            errors.invalid(
                    "metadata.finalizers",
                    finalizers,
                    "finalizer orphan and foregroundDeletion cannot be both set");
        }
    }

    private static List<String> names(NameRule rule, String name) {
        return switch (rule) {
            case DNS_SUBDOMAIN -> NameRules.dns1123Subdomain(name);
            case DNS_LABEL -> NameRules.dns1123Label(name);
            case DNS_1035_LABEL -> NameRules.dns1035Label(name);
            case PATH_SEGMENT -> NameRules.pathSegment(name);
            case IP_ADDRESS -> IpRules.address(name);
        };
    }
}
