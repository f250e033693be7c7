package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// j8s is killed in the middle of what eight clients write: all that it acknowledged is there
/// afterwards, as it was acknowledged, and revisions go on rising.
@Tag("e2e")
@Timeout(value = 8, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
@Order(10)
class KilledWritersTest {

    private static final int WRITERS = 8;
    private static final int ROUNDS = 3;
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final JsonMapper JSON = new JsonMapper();

    /// What one round was told.
    ///
    /// @param versions resourceVersion and data of each object by name
    private record Acknowledged(Map<String, Kept> versions, AtomicLong newest) {}

    private record Kept(long revision, String value) {}

    @Test
    void theEmbeddedStoreLosesNothingAcknowledged() throws Exception {
        try (var cluster = Cluster.start("--control-plane-only")) {
            killInRounds(cluster);
        }
    }

    @Test
    void anEtcdLosesNothingAcknowledged(@TempDir Path directory) throws Exception {
        try (var etcd = Etcd.start(directory);
                var cluster =
                        Cluster.start(
                                "--control-plane-only",
                                "--storage",
                                "etcd",
                                "--etcd-servers",
                                etcd.url())) {
            killInRounds(cluster);
        }
    }

    private static void killInRounds(Cluster cluster) throws Exception {
        var random = new Random();
        var known = new Acknowledged(new ConcurrentHashMap<>(), new AtomicLong());
        for (int round = 0; round < ROUNDS; round++) {
            long newestBefore = known.newest().get();
            writeUntilKilled(cluster, round, 40 + random.nextInt(300), known);
            cluster.restart();
            check(cluster, known);
            assertThat(known.newest().get()).isGreaterThan(newestBefore);
        }
    }

    /// Each writer creates an object, changes it twice and goes on with the next.
    private static void writeUntilKilled(
            Cluster cluster, int round, int acknowledgements, Acknowledged known) throws Exception {
        var enough = new CountDownLatch(acknowledgements);
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                var prefix = "r" + round + "-w" + i + "-";
                all.add(
                        writers.submit(() -> {
                            try (var wire = Wire.of(cluster.kubeconfig())) {
                                write(wire, prefix, known, enough);
                            }
                        }));
            }
            assertThat(enough.await(2, TimeUnit.MINUTES)).as("enough is written").isTrue();
            cluster.kill();
            for (var one : all) {
                one.get();
            }
        }
    }

    private static void write(Wire wire, String prefix, Acknowledged known, CountDownLatch enough) {
        try {
            for (int n = 0; ; n++) {
                var name = prefix + n;
                acknowledge(wire, "POST", MAPS, name, "created", known);
                enough.countDown();
                for (int change = 0; change < 2; change++) {
                    acknowledge(wire, "PUT", MAPS + "/" + name, name, "changed" + change, known);
                    enough.countDown();
                }
            }
        } catch (UncheckedIOException _) {
            // killed
        }
    }

    private static void acknowledge(
            Wire wire, String method, String path, String name, String value, Acknowledged known) {
        var filler = "x".repeat(Math.floorMod(name.hashCode(), 2000));
        var body =
                "{\"metadata\":{\"name\":\"%s\",\"labels\":{\"suite\":\"killed\"}},\"data\":{\"v\":\"%s\"}}"
                        .formatted(name, value + filler);
        var response = wire.send(method, path, body, Map.of("Content-Type", "application/json"));
        assertThat(response.statusCode()).as(response.body()).isIn(200, 201);
        long revision = revision(JSON.readTree(response.body()));
        var before = known.versions().put(name, new Kept(revision, value + filler));
        if (before != null) {
            assertThat(revision).isGreaterThan(before.revision());
        }
        known.newest().accumulateAndGet(revision, Math::max);
    }

    /// A write under way when the server died may have happened: only then is an object newer than
    /// what was acknowledged.
    private static void check(Cluster cluster, Acknowledged known) {
        Map<String, JsonNode> found = new HashMap<>();
        JsonNode list;
        try (var wire = Wire.of(cluster.kubeconfig())) {
            list =
                    JSON.readTree(
                            wire.send("GET", MAPS + "?labelSelector=suite%3Dkilled", "", Map.of())
                                    .body());
        }
        for (var one : list.get("items")) {
            found.put(one.at("/metadata/name").asString(), one);
        }
        assertThat(found.keySet()).containsAll(known.versions().keySet());
        assertThat(revision(list)).isGreaterThanOrEqualTo(known.newest().get());
        known.versions()
                .forEach((name, kept) -> {
                    var is = Objects.requireNonNull(found.get(name), name);
                    long revision = revision(is);
                    assertThat(revision).as(name).isGreaterThanOrEqualTo(kept.revision());
                    if (revision == kept.revision()) {
                        assertThat(is.at("/data/v").asString()).as(name).isEqualTo(kept.value());
                    }
                });
    }

    private static long revision(JsonNode object) {
        return Long.parseLong(object.at("/metadata/resourceVersion").asString());
    }
}
