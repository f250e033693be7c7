package io.j8s.controllers.auth;

import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestBuilder;
import io.j8s.certs.CertificateRequest;
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

import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/// Approves what kubelets ask for when they join and when their certificate nears its end, if who
/// asks may (upstream: `pkg/controller/certificates/approver`).
public final class CertificateApprovingController implements Controller {

    private final Api api;
    private final Timers timers;
    private final Informer<CertificateSigningRequest> requests;
    private final List<ControllerLoop<?>> loops;

    /// A kind of request that is approved without a person, if its requestor may create the
    /// subresource of that name.
    enum Recognized {
        SELF_NODE_CLIENT(
                "selfnodeclient",
                "Auto approving self kubelet client certificate after SubjectAccessReview."),
        NODE_CLIENT(
                "nodeclient",
                "Auto approving kubelet client certificate after SubjectAccessReview.");

        private final String subresource;
        private final String message;

        Recognized(String subresource, String message) {
            this.subresource = subresource;
            this.message = message;
        }
    }

    public CertificateApprovingController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.requests = context.informer(Kinds.CERTIFICATE_REQUESTS);
        var queue = context.queue("certificate");
        this.loops = List.of(context.loop(queue, this::reconcile, 5));
        requests.onChange((_, after) -> {
            if (after != null && isUndecided(after)) {
                queue.add(Meta.key(after));
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private static boolean isUndecided(CertificateSigningRequest request) {
        return !CertificateRules.isIssued(request)
                && !CertificateRules.has(request, CertificateRules.APPROVED)
                && !CertificateRules.has(request, CertificateRules.DENIED);
    }

    /// Pure: what the request is, in the order in which permission is asked.
    static List<Recognized> recognize(CertificateSigningRequest request, CertificateRequest inner) {
        var spec = request.getSpec();
        boolean isNodeClient =
                CertificateRules.KUBELET_CLIENT.equals(spec.getSignerName())
                        && CertificateRules.kubeletClient(inner, spec.getUsages()).isEmpty();
        if (!isNodeClient) {
            return List.of();
        }
        return inner.commonName().equals(spec.getUsername())
                ? List.of(Recognized.SELF_NODE_CLIENT, Recognized.NODE_CLIENT)
                : List.of(Recognized.NODE_CLIENT);
    }

    Outcome reconcile(ObjectKey key) {
        var found = requests.get(key).filter(CertificateApprovingController::isUndecided);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        var request = found.get();
        CertificateRequest inner;
        try {
            inner = CertificateRules.parse(request);
        } catch (GeneralSecurityException e) {
            throw new StatusException(
                    500,
                    "",
                    "unable to parse csr \"%s\": %s".formatted(key.name(), e.getMessage()));
        }
        var tried = new ArrayList<String>();
        for (var recognized : recognize(request, inner)) {
            tried.add(recognized.subresource);
            if (isAllowed(request, recognized.subresource)) {
                approve(request, recognized.message);
                return Outcome.DONE;
            }
        }
        if (!tried.isEmpty()) {
            // permissions may come later: tried again, as upstream does
            throw new StatusException(
                    403,
                    "",
                    "recognized csr \"%s\" as %s but subject access review was not approved"
                            .formatted(key.name(), tried));
        }
        return Outcome.DONE;
    }

    private boolean isAllowed(CertificateSigningRequest request, String subresource) {
        var spec = request.getSpec();
        var review =
                new SubjectAccessReviewBuilder()
                        .withNewMetadata()
                        .endMetadata()
                        .withNewSpec()
                        .withUser(spec.getUsername())
                        .withUid(spec.getUid())
                        .withGroups(spec.getGroups())
                        .withExtra(spec.getExtra())
                        .withNewResourceAttributes()
                        .withVerb("create")
                        .withGroup("certificates.k8s.io")
                        .withVersion("*")
                        .withResource("certificatesigningrequests")
                        .withSubresource(subresource)
                        .endResourceAttributes()
                        .endSpec()
                        .build();
        var status = api.create(Kinds.ACCESS_REVIEWS, review).getStatus();
        return status != null && Boolean.TRUE.equals(status.getAllowed());
    }

    private void approve(CertificateSigningRequest request, String message) {
        api.updateSubresource(
                Kinds.CERTIFICATE_REQUESTS,
                "approval",
                new CertificateSigningRequestBuilder(request)
                        .editOrNewStatus()
                        .addToConditions(
                                CertificateRules.condition(
                                        CertificateRules.APPROVED,
                                        "AutoApproved",
                                        message,
                                        timers.now()))
                        .endStatus()
                        .build());
    }
}
