package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.certificates.SignerNames;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.TemplateMetadata;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.names.NameRules;
import io.j8s.machinery.quantity.Quantity;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Rules about the volumes of a pod, by source (upstream: `ValidateVolumes`).
final class VolumeValidation {

    static final String MODE = "must be a number between 0 and 0777 (octal), both inclusive";
    private static final int MODE_MAX = 0777;
    private static final Set<String> FILE_FIELDS =
            Set.of(
                    "metadata.name",
                    "metadata.namespace",
                    "metadata.labels",
                    "metadata.annotations",
                    "metadata.uid");

    private VolumeValidation() {}

    /// @param podName empty in templates
    /// @return the valid volumes by name
    static Map<String, Tree> validate(At spec, String podName) {
        var created = new HashSet<String>();
        for (At volume : spec.each("volumes")) {
            if (volume.has("ephemeral")) {
                created.add(podName + "-" + volume.string("name"));
            }
        }
        var valid = new HashMap<String, Tree>();
        for (At volume : spec.each("volumes")) {
            int before = volume.errors().list().size();
            source(volume, podName);
            String name = volume.string("name");
            if (volume.present("name")) {
                volume.dnsLabel("name");
            }
            if (valid.containsKey(name)) {
                volume.duplicate("name", name);
            }
            if (volume.errors().list().size() == before) {
                valid.put(name, volume.tree());
            }
            String claim = volume.string("persistentVolumeClaim.claimName");
            if (!podName.isEmpty() && created.contains(claim)) {
                volume.invalid(
                        "persistentVolumeClaim.claimName",
                        claim,
                        "must not reference a PVC that gets created for an ephemeral volume");
            }
        }
        return valid;
    }

    private static void source(At volume, String podName) {
        int found = 0;
        for (String kind : VolumeSources.IN_PODS) {
            At source = volume.at(kind);
            if (source == null) {
                continue;
            }
            if (found++ > 0) {
                volume.forbidden(
                        VolumeSources.misspelt(kind), "may not specify more than 1 volume type");
                continue;
            }
            switch (kind) {
                case "emptyDir" -> emptyDir(source);
                case "secret" -> {
                    source.present("secretName");
                    modeAndItems(source);
                }
                case "configMap" -> {
                    source.present("name");
                    modeAndItems(source);
                }
                case "downwardAPI" -> {
                    mode(source, "defaultMode");
                    source.each("items").forEach(file -> downwardFile(source, file));
                }
                case "projected" -> projected(source);
                case "persistentVolumeClaim" -> source.present("claimName");
                case "csi" -> {
                    if (source.present("driver")) {
                        driverName(source, "driver");
                    }
                    if (source.has("nodePublishSecretRef")) {
                        source.present("nodePublishSecretRef.name");
                    }
                }
                case "ephemeral" -> ephemeral(volume, source, podName);
                case "image" -> {
                    // a template may leave the reference to whoever makes pods of it
                    source.optionalOneOf("pullPolicy", "Always", "IfNotPresent", "Never");
                    if (!podName.isEmpty()) {
                        source.present("reference");
                    }
                }
                default -> VolumeSources.validate(volume, kind, source, "");
            }
        }
        if (found == 0) {
            volume.errors().required(volume.path(), "must specify a volume type");
        }
    }

    private static void emptyDir(At source) {
        String limit = source.string("sizeLimit");
        if (!limit.isEmpty() && Quantity.parse(limit).signum() < 0) {
            source.forbidden("sizeLimit", "SizeLimit field must be a valid resource quantity");
        }
    }

    private static void mode(At at, String field) {
        long mode = at.number(field);
        if (mode < 0 || mode > MODE_MAX) {
            at.invalid(field, mode, MODE);
        }
    }

    /// The owner of files, which is only there where what is stored had one.
    static void user(At at, String field) {
        if (at.has(field)) {
            long user = at.number(field);
            if (user < 0 || user > Integer.MAX_VALUE) {
                at.invalid(field, user, "must be between 0 and 2147483647, inclusive");
            }
        }
    }

    private static void modeAndItems(At source) {
        mode(source, "defaultMode");
        source.each("items").forEach(VolumeValidation::keyToPath);
    }

    private static void keyToPath(At item) {
        item.present("key");
        item.present("path");
        Paths.localNonReserved(item, "path", item.string("path"));
        mode(item, "mode");
    }

    /// Upstream reports a file under its list, without an index.
    private static void downwardFile(At list, At item) {
        At file = new At(item.tree(), list.path(), list.errors());
        file.present("path");
        Paths.localNonReserved(file, "path", file.string("path"));
        At field = file.at("fieldRef");
        At resource = file.at("resourceFieldRef");
        if (field != null) {
            EnvValidation.fieldReference(field, FILE_FIELDS);
            if (resource != null) {
                file.errors()
                        .invalid(
                                file.path(),
                                "resource",
                                "fieldRef and resourceFieldRef can not be specified"
                                        + " simultaneously");
            }
        } else if (resource != null) {
            EnvValidation.resourceReference(resource, true);
        } else {
            file.errors().required(file.path(), "one of fieldRef and resourceFieldRef is required");
        }
        mode(file, "mode");
    }

