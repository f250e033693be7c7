package io.j8s.certs;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/// What a certificate of our own authority shall say.
///
/// @param commonName the user's or server's name
/// @param organizations the user's groups
public record CertificateSpec(
        String commonName,
        List<String> organizations,
        AltNames altNames,
        Set<Usage> usages,
        Duration ttl,
        KeyType keyType) {

    /// Which keys are made for it.
    public enum KeyType {
        /// Fast to make and to use.
        EC,
        /// Slower to make, but read by every client of a kubeconfig, as kubeadm's are: fabric8
        /// before 7 needs a library for EC keys that it does not bring.
        RSA
    }

    // upstream: kubeadm's CertificateValidity, one year
    private static final Duration LEAF_TTL = Duration.ofDays(365);

    public CertificateSpec {
        organizations = List.copyOf(organizations);
        usages = Set.copyOf(usages);
    }

    /// The same with an RSA key.
    public CertificateSpec withRsaKey() {
        return new CertificateSpec(commonName, organizations, altNames, usages, ttl, KeyType.RSA);
    }

    public static CertificateSpec client(String commonName, String... organizations) {
        return new CertificateSpec(
                commonName,
                List.of(organizations),
                AltNames.NONE,
                Set.of(Usage.DIGITAL_SIGNATURE, Usage.KEY_ENCIPHERMENT, Usage.CLIENT_AUTH),
                LEAF_TTL,
                KeyType.EC);
    }

    /// The client certificate of the node agent on `node`.
    public static CertificateSpec node(String node) {
        return client("system:node:" + node, "system:nodes");
    }

    public static CertificateSpec server(String commonName, AltNames names) {
        return new CertificateSpec(
                commonName,
                List.of(),
                names,
                Set.of(Usage.DIGITAL_SIGNATURE, Usage.KEY_ENCIPHERMENT, Usage.SERVER_AUTH),
                LEAF_TTL,
                KeyType.EC);
    }

    /// The serving certificate of the node agent on `node` (upstream: signer
    /// `kubernetes.io/kubelet-serving`).
    public static CertificateSpec kubeletServing(String node, AltNames names) {
        return new CertificateSpec(
                "system:node:" + node,
                List.of("system:nodes"),
                names,
                Set.of(Usage.DIGITAL_SIGNATURE, Usage.KEY_ENCIPHERMENT, Usage.SERVER_AUTH),
                LEAF_TTL,
                KeyType.EC);
    }
}
