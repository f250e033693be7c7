package io.j8s.cli;

import io.j8s.certs.ClientTls;
import io.j8s.certs.Credential;
import io.j8s.certs.Pem;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/// A handful of plain requests as the cluster's admin, for commands that look at a running cluster.
/// A whole client library would take longer to start than they take to answer.
final class ApiCalls implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(20); // a busy machine is slow
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client;
    private final String server;

    private ApiCalls(HttpClient client, String server) {
        this.client = client;
        this.server = server;
    }

    /// Of a kubeconfig that j8s wrote.
    static ApiCalls of(Path kubeconfig) throws IOException {
        var text = Files.readString(kubeconfig);
        try {
            var authorities = Pem.readCertificates(decoded(text, "certificate-authority-data"));
            var own =
                    new Credential(
                            Pem.readPrivateKey(decoded(text, "client-key-data")),
                            Pem.readCertificates(decoded(text, "client-certificate-data")));
            return of(field(text, "server"), authorities, own);
        } catch (GeneralSecurityException e) {
            throw new IOException("unreadable credentials in " + kubeconfig, e);
        }
    }

    static ApiCalls of(String server, List<X509Certificate> authorities, Credential own)
            throws GeneralSecurityException {
        var client =
                HttpClient.newBuilder()
                        .sslContext(ClientTls.context(authorities, own))
                        .connectTimeout(TIMEOUT)
                        .build();
        return new ApiCalls(client, server);
    }

    /// An answer as it came.
    record Answer(int status, String body) {}

    Answer get(String path) throws IOException, InterruptedException {
        return answer(request(path).build());
    }

    /// A request with a body; an empty one for none.
    Answer send(String method, String path, String contentType, String body)
            throws IOException, InterruptedException {
        return answer(
                request(path)
                        .header("Content-Type", contentType)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server + path))
                .timeout(TIMEOUT)
                .header("Accept", "application/json");
    }

    private Answer answer(HttpRequest request) throws IOException, InterruptedException {
        var response = client.send(request, HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    /// The parsed body of an answer that must be 200.
    JsonNode json(String path) throws IOException, InterruptedException {
        var answer = get(path);
        if (answer.status() != 200) {
            throw new IOException(path + " was answered with " + answer.status());
        }
        return JSON.readTree(answer.body());
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }

    private static String decoded(String kubeconfig, String name) throws IOException {
        return new String(
                Base64.getDecoder().decode(field(kubeconfig, name)), StandardCharsets.US_ASCII);
    }

    private static String field(String kubeconfig, String name) throws IOException {
        var match = Pattern.compile("(?m)^ *" + name + ": (\\S+)$").matcher(kubeconfig);
        if (!match.find()) {
            throw new IOException("the kubeconfig has no " + name);
        }
        return match.group(1);
    }
}
