package io.j8s.controllers.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestBuilder;
import io.j8s.certs.AltNames;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateRequest;
import io.j8s.certs.CertificateSpec;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

final class CertificateRulesTest {

    private static final List<String> CLIENT = List.of("digital signature", "client auth");
    private static final List<String> SERVING = List.of("digital signature", "server auth");
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @Test
    void kubeletClientCertificatesAreForNodesOnly() throws Exception {
        assertThat(refusal(CertificateRules.KUBELET_CLIENT, CertificateSpec.node("n1"), CLIENT))
                .isEmpty();
        assertThat(
                        refusal(
                                CertificateRules.KUBELET_CLIENT,
                                CertificateSpec.client("system:node:n1", "system:masters"),
                                CLIENT))
                .contains("subject organization is not system:nodes");
        assertThat(
                        refusal(
                                CertificateRules.KUBELET_CLIENT,
                                CertificateSpec.client("bob", "system:nodes"),
                                CLIENT))
                .contains("subject common name does not begin with system:node:");
        assertThat(refusal(CertificateRules.KUBELET_CLIENT, CertificateSpec.node("n1"), SERVING))
                .contains("usages did not match [client auth digital signature key encipherment]");
        assertThat(
                        refusal(
                                CertificateRules.KUBELET_CLIENT,
                                CertificateSpec.kubeletServing("n1", AltNames.of(List.of("n1"))),
                                CLIENT))
                .contains("DNS subjectAltNames are not allowed");
    }

    @Test
    void kubeletServingCertificatesNameTheNode() throws Exception {
        var named = CertificateSpec.kubeletServing("n1", AltNames.of(List.of("n1", "10.0.0.1")));
        assertThat(refusal(CertificateRules.KUBELET_SERVING, named, SERVING)).isEmpty();
        assertThat(
                        refusal(
                                CertificateRules.KUBELET_SERVING,
                                CertificateSpec.kubeletServing("n1", AltNames.NONE),
                                SERVING))
                .contains("DNS or IP subjectAltName is required");
    }

    @Test
    void plainClientCertificatesAreForClients() throws Exception {
        var bob = CertificateSpec.client("bob");
        assertThat(refusal(CertificateRules.CLIENT, bob, CLIENT)).isEmpty();
        assertThat(refusal(CertificateRules.CLIENT, bob, SERVING))
                .contains("invalid usage for client certificate: server auth");
        assertThat(refusal(CertificateRules.CLIENT, bob, List.of("digital signature")))
                .contains("missing required usage for client certificate: client auth");
    }

    @Test
    void aRenewalIsKnownByWhoAsks() throws Exception {
        var request = request(CertificateRules.KUBELET_CLIENT, CertificateSpec.node("n1"), CLIENT);
        var inner = CertificateRules.parse(request);
        request.getSpec().setUsername("system:bootstrap:abcdef");
        assertThat(CertificateApprovingController.recognize(request, inner))
                .containsExactly(CertificateApprovingController.Recognized.NODE_CLIENT);
        request.getSpec().setUsername("system:node:n1");
        assertThat(CertificateApprovingController.recognize(request, inner))
                .containsExactly(
                        CertificateApprovingController.Recognized.SELF_NODE_CLIENT,
                        CertificateApprovingController.Recognized.NODE_CLIENT);
    }

    @Test
    void aNodeMayServeOnlyAsWhatItIs() throws Exception {
        var node =
                new NodeBuilder()
                        .withNewMetadata()
                        .withName("n1")
                        .endMetadata()
                        .withNewStatus()
                        .addNewAddress("10.0.0.1", "InternalIP")
                        .addNewAddress("n1", "Hostname")
                        .endStatus()
                        .build();
        var own =
                request(
                        CertificateRules.KUBELET_SERVING,
                        CertificateSpec.kubeletServing(
                                "n1", AltNames.of(List.of("n1", "10.0.0.1"))),
                        SERVING);
        own.getSpec().setUsername("system:node:n1");
        own.getSpec().setGroups(List.of("system:nodes", "system:authenticated"));
        assertThat(KubeletServingApprovingController.mayHave(own, node)).isTrue();
        own.getSpec().setUsername("system:node:n2");
        assertThat(KubeletServingApprovingController.mayHave(own, node)).isFalse();

        var foreign =
                request(
                        CertificateRules.KUBELET_SERVING,
                        CertificateSpec.kubeletServing(
                                "n1", AltNames.of(List.of("n1", "kubernetes.default"))),
                        SERVING);
        foreign.getSpec().setUsername("system:node:n1");
        foreign.getSpec().setGroups(List.of("system:nodes"));
        assertThat(KubeletServingApprovingController.mayHave(foreign, node)).isFalse();
    }

    @Test
    void certificatesLastAsLongAsAskedWithinLimits() {
        var year = Duration.ofDays(365);
        assertThat(CertificateSigningController.duration(null, year)).isEqualTo(year);
        assertThat(CertificateSigningController.duration(3600, year))
                .isEqualTo(Duration.ofHours(1));
        assertThat(CertificateSigningController.duration(1, year))
                .isEqualTo(Duration.ofMinutes(10));
        assertThat(CertificateSigningController.duration(Integer.MAX_VALUE, year)).isEqualTo(year);
    }

    @Test
    void requestsGoWhenNobodyNeedsThemAnyMore() throws Exception {
        var pending = request(CertificateRules.CLIENT, CertificateSpec.client("bob"), CLIENT);
        assertThat(CertificateCleanerController.end(pending))
                .contains(NOW.plus(Duration.ofHours(24)));
        var denied =
                new CertificateSigningRequestBuilder(pending)
                        .withNewStatus()
                        .addToConditions(CertificateRules.condition("Denied", "No", "no", NOW))
                        .endStatus()
                        .build();
        assertThat(CertificateCleanerController.end(denied))
                .contains(NOW.plus(Duration.ofHours(1)));
    }

    private static Optional<String> refusal(
            String signer, CertificateSpec spec, List<String> usages)
            throws GeneralSecurityException {
        var inner =
                CertificateRequest.parse(
                        CertificateRequest.create(spec, CertificateAuthority.newKeys()));
        return CertificateRules.refusal(signer, inner, usages);
    }

    private static CertificateSigningRequest request(
            String signer, CertificateSpec spec, List<String> usages)
            throws GeneralSecurityException {
        var pem = CertificateRequest.create(spec, CertificateAuthority.newKeys());
        return new CertificateSigningRequestBuilder()
                .withNewMetadata()
                .withName("csr-1")
                .withCreationTimestamp(NOW.toString())
                .endMetadata()
                .withNewSpec()
                .withSignerName(signer)
                .withUsages(usages)
                .withRequest(
                        Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)))
                .endSpec()
                .build();
    }
}
