package io.j8s.apiserver.resources.certificates;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.certs.CertificateRequest;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Which certificate signing requests are valid, and what may become of them (upstream:
/// `pkg/apis/certificates/validation`).
final class CertificateRequestRules {

    private static final int EXPIRATION_MIN = 600;
    private static final String LEGACY_SIGNER = "kubernetes.io/legacy-unknown";
    private static final List<String> TYPES = List.of("Approved", "Denied", "Failed");
    private static final List<String> USAGES =
            List.of(
                    "any",
                    "cert sign",
                    "client auth",
                    "code signing",
                    "content commitment",
                    "crl sign",
                    "data encipherment",
                    "decipher only",
                    "digital signature",
                    "email protection",
                    "encipher only",
                    "ipsec end system",
                    "ipsec tunnel",
                    "ipsec user",
                    "key agreement",
                    "key encipherment",
                    "microsoft sgc",
                    "netscape sgc",
                    "ocsp signing",
                    "s/mime",
                    "server auth",
                    "signing",
                    "timestamping");

    private CertificateRequestRules() {}

    /// @param old null on create; what it has already is let through
    static void validate(Tree request, @Nullable Tree old, FieldErrors errors) {
        At root = At.root(request, errors);
        content(root);
        usages(root, old);
        String signer = root.string("spec.signerName");
        boolean wasLegacy = old != null && old.string("spec.signerName", "").equals(LEGACY_SIGNER);
        if (signer.equals(LEGACY_SIGNER) && !wasLegacy) {
            root.invalid(
                    "spec.signerName",
                    signer,
                    "the legacy signerName is not allowed via this API version");
        } else {
            SignerNames.validate(root, "spec.signerName");
        }
        if (root.has("spec.expirationSeconds")
                && root.number("spec.expirationSeconds") < EXPIRATION_MIN) {
            root.invalid(
                    "spec.expirationSeconds",
                    "may not specify a duration less than 600 seconds (10 minutes)");
        }
        conditions(root, old);
        certificate(root, old);
    }

    private static void content(At root) {
        String encoded = root.string("spec.request");
        String pem = decoded(encoded);
        String mistake = "";
        if (PemBlocks.read(pem).stream()
                .findFirst()
                .filter(block -> block.type().equals("CERTIFICATE REQUEST"))
                .isEmpty()) {
            mistake = "PEM block type must be CERTIFICATE REQUEST";
        } else {
            try {
                CertificateRequest.parse(pem);
            } catch (GeneralSecurityException wrong) {
                mistake = Objects.requireNonNullElse(wrong.getMessage(), "malformed request");
            }
        }
        if (!mistake.isEmpty()) {
            root.invalid("spec.request", root.has("spec.request") ? encoded : null, mistake);
        }
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException _) {
            return "";
        }
    }

    private static void usages(At root, @Nullable Tree old) {
        var usages = root.strings("spec.usages");
        if (usages.isEmpty()) {
            root.required("spec.usages");
        }
        List<String> before = old == null ? List.of() : old.strings("spec.usages");
        boolean unknown = !USAGES.containsAll(before);
        boolean twice = Set.copyOf(before).size() < before.size();
        var seen = new HashSet<String>();
        for (int i = 0; i < usages.size(); i++) {
            if (!unknown && !USAGES.contains(usages.get(i))) {
                root.errors().notSupported("spec.usages[" + i + "]", usages.get(i), USAGES);
            }
        }
        for (int i = 0; i < usages.size(); i++) {
            if (!seen.add(usages.get(i)) && !twice) {
                root.duplicate("spec.usages[" + i + "]", usages.get(i));
            }
        }
    }

    private static void conditions(At root, @Nullable Tree old) {
        var before = old == null ? List.<String>of() : types(old);
        boolean both = before.contains("Approved") && before.contains("Denied");
        boolean twice = Set.copyOf(before).size() < before.size();
        boolean untyped = before.contains("");
        var seen = new HashSet<String>();
        for (At condition : root.each("status.conditions")) {
            String type = condition.string("type");
            if (type.isEmpty() && !untyped) {
                condition.required("type");
            }
            if (condition.present("status")) {
                if (TYPES.contains(type)) {
                    condition.optionalOneOf("status", "True");
                } else {
                    condition.optionalOneOf("status", "False", "True", "Unknown");
                }
            }
            boolean contradicts =
                    (type.equals("Approved") && seen.contains("Denied"))
                            || (type.equals("Denied") && seen.contains("Approved"));
            if (contradicts && !both) {
                root.invalid(
                        "status.conditions",
                        type,
                        "Approved and Denied conditions are mutually exclusive");
            }
            if (!seen.add(type) && !twice) {
                condition.duplicate("type", type);
            }
        }
    }

    private static void certificate(At root, @Nullable Tree old) {
        String now = root.string("status.certificate");
        String before = old == null ? "" : old.string("status.certificate", "");
        boolean tolerated =
                old != null && (now.equals(before) || !mistake(decoded(before)).isEmpty());
        String mistake = mistake(decoded(now));
        if (!tolerated && !mistake.isEmpty()) {
            root.invalid("status.certificate", "<certificate data>", mistake);
        }
    }

    private static String mistake(String pem) {
        if (pem.isEmpty()) {
            return "";
        }
        var blocks = PemBlocks.read(pem);
        for (var block : blocks) {
            if (!block.type().equals("CERTIFICATE")) {
                return "only CERTIFICATE PEM blocks are allowed, found "
                        + FieldErrors.quote(block.type());
            }
            if (block.hasHeaders()) {
                return "no PEM block headers are permitted";
            }
            if (block.certificate() == null) {
                return "x509: malformed certificate";
            }
        }
        return blocks.isEmpty() ? "must contain at least one CERTIFICATE PEM block" : "";
    }

    private static List<String> types(Tree request) {
        return request.trees("status.conditions").stream()
                .map(condition -> condition.string("type", ""))
                .toList();
    }

    private static List<Tree> conditions(Tree request, String type) {
        return request.trees("status.conditions").stream()
                .filter(condition -> condition.string("type", "").equals(type))
                .toList();
    }

    /// @param subresource who writes: only `/approval` decides, only `/status` brings certificates
    static void update(Tree updated, Tree old, String subresource, FieldErrors errors) {
        validate(updated, old, errors);
        for (String type : TYPES) {
            if (conditions(updated, type).size() < conditions(old, type).size()) {
                errors.forbidden(
                        "status.conditions",
                        "updates may not remove a condition of type " + FieldErrors.quote(type));
            }
        }
        if (!subresource.equals("approval")) {
            decisions(updated, old, errors);
        }
        if (!updated.string("status.certificate", "")
                .equals(old.string("status.certificate", ""))) {
            if (!subresource.equals("status")) {
                errors.forbidden("status.certificate", "updates may not set certificate content");
            } else if (!old.string("status.certificate", "").isEmpty()) {
                errors.forbidden(
                        "status.certificate",
                        "updates may not modify existing certificate content");
            }
        }
    }

    private static void decisions(Tree updated, Tree old, FieldErrors errors) {
        for (String type : List.of("Approved", "Denied")) {
            if (conditions(updated, type).size() > conditions(old, type).size()) {
                errors.forbidden(
                        "status.conditions",
                        "updates may not add a condition of type " + FieldErrors.quote(type));
            }
        }
    }
}
