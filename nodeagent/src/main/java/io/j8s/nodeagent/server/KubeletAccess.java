package io.j8s.nodeagent.server;

import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.api.ClusterApi;
import io.j8s.nodeagent.server.HttpExchange.HttpRequest;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/// Who asks the kubelet's API and whether it may: client certificates of the cluster's authority,
/// else bearer tokens by TokenReview; permissions by SubjectAccessReview on the node. Anonymous
/// requests are refused. Safe for use by many threads; answers are kept for a short time.
final class KubeletAccess {

    private static final Duration ALLOWED_FOR = Duration.ofMinutes(5); // upstream: authorizedTTL
    private static final Duration DENIED_FOR = Duration.ofSeconds(30); // upstream: unauthorizedTTL
    private static final Duration TOKEN_FOR = Duration.ofMinutes(2); // upstream: webhook cacheTTL
    private static final int REMEMBERED_MAX = 1000;

    record User(String name, List<String> groups) {}

    private record Remembered<V>(V value, long untilNanos) {}

    private final ClusterApi api;
    private final Timers timers;
    private final String nodeName;
    private final @Nullable Path clientCaFile;
    private final Map<String, Remembered<User>> tokens = bounded();
    private final Map<List<String>, Remembered<Boolean>> decisions = bounded();

    KubeletAccess(ClusterApi api, Timers timers, String nodeName, @Nullable Path clientCaFile) {
        this.api = api;
        this.timers = timers;
        this.nodeName = nodeName;
        this.clientCaFile = clientCaFile;
    }

    Optional<User> authenticate(HttpExchange exchange) {
        var chain = exchange.peerCertificates();
        if (!chain.isEmpty()) {
            var user = ofCertificate(chain);
            if (user.isPresent()) {
                return user;
            }
        }
        return exchange.request()
                .header("authorization")
                .filter(header -> header.regionMatches(true, 0, "Bearer ", 0, 7))
                .flatMap(header -> ofToken(header.substring(7).strip()));
    }

    /// @throws KubernetesClientException when the API server can't be asked
    boolean isAllowed(User user, HttpRequest request) {
        for (var subresource : subresources(request.path())) {
            if (isAllowed(user, verb(request.method()), subresource)) {
                return true;
            }
        }
        return false;
    }

    /// upstream: NodeAuthorizerAttributesGetter. The finer name is asked first where there is one.
    static List<String> subresources(String path) {
        if (isBelow(path, "/pods") || isBelow(path, "/runningpods")) {
            return List.of("pods", "proxy");
        }
        if (isBelow(path, "/healthz")) {
            return List.of("healthz", "proxy");
        }
        if (isBelow(path, "/configz")) {
            return List.of("configz", "proxy");
        }
        if (isBelow(path, "/stats")) {
            return List.of("stats");
        }
        if (isBelow(path, "/metrics")) {
            return List.of("metrics");
        }
        if (isBelow(path, "/logs")) {
            return List.of("log");
        }
        return isBelow(path, "/checkpoint") ? List.of("checkpoint") : List.of("proxy");
    }

    private static boolean isBelow(String path, String prefix) {
        return path.equals(prefix) || path.startsWith(prefix + "/");
    }

    private static String verb(String method) {
        return switch (method) {
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> "delete";
            default -> "get";
        };
    }

    private boolean isAllowed(User user, String verb, String subresource) {
        var key = new ArrayList<String>(user.groups());
        key.addAll(List.of(user.name(), verb, subresource));
        synchronized (decisions) {
            var known = decisions.get(key);
            if (known != null && timers.nanoTime() - known.untilNanos() < 0) {
                return known.value();
            }
        }
        var review =
                new SubjectAccessReviewBuilder()
                        .withNewSpec()
                        .withUser(user.name())
                        .withGroups(user.groups())
                        .withNewResourceAttributes()
                        .withVerb(verb)
                        .withVersion("v1")
                        .withResource("nodes")
                        .withSubresource(subresource)
                        .withName(nodeName)
                        .endResourceAttributes()
                        .endSpec()
                        .build();
        var status = api.review(review).getStatus();
        boolean isAllowed = status != null && Boolean.TRUE.equals(status.getAllowed());
        var keep = isAllowed ? ALLOWED_FOR : DENIED_FOR;
        synchronized (decisions) {
            decisions.put(key, new Remembered<>(isAllowed, timers.nanoTime() + keep.toNanos()));
        }
        return isAllowed;
    }

    private Optional<User> ofToken(String token) {
        synchronized (tokens) {
            var known = tokens.get(token);
            if (known != null && timers.nanoTime() - known.untilNanos() < 0) {
                return Optional.of(known.value());
            }
        }
        var review = new TokenReviewBuilder().withNewSpec().withToken(token).endSpec().build();
        var status = api.review(review).getStatus();
        if (status == null
                || !Boolean.TRUE.equals(status.getAuthenticated())
                || status.getUser() == null) {
            return Optional.empty();
        }
        var user = new User(status.getUser().getUsername(), status.getUser().getGroups());
        synchronized (tokens) {
            tokens.put(token, new Remembered<>(user, timers.nanoTime() + TOKEN_FOR.toNanos()));
        }
        return Optional.of(user);
    }

    private Optional<User> ofCertificate(List<X509Certificate> chain) {
        if (clientCaFile == null) {
            return Optional.empty();
        }
        try {
            var anchors = anchors(clientCaFile);
            var leaf = chain.getFirst();
            leaf.checkValidity(java.util.Date.from(timers.now()));
            var usages = leaf.getExtendedKeyUsage();
            if (usages == null || !usages.contains("1.3.6.1.5.5.7.3.2")) {
                return Optional.empty(); // not for clients
            }
            var parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(java.util.Date.from(timers.now()));
            var path =
                    CertificateFactory.getInstance("X.509")
                            .generateCertPath(
                                    chain.stream()
                                            .filter(certificate ->
                                                    anchors.stream()
                                                            .noneMatch(anchor ->
                                                                    certificate.equals(
                                                                            anchor
                                                                                    .getTrustedCert())))
                                            .toList());
            java.security.cert.CertPathValidator.getInstance("PKIX").validate(path, parameters);
            return Optional.of(subject(leaf));
        } catch (GeneralSecurityException | IOException | InvalidNameException e) {
            return Optional.empty();
        }
    }

    private static Set<TrustAnchor> anchors(Path file)
            throws IOException, GeneralSecurityException {
        var anchors = new HashSet<TrustAnchor>();
        try (var in = Files.newInputStream(file)) {
            for (var certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                anchors.add(new TrustAnchor((X509Certificate) certificate, null));
            }
        }
        return anchors;
    }

    /// The common name is the user, the organizations are its groups.
    private static User subject(X509Certificate certificate) throws InvalidNameException {
        var name = "";
        var groups = new ArrayList<String>();
        var subject = new LdapName(certificate.getSubjectX500Principal().getName());
        for (var part : subject.getRdns()) {
            if (part.getType().equalsIgnoreCase("CN")) {
                name = part.getValue().toString();
            } else if (part.getType().equalsIgnoreCase("O")) {
                groups.add(part.getValue().toString());
            }
        }
        groups.add("system:authenticated");
        return new User(name, groups);
    }

    private static <K, V> Map<K, V> bounded() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > REMEMBERED_MAX;
            }
        };
    }
}
