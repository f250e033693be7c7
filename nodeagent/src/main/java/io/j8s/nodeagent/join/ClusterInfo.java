package io.j8s.nodeagent.join;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.j8s.certs.BootstrapToken;
import io.j8s.certs.CertificatePin;
import io.j8s.certs.ClientTls;
import io.j8s.certs.Pem;
import io.j8s.controllers.runtime.ObjectJson;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Whom to trust, as the public ConfigMap `cluster-info` says it (upstream: kubeadm's token
/// discovery). It is read from a server that nobody vouches for yet; what it says counts because
/// who wrote it knew the token, and where pins are given, because the authority's key is the pinned
/// one.
///
/// @param authorityPem the authority that the API server's certificate must come from
public record ClusterInfo(String authorityPem) {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String PATH = "/api/v1/namespaces/kube-public/configmaps/cluster-info";
    private static final Pattern AUTHORITY =
            Pattern.compile("(?m)^\\s*certificate-authority-data: *\"?([A-Za-z0-9+/=]+)\"?\\s*$");

    /// @param server e.g. `https://10.0.0.1:6443`
    /// @param pins empty when the token alone vouches
    /// @throws IOException in one sentence, when the server is away or cannot be trusted
    public static ClusterInfo fetch(String server, BootstrapToken token, List<CertificatePin> pins)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(server + PATH)).timeout(TIMEOUT).build();
        try (var client =
                HttpClient.newBuilder()
                        .sslContext(ClientTls.unverified(null))
                        .connectTimeout(TIMEOUT)
                        .build()) {
            var answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() != 200) {
                throw new IOException(
                        "%s answers %d for the ConfigMap kube-public/cluster-info"
                                .formatted(server, answer.statusCode()));
            }
            var found = ObjectJson.read(answer.body(), ConfigMap.class);
            return verified(found.getData(), token, pins);
        } catch (GeneralSecurityException e) {
            throw new IOException("unreadable certificate in cluster-info: " + e.getMessage(), e);
        }
    }

    /// Pure.
    static ClusterInfo verified(
            Map<String, String> data, BootstrapToken token, List<CertificatePin> pins)
            throws IOException, GeneralSecurityException {
        var content = data.get("kubeconfig");
        if (content == null) {
            throw new IOException("cluster-info has no kubeconfig");
        }
        var signature = data.get("jws-kubeconfig-" + token.id());
        if (signature == null) {
            throw new IOException(
                    "the cluster does not know the token \"%s\": it may have expired; make a new one with `j8s token create`"
                            .formatted(token.id()));
        }
        if (!token.signed(content, signature)) {
            throw new IOException(
                    "cluster-info was signed with another secret than the token's: check the token"
                            + " and the server");
        }
        var match = AUTHORITY.matcher(content);
        if (!match.find()) {
            throw new IOException("cluster-info names no authority");
        }
        var pem = new String(Base64.getDecoder().decode(match.group(1)), StandardCharsets.US_ASCII);
        boolean isPinned =
                pins.isEmpty()
                        || Pem.readCertificates(pem).stream()
                                .map(CertificatePin::of)
                                .anyMatch(pins::contains);
        if (!isPinned) {
            throw new IOException(
                    "the cluster's authority has none of the given keys"
                            + " (--discovery-token-ca-cert-hash): this may be another cluster");
        }
        return new ClusterInfo(pem);
    }
}
