package io.j8s.apiserver.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateRequest;
import io.j8s.certs.CertificateSpec;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

class SmallPluginsTest {

    private final FakeLookup lookup = new FakeLookup();

    private void storageClass(String name, String created, boolean grows) {
        lookup.put(
                "storageclasses.storage.k8s.io",
                """
                apiVersion: storage.k8s.io/v1
                kind: StorageClass
                metadata:
                  name: %s
                  creationTimestamp: "%s"
                  annotations: {storageclass.kubernetes.io/is-default-class: "true"}
                provisioner: x
                allowVolumeExpansion: %s
                """
                        .formatted(name, created, grows));
    }

    private static Tree claim(String spec, String phase) {
        return FakeLookup.tree(
                """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: c, namespace: shop}
                spec: %s
                status: {phase: %s}
                """
                        .formatted(spec, phase));
    }

    @Test
    void newestDefaultStorageClassIsTaken() {
        storageClass("old", "2026-01-01T00:00:00Z", false);
        storageClass("new", "2026-02-01T00:00:00Z", false);
        var plugin = new DefaultStorageClass(lookup);
        var claim = claim("{}", "Pending");
        assertThat(Asked.refusal(plugin, Asked.create("persistentvolumeclaims", claim))).isEmpty();
        assertThat(claim.string("spec.storageClassName")).isEqualTo("new");
        var none = claim("{storageClassName: ''}", "Pending");
        assertThat(Asked.refusal(plugin, Asked.create("persistentvolumeclaims", none))).isEmpty();
        assertThat(none.string("spec.storageClassName")).isEmpty();
    }

    @Test
    void defaultIngressClassIsTakenUnlessNamed() {
        lookup.put(
                "ingressclasses.networking.k8s.io",
                """
                apiVersion: networking.k8s.io/v1
                kind: IngressClass
                metadata:
                  name: nginx
                  annotations: {ingressclass.kubernetes.io/is-default-class: "true"}
                spec: {controller: x/y}
                """);
        var ingress =
                FakeLookup.tree(
                        """
                        apiVersion: networking.k8s.io/v1
                        kind: Ingress
                        metadata: {name: i, namespace: shop}
                        spec: {}
                        """);
        Asked.refusal(
                new DefaultIngressClass(lookup),
                Asked.create("ingresses.networking.k8s.io", ingress));
        assertThat(ingress.string("spec.ingressClassName")).isEqualTo("nginx");
    }

    @Test
    void storageInUseIsProtected() {
        var claim = claim("{}", "Pending");
        Asked.refusal(
                new StorageObjectInUseProtection(), Asked.create("persistentvolumeclaims", claim));
        assertThat(claim.strings("metadata.finalizers"))
                .containsExactly("kubernetes.io/pvc-protection");
    }

    @Test
    void claimsGrowOnlyWhereTheClassLetsThem() {
        var plugin = new PersistentVolumeClaimResize(lookup);
        var small = "{storageClassName: fast, resources: {requests: {storage: 1Gi}}}";
        var large = "{storageClassName: fast, resources: {requests: {storage: 2Gi}}}";
        assertThat(
                        Asked.refusal(
                                plugin,
                                Asked.update(
                                        "persistentvolumeclaims",
                                        claim(large, "Pending"),
                                        claim(small, "Pending"))))
                .isEqualTo(
                        "persistentvolumeclaims \"c\" is forbidden: Only bound persistent volume"
                                + " claims can be expanded");
        var bound =
                Asked.update(
                        "persistentvolumeclaims", claim(large, "Bound"), claim(small, "Bound"));
        storageClass("fast", "2026-01-01T00:00:00Z", false);
        assertThat(Asked.refusal(plugin, bound))
                .isEqualTo(
                        "persistentvolumeclaims \"c\" is forbidden: only dynamically provisioned"
                                + " pvc can be resized and the storageclass that provisions the pvc"
                                + " must support resize");
        storageClass("fast", "2026-01-01T00:00:00Z", true);
        assertThat(Asked.refusal(plugin, bound)).isEmpty();
    }

    private static Tree request(String signer, String pem) {
        return FakeLookup.tree(
                """
                apiVersion: certificates.k8s.io/v1
                kind: CertificateSigningRequest
                metadata: {name: r}
                spec: {signerName: %s, usages: [client auth], request: %s}
                """
                        .formatted(
                                signer,
                                Base64.getEncoder()
                                        .encodeToString(pem.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void certificatesNeedTheSignersRight() throws Exception {
        Authorizer onlyDomain =
                (user, info) ->
                        info.resource().equals("signers") && info.name().equals("example.org/*")
                                ? new Authorizer.Decision.Allowed("")
                                : new Authorizer.Decision.NoOpinion("");
        var plugins = CertificatePlugins.all(onlyDomain);
        var foreign = request("kubernetes.io/kubelet-serving", "x");
        var approval =
                Asked.of(
                        Operation.UPDATE,
                        "certificatesigningrequests.certificates.k8s.io",
                        "approval",
                        foreign,
                        foreign,
                        Asked.JANE);
        assertThat(Asked.refusal(plugins.getFirst(), approval))
                .isEqualTo(
                        "certificatesigningrequests.certificates.k8s.io \"r\" is forbidden: user"
                                + " not permitted to approve requests with signerName"
                                + " \"kubernetes.io/kubelet-serving\"");
        var own = request("example.org/s", "x");
        assertThat(
                        Asked.refusal(
                                plugins.getFirst(),
                                Asked.of(
                                        Operation.UPDATE,
                                        "certificatesigningrequests.certificates.k8s.io",
                                        "approval",
                                        own,
                                        own,
                                        Asked.JANE)))
                .isEmpty();
        var masters =
                CertificateRequest.create(
                        CertificateSpec.client("eve", UserInfo.MASTERS_GROUP),
                        CertificateAuthority.newKeys());
        assertThat(
                        Asked.refusal(
                                plugins.getLast(),
                                Asked.create(
                                        "certificatesigningrequests.certificates.k8s.io",
                                        request("kubernetes.io/kube-apiserver-client", masters))))
                .isEqualTo(
                        "certificatesigningrequests.certificates.k8s.io \"r\" is forbidden: use of"
                                + " kubernetes.io/kube-apiserver-client signer with system:masters"
                                + " group is not allowed");
    }
}
