package io.j8s.nodeagent.join;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestBuilder;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateRequest;
import io.j8s.certs.CertificateSpec;
import io.j8s.certs.Credential;
import io.j8s.certs.Pem;
import io.j8s.certs.PrivateFiles;
import io.j8s.certs.Usage;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// One certificate of this node, kept in a file, asked for by a CertificateSigningRequest and
/// renewed the same way long before it ends (upstream: the kubelet's certificate manager).
///
/// [#obtain] is called by one thread; after that, [#start] renews in a thread of its own until
/// [#close]. [#current] may be read by any thread.
public final class NodeCertificate implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NodeCertificate.class);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(200);
    private static final Duration ANSWER_MAX = Duration.ofMinutes(15); // upstream: the same
    private static final Duration RETRY = Duration.ofSeconds(10);

    /// What is asked for.
    ///
    /// @param signer e.g. `kubernetes.io/kubelet-serving`
    public record Request(String signer, CertificateSpec spec) {

        /// The certificate that the node shows to the API server.
        public static Request client(String node) {
            return new Request(
                    "kubernetes.io/kube-apiserver-client-kubelet", CertificateSpec.node(node));
        }
    }

    private final Path file;
    private final Request request;
    private final Timers timers;
    private final RandomGenerator random;
    private volatile @Nullable Credential current;
    private @Nullable Thread renewer;

    /// Reads what an earlier run has left.
    ///
    /// @throws IOException when the file can't be read
    public NodeCertificate(Path file, Request request, Timers timers, RandomGenerator random)
            throws IOException {
        this.file = file;
        this.request = request;
        this.timers = timers;
        this.random = random;
        if (Files.exists(file)) {
            try {
                var found = Credential.parse(Files.readString(file));
                if (found.certificate().getNotAfter().toInstant().isAfter(timers.now())) {
                    current = found;
                }
            } catch (GeneralSecurityException e) {
                log.atWarn().addKeyValue("file", file).log("unreadable certificate, asking anew");
            }
        }
    }

    /// Empty until there is one.
    public Optional<Credential> current() {
        return Optional.ofNullable(current);
    }

    /// Asks for a certificate and waits for it.
    ///
    /// @throws IOException when the request was denied or failed, or nobody decided in time
    public Credential obtain(Api api) throws IOException, InterruptedException {
        try {
            var keys = CertificateAuthority.newKeys();
            var name =
                    api.create(
                                    Kinds.CERTIFICATE_REQUESTS,
                                    body(CertificateRequest.create(request.spec(), keys)))
                            .getMetadata()
                            .getName();
            var deadline = timers.deadline(ANSWER_MAX);
            while (true) {
                var certificate = certificate(name, asked(api, name));
                if (certificate.isPresent()) {
                    var made =
                            new Credential(
                                    keys.getPrivate(), Pem.readCertificates(certificate.get()));
                    PrivateFiles.write(file, made.pem());
                    current = made;
                    return made;
                }
                if (deadline.hasPassed()) {
                    throw new IOException(
                            "nobody approved and signed the certificate request %s within %d min: look at it with `kubectl get csr`"
                                    .formatted(name, ANSWER_MAX.toMinutes()));
                }
                timers.sleep(LOOK_INTERVAL);
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot make a certificate request: " + e.getMessage(), e);
        }
    }

    private static CertificateSigningRequest asked(Api api, String name) throws IOException {
        try {
            return api.get(Kinds.CERTIFICATE_REQUESTS, ObjectKey.clusterScoped(name));
        } catch (StatusException e) {
            if (e.isNotFound()) {
                throw new IOException("somebody deleted the certificate request " + name, e);
            }
            throw e;
        }
    }

    /// Renews from now on, with whatever client is given then.
    ///
    /// @param renewed hears of every new one
    public synchronized void start(Api api, Consumer<Credential> renewed) {
        renewer =
                Thread.ofVirtual()
                        .name("certificate " + request.signer())
                        .start(() -> {
                            try {
                                while (true) {
                                    renew(api, renewed);
                                }
                            } catch (InterruptedException stopped) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }

    @Override
    public synchronized void close() {
        if (renewer != null) {
            renewer.interrupt();
        }
    }

    private void renew(Api api, Consumer<Credential> renewed) throws InterruptedException {
        var known = current;
        if (known != null) {
            var at = renewAt(known.certificate(), random.nextDouble());
            var wait = Duration.between(timers.now(), at);
            if (wait.isPositive()) {
                timers.sleep(wait);
            }
        }
        try {
            renewed.accept(obtain(api));
            log.atInfo().addKeyValue("signer", request.signer()).log("got a new certificate");
        } catch (IOException | StatusException | UncheckedIOException e) {
            log.atWarn()
                    .addKeyValue("signer", request.signer())
                    .addKeyValue("cause", e.getMessage())
                    .log("no new certificate yet");
            timers.sleep(RETRY);
        }
    }

    /// Pure: when 70 to 90 percent of its life have passed, as upstream, so that nodes which joined
    /// together do not come back together.
    static Instant renewAt(X509Certificate certificate, double chance) {
        var from = certificate.getNotBefore().toInstant();
        var life = Duration.between(from, certificate.getNotAfter().toInstant());
        return from.plusMillis((long) (life.toMillis() * (0.7 + 0.2 * chance)));
    }

    private CertificateSigningRequest body(String pem) {
        return new CertificateSigningRequestBuilder()
                .withNewMetadata()
                .withGenerateName("csr-")
                .endMetadata()
                .withNewSpec()
                .withSignerName(request.signer())
                .withRequest(
                        Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)))
                // our keys are elliptic, which encipher nothing
                .withUsages(
                        request.spec().usages().stream()
                                .filter(usage -> usage != Usage.KEY_ENCIPHERMENT)
                                .map(Usage::text)
                                .sorted()
                                .toList())
                .endSpec()
                .build();
    }

    private static Optional<String> certificate(String name, CertificateSigningRequest answer)
            throws IOException {
        var status = answer.getStatus();
        if (status == null) {
            return Optional.empty();
        }
        for (var condition : Optional.ofNullable(status.getConditions()).orElse(List.of())) {
            if (List.of("Denied", "Failed").contains(condition.getType())) {
                throw new IOException(
                        "the certificate request %s is %s: %s"
                                .formatted(name, condition.getType(), condition.getMessage()));
            }
        }
        var encoded = status.getCertificate();
        return encoded == null || encoded.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new String(Base64.getDecoder().decode(encoded), StandardCharsets.US_ASCII));
    }
}
