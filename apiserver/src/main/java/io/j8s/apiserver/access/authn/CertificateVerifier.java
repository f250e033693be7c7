package io.j8s.apiserver.access.authn;

import io.j8s.machinery.timers.Timers;

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

/// Checks clients' certificates against a set of authorities, outside of TLS. Connections carry
/// thousands of requests, so that a path is built once for each certificate. Safe for use by many
/// threads.
final class CertificateVerifier {

    private static final int CACHED_MAX = 4096;
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USAGE = "2.5.29.37.0";

    private final Set<TrustAnchor> anchors;
    private final Timers timers;
    private final BoundedCache<X509Certificate, Boolean> verified = new BoundedCache<>(CACHED_MAX);

    CertificateVerifier(List<X509Certificate> authorities, Timers timers) {
        var set = new HashSet<TrustAnchor>();
        authorities.forEach(authority -> set.add(new TrustAnchor(authority, null)));
        this.anchors = Set.copyOf(set);
        this.timers = timers;
    }

    /// @param chain not empty; the client's own certificate first
    /// @return what is wrong with it; null for nothing
    @Nullable String reject(List<X509Certificate> chain) {
        var leaf = chain.getFirst();
        var now = timers.now();
        if (!isCurrent(leaf, now)) {
            return "x509: certificate has expired or is not yet valid";
        }
        if (verified.get(leaf) != null) {
            return null;
        }
        var wrong = verify(chain, now);
        if (wrong == null) {
            verified.put(leaf, true);
        }
        return wrong;
    }

    private static boolean isCurrent(X509Certificate certificate, Instant now) {
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && !now.isAfter(certificate.getNotAfter().toInstant());
    }

    private @Nullable String verify(List<X509Certificate> chain, Instant now) {
        var leaf = chain.getFirst();
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
