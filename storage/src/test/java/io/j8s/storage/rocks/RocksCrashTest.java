package io.j8s.storage.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.WatchRecorder;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.WatchEvent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A process with eight writers is killed at random moments; what it acknowledged must be there.
class RocksCrashTest {

    private static final int ROUNDS = 3;

    @TempDir private Path directory = Path.of("");

    /// What the killed process has acknowledged.
    private record Acknowledged(Map<Integer, Long> counts, long revision) {}

    @Test
    @Timeout(120)
    void acknowledgedWritesSurviveSigkill() throws Exception {
        var random = new Random();
        long lastRevision = 1;
        for (int round = 0; round < ROUNDS; round++) {
            Acknowledged acknowledged = runAndKill(100 + random.nextInt(900));
            try (var timers = new SystemTimers();
                    var store = new RocksStore(directory, timers)) {
                String told = "round " + round + ", acknowledged " + acknowledged;
                long revision = store.revision();
                assertThat(revision)
                        .as(told)
                        .isGreaterThanOrEqualTo(acknowledged.revision)
                        .isGreaterThan(lastRevision);
                for (int writer = 0; writer < CrashingWriters.WRITERS; writer++) {
                    long acked = acknowledged.counts.getOrDefault(writer, 0L);
                    assertThat(CrashingWriters.count(store, writer))
                            .as(told)
                            .isBetween(acked, acked == 0 ? Long.MAX_VALUE : acked + 1);
                }
                checkHistory(store, revision, told);
                lastRevision = revision;
            }
        }
    }

    /// Every revision is there, and each writer's counts rise by one.
    private static void checkHistory(RocksStore store, long revision, String told)
            throws InterruptedException {
        var recorder = new WatchRecorder();
        try (var _ = store.watch(Bytes.EMPTY, Bytes.EMPTY, 2, false, recorder)) {
            recorder.awaitThrough(revision);
        }
        Map<Bytes, Long> counts = new HashMap<>();
        long next = 2;
        for (WatchEvent event : recorder.events()) {
            assertThat(event.record().modRevision()).as(told).isEqualTo(next++);
            long before = counts.getOrDefault(event.record().key(), 0L);
            long count = CrashingWriters.parse(event.record().value());
            assertThat(count).as(told).isEqualTo(before + 1);
            assertThat(event.record().version()).as(told).isEqualTo(count);
            counts.put(event.record().key(), count);
        }
        assertThat(next).as(told).isEqualTo(revision + 1);
    }

    /// Runs the writers until `acknowledgements` have been told, then kills them at once.
    private Acknowledged runAndKill(int acknowledgements) throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx128m",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                classPath(),
                                CrashingWriters.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        Map<Integer, Long> counts = new HashMap<>();
        long revision = 0;
        try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
            int told = 0;
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] parts = line.split(" ", -1);
                if (parts.length < 3) {
                    break; // killed in the middle of the line
                }
                counts.put(Integer.parseInt(parts[0]), Long.parseLong(parts[1]));
                revision = Math.max(revision, Long.parseLong(parts[2]));
                if (++told == acknowledgements) {
                    process.toHandle().destroyForcibly(); // SIGKILL; keeps the pipe readable
                }
            }
            assertThat(told).as("acknowledgements before the end").isPositive();
        } finally {
            process.destroyForcibly().waitFor();
        }
        return new Acknowledged(counts, revision);
    }

    private static String classPath() {
        return Stream.of(
                        CrashingWriters.class,
                        RocksStore.class,
                        SystemTimers.class,
                        org.rocksdb.RocksDB.class,
                        org.slf4j.Logger.class)
                .map(RocksCrashTest::location)
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
