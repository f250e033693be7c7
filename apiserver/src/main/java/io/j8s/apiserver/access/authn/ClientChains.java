package io.j8s.apiserver.access.authn;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Whether clients' certificate chains lead to given authorities, for authentication outside TLS.
/// Immutable.
final class ClientChains {

    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USAGE = "2.5.29.37.0";

    private final Set<TrustAnchor> anchors;

    ClientChains(List<X509Certificate> authorities) {
        var set = new HashSet<TrustAnchor>();
        authorities.forEach(authority -> set.add(new TrustAnchor(authority, null)));
        anchors = Set.copyOf(set);
    }

    static boolean isCurrent(X509Certificate certificate, Instant now) {
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && !now.isAfter(certificate.getNotAfter().toInstant());
    }

    /// What is wrong with a chain, in Go's words; null when nothing is.
    ///
    /// @param chain leaf first, not empty
    @Nullable String fault(List<X509Certificate> chain, Instant now) {
        var leaf = chain.getFirst();
        if (!isCurrent(leaf, now)) {
            return "x509: certificate has expired or is not yet valid";
        }
        try {
            if (!isForClients(leaf)) {
                return "x509: certificate specifies an incompatible key usage";
            }
            var target = new X509CertSelector();
            target.setCertificate(leaf);
            var parameters = new PKIXBuilderParameters(anchors, target);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return null;
        } catch (GeneralSecurityException e) {
            return "x509: certificate signed by unknown authority: " + e.getMessage();
        }
    }

    private static boolean isForClients(X509Certificate leaf) throws CertificateParsingException {
        var usages = leaf.getExtendedKeyUsage();
        return usages == null || usages.contains(CLIENT_AUTH) || usages.contains(ANY_USAGE);
    }
}
