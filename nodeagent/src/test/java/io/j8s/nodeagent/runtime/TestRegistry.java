package io.j8s.nodeagent.runtime;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;

/// An image registry on loopback with one image, `app:1`, that prints a word; optionally behind a
/// user name and password.
public final class TestRegistry implements AutoCloseable {

    private static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

    /// What an image below `/slow/` takes: longer than any test waits.
    public static final Duration SLOW = Duration.ofMinutes(2);

    public final AtomicInteger pulls = new AtomicInteger();
    private final HttpServer server;
    private final java.util.concurrent.ExecutorService threads =
            java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, byte[]> blobs = new HashMap<>();
    private final byte[] manifest;
    private final String login;

    /// @param login `user:password`, or empty for everybody
    public TestRegistry(String login) throws Exception {
        this.login = login;
        var layer =
                new TarArchive()
                        .directory("bin", 0755)
                        .file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")))
                        .link("bin/sh", "busybox")
                        .link("bin/echo", "busybox")
                        .end();
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(layer);
        }
        var config =
                """
                {"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/echo","pulled"]},\
                "rootfs":{"type":"layers","diff_ids":["%s"]}}\
                """
                        .formatted(digest(layer))
                        .getBytes(StandardCharsets.UTF_8);
        manifest =
                """
                {"schemaVersion":2,"mediaType":"%s",\
                "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%d},\
                "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"%s","size":%d}]}\
                """
                        .formatted(
                                MANIFEST_TYPE,
                                add(config),
                                config.length,
                                add(packed.toByteArray()),
                                packed.size())
                        .getBytes(StandardCharsets.UTF_8);
        server =
                HttpServer.create(
                        new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v2/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    public String host() {
        return "localhost:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private String add(byte[] blob) throws Exception {
        blobs.put(digest(blob), blob);
        return digest(blob);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            answer(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException {
        var expected =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(login.getBytes(StandardCharsets.UTF_8));
        if (!login.isEmpty()
                && !expected.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"test\"");
            exchange.sendResponseHeaders(401, -1);
            return;
        }
        var path = exchange.getRequestURI().getPath();
        if (path.contains("/slow/")) {
            Thread.sleep(SLOW);
        }
        byte[] body;
        if (path.equals("/v2/")) {
            body = new byte[0];
        } else if (path.equals("/v2/app/manifests/1") || path.endsWith(digest(manifest))) {
            exchange.getResponseHeaders().add("Content-Type", MANIFEST_TYPE);
            exchange.getResponseHeaders().add("Docker-Content-Digest", digest(manifest));
            pulls.incrementAndGet();
            body = manifest;
        } else {
            body = blobs.get(path.substring(path.lastIndexOf('/') + 1));
        }
        if (body == null) {
            exchange.sendResponseHeaders(404, -1);
        } else if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().add("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(200, -1);
        } else {
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static String digest(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