    private static void projected(At projected) {
        mode(projected, "defaultMode");
        var paths = new HashSet<String>();
        for (At source : projected.each("sources")) {
            int found = 0;
            for (String kind : List.of("secret", "configMap")) {
                if (source.at(kind) instanceof At reference) {
                    found++;
                    reference.present("name");
                    for (At item : reference.each("items")) {
                        keyToPath(item);
                        once(projected, item.string("path"), reference.string("name"), paths);
                    }
                }
            }
            if (source.at("downwardAPI") instanceof At downward) {
                found++;
                for (At file : downward.each("items")) {
                    downwardFile(downward, file);
                    once(projected, file.string("path"), file.string("path"), paths);
                }
            }
            if (source.at("serviceAccountToken") instanceof At token) {
                found++;
                token(projected, token);
            }
            if (source.at("clusterTrustBundle") instanceof At bundle) {
                found++;
                trustBundle(projected, bundle, paths);
            }
            if (source.at("podCertificate") instanceof At certificate) {
                found++;
                CertificateProjection.validate(projected, certificate, paths);
            }
            if (found > 1) {
                source.errors()
                        .forbidden(
                                source.path(),
                                "may not specify more than 1 volume type per source");
            }
        }
    }

    static void once(At projected, String path, String shown, Set<String> paths) {
        if (!path.isEmpty() && !paths.add(path)) {
            projected.errors().invalid(projected.path(), shown, "conflicting duplicate paths");
        }
    }

    private static void token(At projected, At token) {
        long seconds = token.number("expirationSeconds");
        if (seconds < 600) {
            token.invalid(
                    "expirationSeconds",
                    seconds,
                    "may not specify a duration less than 10 minutes");
        }
        if (seconds > 1L << 32) {
            token.invalid(
                    "expirationSeconds",
                    seconds,
                    "may not specify a duration larger than 2^32 seconds");
        }
        user(token, "user");
        String path = token.string("path");
        // upstream reports the token's path under the volume
        if (path.isEmpty()) {
            projected.errors().required(projected.path("path"), "");
        } else {
            Paths.localNonReserved(projected, "path", path);
        }
    }

    private static void trustBundle(At projected, At bundle, Set<String> paths) {
        boolean byName = bundle.has("name");
        boolean bySigner = bundle.has("signerName");
        if (byName && bySigner) {
            bundle.errors()
                    .invalid(
                            bundle.path(),
                            bundle.tree(),
                            "only one of name and signerName may be used");
        } else if (byName) {
            if (bundle.string("name").isEmpty()) {
                bundle.required("name", "must be a valid object name");
            }
            if (bundle.has("labelSelector")) {
                bundle.invalid("labelSelector", "labelSelector must be unset if name is specified");
            }
        } else if (bySigner) {
            if (bundle.string("signerName").isEmpty()) {
                bundle.required("signerName", "must be a valid signer name");
            }
            SignerNames.validate(bundle, "signerName");
            io.j8s.apiserver.resources.rules.LabelSelectors.validate(bundle.at("labelSelector"));
        } else {
            bundle.errors().required(bundle.path(), "either name or signerName must be specified");
        }
        bundle.present("path");
        user(bundle, "user");
        Paths.localNonReserved(bundle, "path", bundle.string("path"));
        once(projected, bundle.string("path"), bundle.string("path"), paths);
    }

    private static void ephemeral(At volume, At source, String podName) {
        At template = source.at("volumeClaimTemplate");
        if (template == null) {
            source.required("volumeClaimTemplate");
            return;
        }
        if (template.at("metadata") instanceof At metadata) {
            TemplateMetadata.validate(metadata);
        }
        ClaimValidation.spec(template.struct("spec"));
        if (!podName.isEmpty()) {
            String claim = podName + "-" + volume.string("name");
            NameRules.dns1123Subdomain(claim)
                    .forEach(text ->
                            volume.invalid(
                                    "name",
                                    volume.string("name"),
                                    "PVC name " + quoted(claim) + ": " + text));
        }
    }

    private static String quoted(String text) {
        return io.j8s.machinery.errors.FieldErrors.quote(text);
    }

    /// Upstream's `ValidateCSIDriverName`.
    static void driverName(At at, String field) {
        String name = at.string(field);
        if (name.length() > 63) {
            at.errors().tooLong(at.path(field), 63);
        }
        at.all(field, name, NameRules.dns1123Subdomain(name.toLowerCase(Locale.ROOT)));
    }
}
