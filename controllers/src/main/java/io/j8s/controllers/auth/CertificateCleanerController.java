package io.j8s.controllers.auth;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.j8s.certs.Pem;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.Expiring;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Optional;

/// Deletes requests that nobody needs any more (upstream: `pkg/controller/certificates/cleaner`).
/// Each is looked at when its time comes instead of all of them every hour.
public final class CertificateCleanerController {

    // upstream: approvedExpiration, deniedExpiration and pendingExpiration
    private static final Duration DECIDED = Duration.ofHours(1);
    private static final Duration PENDING = Duration.ofHours(24);

    private CertificateCleanerController() {}

    public static Controller of(ControllerContext context) {
        return new Expiring<>(
                context,
                "certificate_cleaner",
                context.informer(Kinds.CERTIFICATE_REQUESTS),
                CertificateCleanerController::end);
    }

    /// Pure: when the request is to go; empty while there is no reason.
    static Optional<Instant> end(CertificateSigningRequest request) {
        var ends = new ArrayList<Instant>();
        var conditions = CertificateRules.conditions(request);
        boolean isIssued = CertificateRules.isIssued(request);
        if (conditions.isEmpty()) {
            ends.add(Meta.created(request).plus(PENDING));
        }
        for (var condition : conditions) {
            var since = Meta.time(condition.getLastUpdateTime());
            var wait =
                    switch (condition.getType()) {
                        case CertificateRules.DENIED, CertificateRules.FAILED -> DECIDED;
                        case CertificateRules.APPROVED -> isIssued ? DECIDED : PENDING;
                        default -> null;
                    };
            if (since != null && wait != null) {
                ends.add(since.plus(wait));
            }
        }
        if (isIssued && CertificateRules.has(request, CertificateRules.APPROVED)) {
            var expiry = expiry(request.getStatus().getCertificate());
            if (expiry != null) {
                ends.add(expiry);
            }
        }
        return ends.stream().min(Instant::compareTo);
    }

    private static @Nullable Instant expiry(String certificate) {
        try {
            var pem = new String(Base64.getDecoder().decode(certificate), StandardCharsets.UTF_8);
            var chain = Pem.readCertificates(pem);
            return chain.isEmpty() ? null : chain.getFirst().getNotAfter().toInstant();
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            return null; // upstream: an error, so only the other rules apply
        }
    }
}
