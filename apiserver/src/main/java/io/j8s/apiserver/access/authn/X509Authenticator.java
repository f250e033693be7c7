package io.j8s.apiserver.access.authn;

import io.j8s.apiserver.chain.Authenticator;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.certs.SubjectNames;
import io.j8s.machinery.timers.Timers;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Client certificates: verified here and not in TLS, against the cluster's authority. CN is the
/// user, O are the groups (upstream: `authentication/request/x509`).
public final class X509Authenticator implements Authenticator {

    private static final int CACHED_MAX = 4096;
    private static final String CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";

    private final ClientChains chains;
    private final Timers timers;
    // connections carry thousands of requests: the path is built once for each certificate
    private final BoundedCache<X509Certificate, Result> verified = new BoundedCache<>(CACHED_MAX);

    public X509Authenticator(List<X509Certificate> authorities, Timers timers) {
        this.chains = new ClientChains(authorities);
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
        if (known != null && ClientChains.isCurrent(leaf, now)) {
            return known;
        }
        var result = verify(chain, now);
        if (result instanceof Result.Authenticated) {
            verified.put(leaf, result);
        }
        return result;
    }

    private Result verify(List<X509Certificate> chain, Instant now) {
        var fault = chains.fault(chain, now);
        try {
            return fault != null ? new Result.Rejected(fault) : user(chain.getFirst());
        } catch (GeneralSecurityException e) {
            return new Result.Rejected("x509: " + e.getMessage());
        }
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
