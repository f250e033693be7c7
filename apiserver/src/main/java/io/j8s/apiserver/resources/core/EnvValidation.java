package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.machinery.names.NameRules;
import io.j8s.machinery.quantity.Quantity;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// Rules about environment variables and the references that they share with downward API volumes.
final class EnvValidation {

    private static final Set<String> ENV_FIELDS =
            Set.of(
                    "metadata.name",
                    "metadata.namespace",
                    "metadata.uid",
                    "spec.nodeName",
                    "spec.serviceAccountName",
                    "status.hostIP",
                    "status.hostIPs",
                    "status.podIP",
                    "status.podIPs");
    private static final Set<String> RESOURCES =
            Set.of(
                    "limits.cpu",
                    "limits.memory",
                    "limits.ephemeral-storage",
                    "requests.cpu",
                    "requests.memory",
                    "requests.ephemeral-storage");

    /// Everything that `ConvertDownwardAPIFieldLabel` knows.
    private static final Set<String> CONVERTIBLE =
            Set.of(
                    "metadata.annotations",
                    "metadata.labels",
                    "metadata.name",
                    "metadata.namespace",
                    "metadata.uid",
                    "spec.nodeName",
                    "spec.restartPolicy",
                    "spec.serviceAccountName",
                    "spec.schedulerName",
                    "status.phase",
                    "status.hostIP",
                    "status.hostIPs",
                    "status.podIP",
                    "status.podIPs");

    private static final Set<String> BYTE_DIVISORS =
            Set.of(
                    "1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi",
                    "1Ei");

    private EnvValidation() {}

    static void env(At container) {
        for (At variable : container.each("env")) {
            if (variable.present("name")) {
                variable.all("name", NameRules.relaxedEnvVarName(variable.string("name")));
            }
            if (variable.at("valueFrom") instanceof At source) {
                valueFrom(variable, source);
            }
        }
    }

