package io.j8s.nodeagent.volumes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ClusterTrustBundleProjectionBuilder;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodCertificateProjectionBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.ClusterTrustBundleBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.PodCertificateRequestBuilder;
import io.j8s.certs.CertificateRequest;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.nodeagent.FakeCluster;
import io.j8s.nodeagent.TestPods;
import io.j8s.nodeagent.api.EventRecorder;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

class ProjectedSourcesTest {

    private static final String ONE = pem("AAAA");
    private static final String TWO = pem("BBBB");

    private final FakeCluster cluster = new FakeCluster();

    private static String pem(String body) {
        return "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
    }

    private void addBundle(String name, String signer, String text) {
        cluster.bundles.put(
                name,
                new ClusterTrustBundleBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .addToLabels("who", name)
                        .endMetadata()
                        .withNewSpec(signer, text)
                        .build());
    }

    private String anchors(ClusterTrustBundleProjectionBuilder source) throws VolumeException {
        return new String(TrustAnchors.of(cluster, source.build()), StandardCharsets.US_ASCII);
    }

    @Test
    void bundlesAreCleanedAndEachCertificateStandsOnce() throws Exception {
        addBundle("a", "example.com/s", "words " + TWO + "\nmore words\n" + ONE + ONE);
        addBundle(
                "b",
                "example.com/s",
                "-----BEGIN CERTIFICATE-----\nKey: value\n\nBBBB\n-----END CERTIFICATE-----\n");
        assertThat(anchors(new ClusterTrustBundleProjectionBuilder().withName("a")))
                .isEqualTo(ONE + TWO);
        var all =
                new ClusterTrustBundleProjectionBuilder()
                        .withSignerName("example.com/s")
                        .withNewLabelSelector()
                        .endLabelSelector();
        assertThat(anchors(all)).isEqualTo(ONE + TWO);
        var some =
                new ClusterTrustBundleProjectionBuilder()
                        .withSignerName("example.com/s")
                        .withNewLabelSelector()
                        .addToMatchLabels("who", "b")
                        .endLabelSelector();
        assertThat(anchors(some)).isEqualTo(TWO);
    }

    @Test
    void missingBundlesAreRefusedUnlessTheyMayBeMissing() throws Exception {
        var byName = new ClusterTrustBundleProjectionBuilder().withName("none");
        assertThatThrownBy(() -> anchors(byName))
                .hasMessage(
                        "while getting ClusterTrustBundle: clustertrustbundle.certificates.k8s.io"
                                + " \"none\" not found");
        assertThat(anchors(byName.withOptional(true))).isEmpty();
        addBundle("a", "example.com/s", ONE);
        var withoutSelector =
                new ClusterTrustBundleProjectionBuilder().withSignerName("example.com/s");
        assertThatThrownBy(() -> anchors(withoutSelector))
                .as("no selector selects nothing")
                .hasMessage(
                        "combination of signerName and labelSelector matched zero"
                                + " ClusterTrustBundles");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ED25519", "ECDSAP256", "ECDSAP384", "ECDSAP521"})
    void certificateIsAskedForWithAKeyOfItsOwn(String keyType) throws Exception {
        try (var timers = new SystemTimers()) {
            var pod = TestPods.pod("p", "Always", "true");
            cluster.createNode(
                    new NodeBuilder().withNewMetadata().withName("node-1").endMetadata().build());
            cluster.serviceAccounts.put(
                    new ObjectKey("default", "default"),
                    new ServiceAccountBuilder()
                            .withNewMetadata()
                            .withUid("account")
                            .endMetadata()
                            .build());
            var wanted =
                    new PodCertificateProjectionBuilder()
                            .withSignerName("example.com/s")
                            .withKeyType(keyType)
                            .build();
            var events = new EventRecorder(cluster, timers, "kubelet", "node-1");
            var certificates = new PodCertificates(cluster, timers, events);
            assertThatThrownBy(() -> certificates.bundle(pod, "v", 0, wanted))
                    .hasMessage("credential bundle is not issued yet");
            var request =
                    cluster.podCertificateRequest(new ObjectKey("default", "req-1")).orElseThrow();
            assertThat(request.getSpec().getPodUID()).isEqualTo("uid-p");
            assertThat(request.getSpec().getServiceAccountUID()).isEqualTo("account");
            var der = request.getSpec().getStubPKCS10Request();
            CertificateRequest.parse(
                    "-----BEGIN CERTIFICATE REQUEST-----\n"
                            + der
                            + "\n-----END CERTIFICATE REQUEST-----\n"); // proves that it has the
            // key
            assertThat(Base64.getDecoder().decode(der)).isNotEmpty();
            cluster.certificateRequests.put(
                    new ObjectKey("default", "req-1"),
                    new PodCertificateRequestBuilder(request)
                            .withNewStatus()
                            .withCertificateChain("words\n" + ONE)
                            .withBeginRefreshAt(Instant.now().plusSeconds(3600).toString())
                            .withNotAfter(Instant.now().plusSeconds(7200).toString())
                            .withConditions(
                                    new ConditionBuilder()
                                            .withType("Issued")
                                            .withStatus("True")
                                            .build())
                            .endStatus()
                            .build());
            var bundle = certificates.bundle(pod, "v", 0, wanted);
            assertThat(bundle.chain()).isEqualTo(ONE);
            assertThat(bundle.key()).startsWith("-----BEGIN PRIVATE KEY-----\n");
            assertThat(certificates.bundle(pod, "v", 0, wanted)).isEqualTo(bundle);
        }
    }

    @Test
    void deniedCertificateIsToldForGood() throws Exception {
        try (var timers = new SystemTimers()) {
            var pod = TestPods.pod("p", "Always", "true");
            cluster.createNode(
                    new NodeBuilder().withNewMetadata().withName("node-1").endMetadata().build());
            cluster.serviceAccounts.put(
                    new ObjectKey("default", "default"),
                    new ServiceAccountBuilder()
                            .withNewMetadata()
                            .withUid("account")
                            .endMetadata()
                            .build());
            var wanted = new PodCertificateProjectionBuilder().withKeyType("ED25519").build();
            var certificates =
                    new PodCertificates(
                            cluster,
                            timers,
                            new EventRecorder(cluster, timers, "kubelet", "node-1"));
            assertThatThrownBy(() -> certificates.bundle(pod, "v", 0, wanted))
                    .isInstanceOf(VolumeException.class);
            cluster.certificateRequests.computeIfPresent(
                    new ObjectKey("default", "req-1"),
                    (_, request) ->
                            new PodCertificateRequestBuilder(request)
                                    .withNewStatus()
                                    .withConditions(
                                            new ConditionBuilder()
                                                    .withType("Denied")
                                                    .withReason("Because")
                                                    .withMessage("no")
                                                    .build())
                                    .endStatus()
                                    .build());
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> certificates.bundle(pod, "v", 0, wanted))
                        .hasMessage(
                                "PodCertificateRequest was permanently denied: reason=\"Because\""
                                        + " message=\"no\"");
            }
        }
    }
}
