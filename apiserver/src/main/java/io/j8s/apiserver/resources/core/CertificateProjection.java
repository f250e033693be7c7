package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.certificates.SignerNames;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.machinery.names.NameRules;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Rules about certificates of pods in projected volumes (upstream: `validateProjectionSources`).
final class CertificateProjection {

    private static final List<String> KEY_TYPES =
            List.of("RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519");
    private static final int SECONDS_MIN = 3600;
    private static final int SECONDS_MAX = 91 * 24 * 60 * 60; // upstream: MaxMaxExpirationSeconds
    private static final int KUBERNETES_SECONDS_MAX = 24 * 60 * 60;
    private static final List<String> PATHS =
            List.of("credentialBundlePath", "keyPath", "certificateChainPath");

    private CertificateProjection() {}

    /// @param paths of the volume's files so far
    static void validate(At projected, At certificate, Set<String> paths) {
        SignerNames.validate(certificate, "signerName");
        annotations(certificate);
        VolumeValidation.user(certificate, "user");
        String type = certificate.string("keyType");
        if (!KEY_TYPES.contains(type)) {
            certificate.errors().notSupported(certificate.path("keyType"), type, KEY_TYPES);
        }
        if (certificate.has("maxExpirationSeconds")) {
            seconds(certificate, "maxExpirationSeconds");
        }
        boolean any = false;
        for (String field : PATHS) {
            String path = certificate.string(field);
            if (!path.isEmpty()) {
                any = true;
                Paths.localNonReserved(certificate, field, path);
                VolumeValidation.once(projected, path, path, paths);
            }
        }
        if (!any) {
            certificate
                    .errors()
                    .required(
                            certificate.path(),
                            "specify at least one of credentialBundlePath, keyPath, and"
                                    + " certificateChainPath");
        }
    }

    private static void annotations(At certificate) {
        String field = "userAnnotations";
        long bytes = 0;
        for (var entry : certificate.tree().stringMap(field).entrySet()) {
            domainPrefixed(certificate, field, entry.getKey().toLowerCase(Locale.ROOT));
            bytes += NameRules.utf8Length(entry.getKey()) + NameRules.utf8Length(entry.getValue());
        }
        if (bytes > NameRules.ANNOTATIONS_BYTES_MAX) {
            certificate.errors().tooLong(certificate.path(field), NameRules.ANNOTATIONS_BYTES_MAX);
        }
    }

    /// Upstream's `IsDomainPrefixedKey`.
    private static void domainPrefixed(At at, String field, String key) {
        if (key.isEmpty()) {
            at.required(field);
            return;
        }
        var texts = NameRules.qualifiedName(key);
        at.all(field, key, texts);
        if (texts.isEmpty() && key.indexOf('/') < 0) {
            at.invalid(field, key, "must be a domain-prefixed key (such as \"acme.io/foo\")");
        }
    }

    private static void seconds(At certificate, String field) {
        long seconds = certificate.number(field);
        boolean own = SignerNames.isKubernetes(certificate.string("signerName"));
        int most = own ? KUBERNETES_SECONDS_MAX : SECONDS_MAX;
        if (seconds < SECONDS_MIN) {
            certificate.invalid(
                    field, seconds, "if provided, maxExpirationSeconds must be >= " + SECONDS_MIN);
        }
        if (seconds > most) {
            certificate.invalid(
                    field, seconds, "if provided, maxExpirationSeconds must be <= " + most);
        }
    }
}
