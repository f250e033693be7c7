package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.schema.Tree;
import io.j8s.certs.CertificateRequest;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/// Who may approve, sign and ask for certificates, and attest trust bundles: four small plugins
/// around one right (upstream: `plugin/pkg/admission/certificates`).
public final class CertificatePlugins {

    private static final String GROUP = "certificates.k8s.io";
    private static final String REQUESTS = "certificatesigningrequests";
    private static final String CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";
    private static final String MASTERS = "system:masters";

    private CertificatePlugins() {}

    /// In upstream's order.
    public static List<AdmissionPlugin> all(Authorizer authorizer) {
        var signers = new Signers(authorizer);
        return List.of(
                new Approval(signers),
                new Signing(signers),
                new PodSigning(signers),
                new Attest(signers),
                new Subject());
    }

    private static String signer(AdmissionAttributes attributes) {
        var old = attributes.old();
        var object = old == null ? Objects.requireNonNull(attributes.object()) : old;
        return object.string("spec.signerName", "");
    }

    private record Approval(Signers signers) implements AdmissionPlugin {

        @Override
        public String name() {
            return "CertificateApproval";
        }

        @Override
        public boolean handles(AdmissionAttributes attributes) {
            return Refusals.isUpdate(attributes)
                    && attributes.subresource().equals("approval")
                    && Refusals.isFor(attributes, GROUP, REQUESTS);
        }

        @Override
        public void validate(AdmissionAttributes attributes) {
            var signer = signer(attributes);
            if (!signers.allow(attributes.context().user(), "approve", signer)) {
                throw Refusals.forbidden(
                        attributes,
                        "user not permitted to approve requests with signerName "
                                + FieldErrors.quote(signer));
            }
        }
    }

    private record Signing(Signers signers) implements AdmissionPlugin {

        @Override
        public String name() {
            return "CertificateSigning";
        }

        @Override
        public boolean handles(AdmissionAttributes attributes) {
            return Refusals.isUpdate(attributes)
                    && attributes.subresource().equals("status")
                    && Refusals.isFor(attributes, GROUP, REQUESTS);
        }

        @Override
        public void validate(AdmissionAttributes attributes) {
            var updated = Objects.requireNonNull(attributes.object());
            var old = Objects.requireNonNull(attributes.old());
            boolean isUntouched =
                    updated.semanticallyEquals(old, "status.certificate")
                            && sameFailed(updated, old);
            if (isUntouched) {
                return;
            }
            var signer = signer(attributes);
            if (!signers.allow(attributes.context().user(), "sign", signer)) {
                throw Refusals.forbidden(
                        attributes,
                        "user not permitted to sign requests with signerName "
                                + FieldErrors.quote(signer));
            }
        }

        /// Saying that a request failed is the signer's word too.
        private static boolean sameFailed(Tree updated, Tree old) {
            return hasFailed(updated) == hasFailed(old);
        }

        private static boolean hasFailed(Tree request) {
            return request.trees("status.conditions").stream()
                    .anyMatch(condition -> condition.string("type", "").equals("Failed"));
        }
    }

    /// Upstream asks this among the rules of the kind, so it is a cause that makes it invalid.
    private record PodSigning(Signers signers) implements AdmissionPlugin {

        @Override
        public String name() {
            return "PodCertificateSigning";
        }

        @Override
        public boolean handles(AdmissionAttributes attributes) {
            return Refusals.isUpdate(attributes)
                    && attributes.subresource().equals("status")
                    && Refusals.isFor(attributes, GROUP, "podcertificaterequests");
        }

        @Override
        public void validate(AdmissionAttributes attributes) {
            var updated = Objects.requireNonNull(attributes.object());
            var old = Objects.requireNonNull(attributes.old());
            var signer = signer(attributes);
            var user = attributes.context().user();
            if (updated.semanticallyEquals(old, "status") || signers.allow(user, "sign", signer)) {
                return;
            }
            var errors = new FieldErrors();
            errors.forbidden(
                    "spec.signerName",
                    "User %s is not permitted to \"sign\" for signer %s"
                            .formatted(FieldErrors.quote(user.name()), FieldErrors.quote(signer)));
            throw new ApiException(
                    new ApiError.Invalid(
                            GROUP,
                            "PodCertificateRequest",
                            old.string("metadata.name", ""),
                            errors.list()));
        }
    }

    private record Attest(Signers signers) implements AdmissionPlugin {

        @Override
        public String name() {
            return "ClusterTrustBundleAttest";
        }

        @Override
        public boolean handles(AdmissionAttributes attributes) {
            return (Refusals.isCreate(attributes) || Refusals.isUpdate(attributes))
                    && Refusals.isFor(attributes, GROUP, "clustertrustbundles");
        }

        @Override
        public void validate(AdmissionAttributes attributes) {
            var bundle = Objects.requireNonNull(attributes.object());
            var old = attributes.old();
            var signer = bundle.string("spec.signerName", "");
            if (signer.isEmpty() || (old != null && bundle.semanticallyEquals(old, "spec"))) {
                return;
            }
            if (!signers.allow(attributes.context().user(), "attest", signer)) {
                throw Refusals.forbidden(
                        attributes,
                        "user not permitted to attest for signerName " + FieldErrors.quote(signer));
            }
        }
    }

    private record Subject() implements AdmissionPlugin {

        @Override
        public String name() {
            return "CertificateSubjectRestriction";
        }

        @Override
        public boolean handles(AdmissionAttributes attributes) {
            return Refusals.isCreate(attributes)
                    && attributes.subresource().isEmpty()
                    && Refusals.isFor(attributes, GROUP, REQUESTS);
        }

        @Override
        public void validate(AdmissionAttributes attributes) {
            var object = Objects.requireNonNull(attributes.object());
            if (!object.string("spec.signerName", "").equals(CLIENT_SIGNER)) {
                return;
            }
            try {
                var pem =
                        new String(
                                Base64.getDecoder().decode(object.string("spec.request", "")),
                                StandardCharsets.UTF_8);
                if (CertificateRequest.parse(pem).organizations().contains(MASTERS)) {
                    throw Refusals.forbidden(
                            attributes,
                            "use of %s signer with %s group is not allowed"
                                    .formatted(CLIENT_SIGNER, MASTERS));
                }
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw Refusals.forbidden(attributes, "failed to parse CSR: " + e.getMessage());
            }
        }
    }
}
