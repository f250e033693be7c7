package io.j8s.controllers.auth;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestBuilder;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateRequest;
import io.j8s.certs.Usage;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Signs approved requests to the signers of `kubernetes.io` with the cluster's authority
/// (upstream: `pkg/controller/certificates/signer`).
public final class CertificateSigningController implements Controller {

    private static final Duration SHORTEST = Duration.ofMinutes(10); // upstream: twice the backdate

    private final Api api;
    private final Timers timers;
    private final @Nullable CertificateAuthority authority;
    private final Duration longest;
    private final Informer<CertificateSigningRequest> requests;
    private final List<ControllerLoop<?>> loops;

    public CertificateSigningController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.authority = context.config().signer();
        this.longest = context.config().signingDuration();
        this.requests = context.informer(Kinds.CERTIFICATE_REQUESTS);
        var queue = context.queue("certificate_signing");
        this.loops = List.of(context.loop(queue, this::reconcile, 5));
        requests.onChange((_, after) -> {
            if (after != null && isToSign(after)) {
                queue.add(Meta.key(after));
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private static boolean isToSign(CertificateSigningRequest request) {
        return CertificateRules.isApproved(request)
                && !CertificateRules.isIssued(request)
                && !CertificateRules.has(request, CertificateRules.FAILED)
                && CertificateRules.isOurs(Meta.orEmpty(request.getSpec().getSignerName()));
    }

    Outcome reconcile(ObjectKey key) {
        var found = requests.get(key).filter(CertificateSigningController::isToSign);
        if (found.isEmpty() || authority == null) {
            return Outcome.DONE;
        }
        var request = found.get();
        var spec = request.getSpec();
        CertificateRequest inner;
        try {
            inner = CertificateRules.parse(request);
        } catch (GeneralSecurityException e) {
            throw new StatusException(
                    500,
                    "",
                    "unable to parse csr \"%s\": %s".formatted(key.name(), e.getMessage()));
        }
        var refusal = CertificateRules.refusal(spec.getSignerName(), inner, spec.getUsages());
        if (refusal.isPresent()) {
            fail(request, refusal.get());
            return Outcome.DONE;
        }
        try {
            var pem =
                    authority.sign(
                            inner,
                            usages(spec.getUsages()),
                            duration(spec.getExpirationSeconds(), longest),
                            timers.now());
            issue(request, pem);
        } catch (GeneralSecurityException e) {
            throw new StatusException(500, "", "error auto signing csr: " + e.getMessage());
        }
        return Outcome.DONE;
    }

    /// Pure: as long as asked for, within what the signer gives.
    static Duration duration(@Nullable Integer asked, Duration longest) {
        if (asked == null) {
            return longest;
        }
        var wanted = Duration.ofSeconds(asked);
        if (wanted.compareTo(longest) > 0) {
            return longest;
        }
        return wanted.compareTo(SHORTEST) < 0 ? SHORTEST : wanted;
    }

    private static Set<Usage> usages(List<String> names) throws GeneralSecurityException {
        var known = EnumSet.noneOf(Usage.class);
        var unknown = new ArrayList<String>();
        for (var name : names) {
            Usage.of(name).ifPresentOrElse(known::add, () -> unknown.add("\"" + name + "\""));
        }
        if (!unknown.isEmpty()) {
            throw new GeneralSecurityException(
                    "unrecognized usage values: [" + String.join(" ", unknown) + "]");
        }
        return known;
    }

    private void fail(CertificateSigningRequest request, String why) {
        api.updateStatus(
                Kinds.CERTIFICATE_REQUESTS,
                new CertificateSigningRequestBuilder(request)
                        .editOrNewStatus()
                        .addToConditions(
                                CertificateRules.condition(
                                        CertificateRules.FAILED,
                                        "SignerValidationFailure",
                                        why,
                                        timers.now()))
                        .endStatus()
                        .build());
    }

    private void issue(CertificateSigningRequest request, String pem) {
        api.updateStatus(
                Kinds.CERTIFICATE_REQUESTS,
                new CertificateSigningRequestBuilder(request)
                        .editOrNewStatus()
                        .withCertificate(
                                Base64.getEncoder()
                                        .encodeToString(pem.getBytes(StandardCharsets.US_ASCII)))
                        .endStatus()
                        .build());
    }
}
