package io.j8s.conformance.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// An etcd on loopback, read and written by its own JSON gateway, so that nothing of j8s stands
/// between a test and what is stored.
final class Etcd implements AutoCloseable {

    private static final Duration REQUEST_MAX = Duration.ofSeconds(30);
    private static final Duration START_MAX = Duration.ofMinutes(1);
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final String url;
    private final Process process;

    private Etcd(String url, Process process) {
        this.url = url;
        this.process = process;
    }

    static Etcd start(Path directory) throws IOException {
        var url = "http://127.0.0.1:" + freePort();
        var peer = "http://127.0.0.1:" + freePort();
        var process =
                new ProcessBuilder(
                                "etcd",
                                "--data-dir=" + directory.resolve("data"),
                                "--listen-client-urls=" + url,
                                "--advertise-client-urls=" + url,
                                "--listen-peer-urls=" + peer,
                                "--initial-advertise-peer-urls=" + peer,
                                "--initial-cluster=default=" + peer,
                                "--log-level=error")
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("etcd.log").toFile())
                        .start();
        var etcd = new Etcd(url, process);
        Eventually.until(
                "etcd answers",
                START_MAX,
                etcd::isUp,
                Boolean::booleanValue,
                () -> "alive: " + process.isAlive());
        return etcd;
    }

    String url() {
        return url;
    }

    private boolean isUp() {
        try {
            return ask("/v3/maintenance/status", Map.of()).contains("version");
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /// All keys below a prefix with their values.
    Map<String, byte[]> below(String prefix) {
        var answer =
                JSON.readTree(
                        ask(
                                "/v3/kv/range",
                                Map.of("key", base64(prefix), "range_end", base64(after(prefix)))));
        var out = new TreeMap<String, byte[]>();
        if (answer.get("kvs") != null) {
            for (var one : answer.get("kvs")) {
                var decoder = Base64.getDecoder();
                var key = new String(decoder.decode(one.get("key").asString()), UTF_8);
                var value = one.get("value");
                out.put(key, value == null ? new byte[0] : decoder.decode(value.asString()));
            }
        }
        return out;
    }

    void put(String key, byte[] value) {
        ask(
                "/v3/kv/put",
                Map.of("key", base64(key), "value", Base64.getEncoder().encodeToString(value)));
    }

    private String ask(String path, Map<String, String> body) {
        var request =
                HttpRequest.newBuilder(URI.create(url + path))
                        .timeout(REQUEST_MAX)
                        .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
                        .build();
        try {
            var response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new AssertionError("etcd says " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static String after(String prefix) {
        int last = prefix.length() - 1;
        return prefix.substring(0, last) + (char) (prefix.charAt(last) + 1);
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().orTimeout(30, TimeUnit.SECONDS).join();
        client.shutdownNow();
        client.close();
    }
}