    private static void valueFrom(At variable, At source) {
        int sources = 0;
        if (source.at("fieldRef") instanceof At reference) {
            sources++;
            fieldReference(reference, ENV_FIELDS);
        }
        if (source.at("resourceFieldRef") instanceof At reference) {
            sources++;
            resourceReference(reference, false);
        }
        for (String kind : List.of("configMapKeyRef", "secretKeyRef")) {
            if (source.at(kind) instanceof At reference) {
                sources++;
                reference.dnsSubdomain("name");
                if (reference.present("key")) {
                    reference.all("key", NameRules.configMapKey(reference.string("key")));
                }
            }
        }
        if (source.at("fileKeyRef") instanceof At reference) {
            sources++;
            fileReference(reference);
        }
        if (sources == 0) {
            variable.invalid(
                    "valueFrom",
                    "",
                    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`,"
                            + " `secretKeyRef` or `fileKeyRef`");
        } else if (!variable.string("value").isEmpty()) {
            variable.invalid("valueFrom", "", "may not be specified when `value` is not empty");
        } else if (sources > 1) {
            variable.invalid(
                    "valueFrom", "", "may not have more than one field specified at a time");
        }
    }

    private static void fileReference(At reference) {
        if (reference.present("key")) {
            reference.all("key", NameRules.relaxedEnvVarName(reference.string("key")));
        }
        if (reference.present("volumeName")) {
            reference.dnsLabel("volumeName");
        }
        if (reference.present("path")) {
            Paths.noBacksteps(reference, "path", reference.string("path"));
        }
    }

    /// Files that variables are read from lie in empty directories of the pod (upstream:
    /// `validateFileKeyRefVolumes`).
    static void fileVolumes(At spec, At container) {
        for (At variable : container.each("env")) {
            if (variable.at("valueFrom.fileKeyRef") instanceof At reference) {
                String name = reference.string("volumeName");
                var named =
                        spec.tree().trees("volumes").stream()
                                .filter(volume -> volume.string("name", "").equals(name))
                                .toList();
                if (named.isEmpty()) {
                    reference.errors().notFound(reference.path("volumeName"), name);
                } else if (!named.getLast().has("emptyDir")) {
                    reference.invalid(
                            "volumeName", name, "referenced volume must be of type emptyDir");
                }
            }
        }
    }

    static void envFrom(At container) {
        for (At source : container.each("envFrom")) {
            if (!source.string("prefix").isEmpty()) {
                source.all("prefix", NameRules.relaxedEnvVarName(source.string("prefix")));
            }
            int sources = 0;
            for (String kind : List.of("configMapRef", "secretRef")) {
                if (source.at(kind) instanceof At reference) {
                    sources++;
                    if (reference.present("name")) {
                        reference.all(
                                "name",
                                NameRules.dns1123Subdomain(
                                        NameRules.maskTrailingDash(reference.string("name"))));
                    }
                }
            }
            if (sources == 0) {
                container.invalid(
                        "envFrom", "", "must specify one of: `configMapRef` or `secretRef`");
            } else if (sources > 1) {
                container.invalid(
                        "envFrom", "", "may not have more than one field specified at a time");
            }
        }
    }

    /// Upstream's `validateObjectFieldSelector`.
    ///
    /// @param allowed field paths besides single labels and annotations
    static void fieldReference(At reference, Set<String> allowed) {
        if (!reference.present("apiVersion") || !reference.present("fieldPath")) {
            return;
        }
        String path = reference.string("fieldPath");
        int open = path.indexOf("['");
        boolean subscripted = open > 0 && path.endsWith("']");
        String bare = subscripted ? path.substring(0, open) : path;
        if (!reference.string("apiVersion").equals("v1")) {
            reference.invalid(
                    "fieldPath",
                    path,
                    "error converting fieldPath: unsupported pod version: "
                            + reference.string("apiVersion"));
        } else if (subscripted) {
            String key = path.substring(open + 2, path.length() - 2);
            switch (bare) {
                case "metadata.annotations" -> names(reference, key.toLowerCase(Locale.ROOT));
                case "metadata.labels" -> names(reference, key);
                default ->
                        reference.invalid(
                                "fieldPath",
                                path,
                                "error converting fieldPath: field label does not support"
                                        + " subscript: "
                                        + path);
            }
        } else if (!CONVERTIBLE.contains(path)) {
            reference.invalid(
                    "fieldPath",
                    path,
                    "error converting fieldPath: field label not supported: " + path);
        } else if (!allowed.contains(path)) {
            reference.errors().notSupported(reference.path("fieldPath"), path, allowed);
        }
    }

    private static void names(At reference, String key) {
        NameRules.qualifiedName(key)
                .forEach(text -> reference.errors().invalid(reference.path(), key, text));
    }

    /// Upstream's `validateContainerResourceFieldSelector`.
    ///
    /// @param inVolume a volume has to say which container it means
    static void resourceReference(At reference, boolean inVolume) {
        String resource = reference.string("resource");
        boolean hugePages =
                resource.startsWith("requests.hugepages-")
                        || resource.startsWith("limits.hugepages-");
        if (inVolume && reference.string("containerName").isEmpty()) {
            reference.required("containerName");
        } else if (resource.isEmpty()) {
            reference.required("resource");
        } else if (!RESOURCES.contains(resource) && !hugePages) {
            reference
                    .errors()
                    .notSupported(reference.path("resource"), resource, new TreeSet<>(RESOURCES));
        }
        divisor(reference, resource, hugePages);
    }

    private static void divisor(At reference, String resource, boolean hugePages) {
        String divisor = reference.string("divisor");
        if (divisor.isEmpty() || Quantity.parse(divisor).isZero()) {
            return;
        }
        String kind = resource.substring(resource.indexOf('.') + 1);
        String of =
                switch (kind) {
                    case "cpu" -> "cpu";
                    case "memory" -> "memory";
                    case "ephemeral-storage" -> "local ephemeral storage";
                    default -> hugePages ? "hugepages" : "";
                };
        boolean fits =
                of.equals("cpu")
                        ? Set.of("1", "1m").contains(divisor)
                        : of.isEmpty() || BYTE_DIVISORS.contains(divisor);
        if (!fits) {
            String values =
                    of.equals("cpu")
                            ? "1m and 1"
                            : "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei";
            reference.invalid(
                    "divisor",
                    resource,
                    "only divisor's values "
                            + values
                            + " are supported with the "
                            + of
                            + " resource");
        }
    }
}
