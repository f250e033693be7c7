package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// What clients do wrong, over the wire, with the answers that kube-apiserver 1.37.2 gave to the
/// very same requests (`bad-input.json`), and seeded nonsense for every resource.
@Tag("e2e")
@ExtendWith(SharedControlPlane.class)
@ResourceLock(SharedControlPlane.NAME)
class BadInputWireTest {

    private static final int STRANGERS = 8;
    private static final JsonMapper JSON = new JsonMapper();
    private static final String NAMESPACE = "badin";
    private static final String SECRETS = "/api/v1/namespaces/" + NAMESPACE + "/secrets";
    private static final String SECRETS_OF_DEFAULT = "/api/v1/namespaces/default/secrets";
    private static final String SERVER = "jsonpath={.clusters[0].cluster.server}";
    private static final Map<String, String> JSON_BODY = Map.of("Content-Type", "application/json");
    private static final String HERE =
            "{\"metadata\":{\"name\":\"here\",\"labels\":{\"l\":\"1\"}},\"data\":{\"a\":\"MQ==\"}}";
    private static final List<String> PATCHES =
            List.of(
                    "application/json-patch+json",
                    "application/merge-patch+json",
                    "application/strategic-merge-patch+json",
                    "application/apply-patch+yaml");

    @Test
    void everyRefusalIsUpstreams(Cluster cluster) throws IOException {
        var wrong = new ArrayList<String>();
        try (var wire = Wire.of(cluster.kubeconfig());
                var in = BadInputWireTest.class.getResourceAsStream("/bad-input.json")) {
            wire.send(
                    "POST",
                    "/api/v1/namespaces",
                    "{\"metadata\":{\"name\":\"" + NAMESPACE + "\"}}",
                    JSON_BODY);
            for (var one : JSON.readTree(in)) {
                restore(wire);
                String actual = answer(wire, one);
                String expected = expected(one.get("want"));
                if (!actual.equals(expected)) {
                    wrong.add(
                            "%s %s %s\n  is  %s\n  not %s"
                                    .formatted(
                                            text(one, "method"),
                                            text(one, "path"),
                                            text(one, "body"),
                                            actual,
                                            expected));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /// Requests that are not refused leave the object in another state, or none.
    private static void restore(Wire wire) {
        wire.send("DELETE", SECRETS, "", Map.of());
        wire.send("POST", SECRETS, HERE, JSON_BODY);
    }

    private static String answer(Wire wire, JsonNode one) {
        var headers = new TreeMap<String, String>();
        headers.put("User-Agent", "badinput/1");
        one.get("headers")
                .properties()
                .forEach(entry -> headers.put(entry.getKey(), entry.getValue().asString()));
        var response =
                wire.send(
                        text(one, "method"),
                        text(one, "path").replace("/NS/", "/" + NAMESPACE + "/"),
                        text(one, "body"),
                        headers);
        var warnings = new ArrayList<>(response.headers().allValues("Warning"));
        warnings.sort(null);
        return response.statusCode() + " " + warnings + " " + failure(response.body());
    }

    private static String expected(JsonNode want) {
        var warnings = new ArrayList<String>();
        want.get("warnings").forEach(warning -> warnings.add(warning.asString()));
        var status = want.get("status");
        return want.get("code").asInt()
                + " "
                + warnings
                + " "
                + (status == null ? "" : status.toString());
    }

    /// The Status without what differs from run to run; nothing for other bodies.
    private static String failure(String body) {
        if (!body.startsWith("{\"kind\":\"Status\"") || !body.contains("\"Failure\"")) {
            return "";
        }
        return JSON.readTree(
                        body.replace(NAMESPACE, "NS")
                                .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UID")
                                .replaceAll("current: \\d+", "current: N")
                                .replaceAll("in record \\(\\d+\\)", "in record (N)")
                                .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ", "TIME"))
                .toString();
    }

    private static String text(JsonNode one, String field) {
        var value = one.get(field);
        return value == null || value.isNull() ? "" : value.asString();
    }

    /// By curl: Java's client does not send a certificate that the server did not ask for by name.
    @Test
    void whoDoesNotProveWhoTheyAreIsToldSo(Cluster cluster, @TempDir Path directory) {
        Shell.plain()
                .run(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:prime256v1",
                        "-nodes",
                        "-subj",
                        "/O=system:masters/CN=admin",
                        "-keyout",
                        directory.resolve("wrong.key").toString(),
                        "-out",
                        directory.resolve("wrong.crt").toString())
                .expectSuccess();
        assertThat(curl(cluster))
                .isEqualTo(
                        "403 Forbidden secrets is forbidden: User \"system:anonymous\" cannot list"
                                + " resource \"secrets\" in API group \"\" in the namespace"
                                + " \"default\"");
        String unauthorized = "401 Unauthorized Unauthorized";
        assertThat(curl(cluster, "-H", "Authorization: Bearer wrong")).isEqualTo(unauthorized);
        assertThat(
                        curl(
                                cluster,
                                "--cert",
                                directory.resolve("wrong.crt").toString(),
                                "--key",
                                directory.resolve("wrong.key").toString()))
                .isEqualTo(unauthorized);
    }

    private static String curl(Cluster cluster, String... more) {
        var command = new ArrayList<String>(List.of("curl", "-sk", "--max-time", "30"));
        command.addAll(List.of(more));
        command.add(cluster.kubectl().get("config", "view", "-o", SERVER) + SECRETS_OF_DEFAULT);
        var status = JSON.readTree(Shell.plain().run(command, "").expectSuccess());
        return status.get("code").asInt()
                + " "
                + status.get("reason").asString()
                + " "
                + status.get("message").asString();
    }

    @Test
    void aBodyOfFiveMebibytesIsTooLarge(Cluster cluster) {
        try (var wire = Wire.of(cluster.kubeconfig())) {
            var response =
                    wire.send(
                            "POST",
                            SECRETS_OF_DEFAULT,
                            "{\"data\":{\"a\":\"" + "A".repeat(5 << 20) + "\"}}",
                            JSON_BODY);
            assertThat(response.statusCode()).isEqualTo(413);
            assertThat(response.body())
                    .contains(
                            "\"message\":\"Request entity too large: limit is 3145728\"",
                            "\"reason\":\"RequestEntityTooLarge\"");
        }
    }

    /// Nothing that strangers send makes the server fail or talk of itself.
    @Test
    void nonsenseForEveryResourceIsRefusedCleanly(Cluster cluster) throws Exception {
        long seed = Long.getLong("j8s.seed", 1);
        int rounds = Integer.getInteger("j8s.seeds", 2);
        try (var wire = Wire.of(cluster.kubeconfig());
                var strangers = Executors.newFixedThreadPool(STRANGERS)) {
            var sent = new ArrayList<Future<?>>();
            for (var path : resources(wire)) {
                var nonsense = new Nonsense(new Random(seed * 31 + path.hashCode()));
                sent.add(strangers.submit(() -> send(wire, path, nonsense, rounds, seed)));
            }
            for (var one : sent) {
                one.get();
            }
        }
    }

    private static void send(Wire wire, String path, Nonsense nonsense, int rounds, long seed) {
        for (int round = 0; round < rounds; round++) {
            check(wire, "POST", path, nonsense.object(), "application/json", seed);
            check(wire, "POST", path, nonsense.broken(), "application/json", seed);
            check(wire, "POST", path, nonsense.broken(), "application/yaml", seed);
            check(
                    wire,
                    "POST",
                    path,
                    "k8s\0" + nonsense.broken(),
                    "application/vnd.kubernetes.protobuf",
                    seed);
            check(wire, "PUT", path + "/x", nonsense.object(), "application/json", seed);
            for (var type : PATCHES) {
                check(wire, "PATCH", path + "/x", nonsense.object(), type, seed);
            }
            check(wire, "GET", path, nonsense.query(), "", seed);
        }
    }

    /// @param body of a GET: its query
    private static void check(
            Wire wire, String method, String path, String body, String type, long seed) {
        var headers = type.isEmpty() ? Map.<String, String>of() : Map.of("Content-Type", type);
        // the first of several parameters counts: no watch may last
        String asked = path + "?timeoutSeconds=1&" + (type.isEmpty() ? body : "dryRun=All");
        var response = wire.send(method, asked, type.isEmpty() ? "" : body, headers);
        assertThat(response.statusCode())
                .as("seed %d: %s %s %s: %s", seed, method, asked, body, response.body())
                .isBetween(200, 499);
        assertThat(response.body()).doesNotContain("io.j8s", "Exception", "\tat ");
    }

    /// The paths of all collections in a namespace, and of those outside of any.
    private static List<String> resources(Wire wire) {
        var paths = new ArrayList<String>();
        var roots = new ArrayList<>(List.of("/api/v1"));
        for (var group : JSON.readTree(get(wire, "/apis")).get("groups")) {
            group.get("versions")
                    .forEach(version -> roots.add("/apis/" + text(version, "groupVersion")));
        }
        for (var root : roots) {
            for (var resource : JSON.readTree(get(wire, root)).get("resources")) {
                if (!text(resource, "name").contains("/")) {
                    paths.add(
                            root
                                    + (resource.get("namespaced").asBoolean()
                                            ? "/namespaces/default/"
                                            : "/")
                                    + text(resource, "name"));
                }
            }
        }
        assertThat(paths).hasSizeGreaterThan(60);
        return paths;
    }

    private static String get(Wire wire, String path) {
        return wire.send("GET", path, "", Map.of("Accept", "application/json")).body();
    }
}
