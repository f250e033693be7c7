package io.j8s.certs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/// The cluster's PKI directory, laid out as kubeadm's: what is missing, about to expire or wrong is
/// made anew, the rest is loaded. Opened by one process at a time (the data directory's lock).
///
/// Durable when [#open] returns.
///
/// @param authority signs serving and client certificates (`ca.crt`)
/// @param frontProxyAuthority signs what the aggregation layer shows (`front-proxy-ca.crt`)
/// @param serving the API server's own (`apiserver.crt`)
/// @param kubeletClient the API server to kubelets (`apiserver-kubelet-client.crt`)
/// @param frontProxyClient the API server to aggregated servers (`front-proxy-client.crt`)
/// @param adminIssued `kubernetes-admin` in `system:masters` (`admin.crt`); see [#openAdminLater]
/// @param serviceAccountKeys `sa.key`, `sa.pub`
public record Pki(
        Path directory,
        CertificateAuthority authority,
        CertificateAuthority frontProxyAuthority,
        Credential serving,
        Credential kubeletClient,
        Credential frontProxyClient,
        Future<Credential> adminIssued,
        ServiceAccountKeys serviceAccountKeys) {

    private static final Duration RENEW_BEFORE = Duration.ofDays(30);

    /// Loads or makes everything below `directory`.
    ///
    /// @param names what the serving certificate stands for
    /// @throws IOException when files cannot be read or written
    /// @throws GeneralSecurityException when an authority or the token key is unreadable: they are
    ///   never replaced silently, as every credential in use depends on them
    public static Pki open(Path directory, AltNames names, Instant now)
            throws IOException, GeneralSecurityException {
        var pki = openAdminLater(directory, names, now);
        pki.admin();
        return pki;
    }

    /// As [#open], but returns while the admin's key is still being made: it is an RSA key, which
    /// takes longer than all others together, and nothing needs it before the kubeconfig is
    /// written. [#admin] waits for it.
    public static Pki openAdminLater(Path directory, AltNames names, Instant now)
            throws IOException, GeneralSecurityException {
        var authority = authority(directory, "ca", "kubernetes", now);
        var admin =
                new FutureTask<>(() ->
                        leaf(
                                directory,
                                "admin",
                                authority,
                                CertificateSpec.client("kubernetes-admin", "system:masters")
                                        .withRsaKey(),
                                now));
        var frontProxy = authority(directory, "front-proxy-ca", "front-proxy-ca", now);
        var keys = serviceAccountKeys(directory);
        var pki =
                new Pki(
                        directory,
                        authority,
                        frontProxy,
                        leaf(
                                directory,
                                "apiserver",
                                authority,
                                CertificateSpec.server("kube-apiserver", names),
                                now),
                        leaf(
                                directory,
                                "apiserver-kubelet-client",
                                authority,
                                // upstream: kubeadm since 1.29 puts it into this group; RBAC's
                                // kubelet-api-admin is not bound to it by default, masters may
                                CertificateSpec.client(
                                        "kube-apiserver-kubelet-client", "system:masters"),
                                now),
                        leaf(
                                directory,
                                "front-proxy-client",
                                frontProxy,
                                CertificateSpec.client("front-proxy-client"),
                                now),
                        admin,
                        keys);
        // last: it would take the others' share of few cores
        Thread.ofPlatform().name("admin key").daemon().start(admin);
        return pki;
    }

    /// The admin's certificate; waits until it is made and durable.
    public Credential admin() {
        try {
            return adminIssued.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot make the admin's certificate", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the admin's key is made", e);
        }
    }

    /// Loads `NAME.crt` and `NAME.key`, or makes them: for nodes, components and further users.
    public Credential credential(String name, CertificateSpec spec, Instant now)
            throws IOException, GeneralSecurityException {
        return leaf(directory, name, authority, spec, now);
    }

    /// The same PKI with every certificate renewed that is near its end.
    public Pki renewed(Instant now) throws IOException, GeneralSecurityException {
        return open(directory, AltNames.in(serving.certificate()), now);
    }

    /// The admin's kubeconfig.
    public Kubeconfig adminKubeconfig(String server) {
        return kubeconfig("kubernetes-admin", server, new Kubeconfig.Login.Certificate(admin()));
    }

    public Kubeconfig kubeconfig(String user, String server, Kubeconfig.Login login) {
        return new Kubeconfig("j8s", user, server, authority.credential().certificatePem(), login);
    }

    private static CertificateAuthority authority(
            Path directory, String file, String commonName, Instant now)
            throws IOException, GeneralSecurityException {
        var certificate = directory.resolve(file + ".crt");
        if (Files.exists(certificate)) {
            return new CertificateAuthority(load(directory, file));
        }
        var made = CertificateAuthority.create(commonName, now);
        save(directory, file, made.credential());
        return made;
    }

    private static Credential leaf(
            Path directory,
            String file,
            CertificateAuthority authority,
            CertificateSpec spec,
            Instant now)
            throws IOException, GeneralSecurityException {
        if (Files.exists(directory.resolve(file + ".crt"))
                && Files.exists(directory.resolve(file + ".key"))) {
            try {
                var found = load(directory, file);
                if (isGood(found, authority, spec, now)) {
                    return found;
                }
            } catch (GeneralSecurityException _) {
                // unreadable: a leaf is cheap to make anew
            }
        }
        var made = authority.issue(spec, now);
        save(directory, file, made);
        return made;
    }

    /// Pure: whether a stored certificate still says what it should.
    static boolean isGood(
            Credential found, CertificateAuthority authority, CertificateSpec spec, Instant now) {
        var certificate = found.certificate();
        return certificate.getNotAfter().toInstant().isAfter(now.plus(RENEW_BEFORE))
                && !certificate.getNotBefore().toInstant().isAfter(now)
                && AltNames.in(certificate).matches(spec.altNames())
                && SubjectNames.of(certificate).matches(spec)
                && authority.issued(certificate);
    }

    private static ServiceAccountKeys serviceAccountKeys(Path directory)
            throws IOException, GeneralSecurityException {
        var key = directory.resolve("sa.key");
        var pub = directory.resolve("sa.pub");
        if (Files.exists(key)) {
            return new ServiceAccountKeys(
                    Pem.readPrivateKey(Files.readString(key)),
                    Pem.readPublicKeys(Files.readString(pub)));
        }
        var made = ServiceAccountKeys.create();
        // the public key first: a key file means that the pair is complete
        PrivateFiles.write(pub, Pem.key(made.trusted().getFirst()));
        PrivateFiles.write(key, Pem.key(made.signer()));
        return made;
    }

    private static Credential load(Path directory, String file)
            throws IOException, GeneralSecurityException {
        var chain = Pem.readCertificates(Files.readString(directory.resolve(file + ".crt")));
        if (chain.isEmpty()) {
            throw new GeneralSecurityException(
                    "no certificate in " + directory.resolve(file + ".crt"));
        }
        var key = Pem.readPrivateKey(Files.readString(directory.resolve(file + ".key")));
        return new Credential(key, chain);
    }

    private static void save(Path directory, String file, Credential made) throws IOException {
        PrivateFiles.write(directory.resolve(file + ".key"), made.keyPem());
        PrivateFiles.write(directory.resolve(file + ".crt"), made.certificatePem());
    }

    /// What clients must trust, as PEM.
    public String authorityPem() {
        return authority.credential().certificatePem();
    }

    /// All authorities named to clients in a handshake.
    public List<X509Certificate> authorities() {
        return List.of(authority.certificate(), frontProxyAuthority.certificate());
    }
}
