package io.j8s.controllers.auth;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestCondition;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestConditionBuilder;
import io.j8s.certs.CertificateRequest;
import io.j8s.controllers.runtime.Meta;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What the signers of `kubernetes.io` demand of a request (upstream: `pkg/apis/certificates`, its
/// texts). Pure.
final class CertificateRules {

    static final String LEGACY_UNKNOWN = "kubernetes.io/legacy-unknown";
    static final String CLIENT = "kubernetes.io/kube-apiserver-client";
    static final String KUBELET_CLIENT = "kubernetes.io/kube-apiserver-client-kubelet";
    static final String KUBELET_SERVING = "kubernetes.io/kubelet-serving";

    static final String APPROVED = "Approved";
    static final String DENIED = "Denied";
    static final String FAILED = "Failed";

    private static final List<String> NODES = List.of("system:nodes");
    private static final String NODE_PREFIX = "system:node:";
    private static final Set<String> SERVING_USAGES =
            Set.of("digital signature", "key encipherment", "server auth");
    private static final Set<String> CLIENT_USAGES =
            Set.of("client auth", "digital signature", "key encipherment");

    private CertificateRules() {}

    /// Whether one of `kubernetes.io`'s own signers is asked.
    static boolean isOurs(String signer) {
        return Set.of(LEGACY_UNKNOWN, CLIENT, KUBELET_CLIENT, KUBELET_SERVING).contains(signer);
    }

    /// Why the named signer refuses; empty when it signs.
    static Optional<String> refusal(
            String signer, CertificateRequest request, List<String> usages) {
        return switch (signer) {
            case KUBELET_CLIENT -> kubeletClient(request, usages);
            case KUBELET_SERVING -> kubeletServing(request, usages);
            case CLIENT -> client(usages);
            default -> Optional.empty(); // upstream: legacy-unknown takes anything
        };
    }

    static Optional<String> kubeletClient(CertificateRequest request, List<String> usages) {
        var names = request.altNames();
        if (!request.organizations().equals(NODES)) {
            return Optional.of("subject organization is not system:nodes");
        }
        if (!names.dns().isEmpty()) {
            return Optional.of("DNS subjectAltNames are not allowed");
        }
        if (!names.emails().isEmpty()) {
            return Optional.of("Email subjectAltNames are not allowed");
        }
        if (!names.ips().isEmpty()) {
            return Optional.of("IP subjectAltNames are not allowed");
        }
        if (!names.uris().isEmpty()) {
            return Optional.of("URI subjectAltNames are not allowed");
        }
        if (!request.commonName().startsWith(NODE_PREFIX)) {
            return Optional.of("subject common name does not begin with system:node:");
        }
        return usages(CLIENT_USAGES, usages);
    }

    static Optional<String> kubeletServing(CertificateRequest request, List<String> usages) {
        var names = request.altNames();
        if (!request.organizations().equals(NODES)) {
            return Optional.of("subject organization is not system:nodes");
        }
        if (names.dns().isEmpty() && names.ips().isEmpty()) {
            return Optional.of("DNS or IP subjectAltName is required");
        }
        if (!names.emails().isEmpty()) {
            return Optional.of("Email subjectAltNames are not allowed");
        }
        if (!names.uris().isEmpty()) {
            return Optional.of("URI subjectAltNames are not allowed");
        }
        var wrongUsages = usages(SERVING_USAGES, usages);
        if (wrongUsages.isPresent()) {
            return wrongUsages;
        }
        return request.commonName().startsWith(NODE_PREFIX)
                ? Optional.empty()
                : Optional.of("subject common name does not begin with system:node:");
    }

    /// Key encipherment is for RSA keys only, so it may be missing.
    private static Optional<String> usages(Set<String> wanted, List<String> given) {
        var set = new TreeSet<>(given);
        var withoutRsa = new TreeSet<>(wanted);
        withoutRsa.remove("key encipherment");
        return set.equals(wanted) || set.equals(withoutRsa)
                ? Optional.empty()
                : Optional.of(
                        "usages did not match [" + String.join(" ", new TreeSet<>(wanted)) + "]");
    }

    private static Optional<String> client(List<String> usages) {
        for (var usage : usages) {
            if (!CLIENT_USAGES.contains(usage)) {
                return Optional.of("invalid usage for client certificate: " + usage);
            }
        }
        return usages.contains("client auth")
                ? Optional.empty()
                : Optional.of("missing required usage for client certificate: client auth");
    }

    /// The PKCS #10 request inside.
    static CertificateRequest parse(CertificateSigningRequest request)
            throws GeneralSecurityException {
        try {
            var pem = Base64.getDecoder().decode(Meta.orEmpty(request.getSpec().getRequest()));
            return CertificateRequest.parse(new String(pem, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("spec.request is not base64", e);
        }
    }

    static List<CertificateSigningRequestCondition> conditions(CertificateSigningRequest request) {
        var status = request.getStatus();
        return status == null || status.getConditions() == null
                ? List.of()
                : status.getConditions();
    }

    static boolean has(CertificateSigningRequest request, String type) {
        return conditions(request).stream().anyMatch(c -> c.getType().equals(type));
    }

    /// upstream: a denial outweighs an approval.
    static boolean isApproved(CertificateSigningRequest request) {
        return has(request, APPROVED) && !has(request, DENIED);
    }

    static boolean isIssued(CertificateSigningRequest request) {
        var status = request.getStatus();
        return status != null && !Meta.orEmpty(status.getCertificate()).isEmpty();
    }

    static CertificateSigningRequestCondition condition(
            String type, String reason, String message, Instant now) {
        return new CertificateSigningRequestConditionBuilder()
                .withType(type)
                .withStatus("True")
                .withReason(reason)
                .withMessage(message)
                .withLastUpdateTime(Meta.timestamp(now))
                .build();
    }
}
