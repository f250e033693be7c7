package io.j8s.apiserver.access.authn;

import io.j8s.apiserver.chain.Authenticator;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.certs.SubjectNames;
import io.j8s.machinery.timers.Timers;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Client certificates: verified here and not in TLS, against the cluster's authority. CN is the
/// user, O are the groups (upstream: `authentication/request/x509`).
public final class X509Authenticator implements Authenticator {

    private static final int CACHED_MAX = 4096;
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USAGE = "2.5.29.37.0";
    private static final String CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";

    private final Set<TrustAnchor> anchors;
    private final Timers timers;
    // connections carry thousands of requests: the path is built once for each certificate
    private final BoundedCache<X509Certificate, Result> verified = new BoundedCache<>(CACHED_MAX);

    public X509Authenticator(List<X509Certificate> authorities, Timers timers) {
        var set = new HashSet<TrustAnchor>();
        authorities.forEach(authority -> set.add(new TrustAnchor(authority, null)));
        this.anchors = Set.copyOf(set);
        this.timers = timers;
    }

    @Override
    public Result authenticate(Credentials credentials) {
        var chain = credentials.certificates();
        if (chain.isEmpty()) {
            return new Result.NotMine();
        }
        var leaf = chain.getFirst();
        var now = timers.now();
        var known = verified.get(leaf);
        if (known != null && isCurrent(leaf, now)) {
            return known;
        }
        var result = verify(chain, now);
        if (result instanceof Result.Authenticated) {
            verified.put(leaf, result);
        }
        return result;
    }

    private static boolean isCurrent(X509Certificate certificate, Instant now) {
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && !now.isAfter(certificate.getNotAfter().toInstant());
    }

    private Result verify(List<X509Certificate> chain, Instant now) {
        var leaf = chain.getFirst();
        if (!isCurrent(leaf, now)) {
            return new Result.Rejected("x509: certificate has expired or is not yet valid");
        }
        try {
            if (!isForClients(leaf)) {
                return new Result.Rejected("x509: certificate specifies an incompatible key usage");
            }
            var target = new X509CertSelector();
            target.setCertificate(leaf);
            var parameters = new PKIXBuilderParameters(anchors, target);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return user(leaf);
        } catch (GeneralSecurityException e) {
            return new Result.Rejected(
                    "x509: certificate signed by unknown authority: " + e.getMessage());
        }
    }

    private static boolean isForClients(X509Certificate leaf) throws CertificateParsingException {
        var usages = leaf.getExtendedKeyUsage();
        return usages == null || usages.contains(CLIENT_AUTH) || usages.contains(ANY_USAGE);
    }

    private static Result user(X509Certificate leaf) throws GeneralSecurityException {
        var names = SubjectNames.of(leaf);
        if (names.commonName().isEmpty()) {
            return new Result.NotMine(); // upstream: a certificate without a CN is nobody's
        }
        return new Result.Authenticated(
                new UserInfo(
                        names.commonName(),
                        "",
                        names.organizations(),
                        Map.of(CREDENTIAL_ID, List.of("X509SHA256=" + fingerprint(leaf)))));
    }

    private static String fingerprint(X509Certificate certificate)
            throws GeneralSecurityException, CertificateEncodingException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    }
}
