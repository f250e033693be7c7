package io.j8s.nodeagent.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.timers.SystemTimers;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

@Timeout(120)
class LogReaderTest {

    @TempDir Path directory;
    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = directory.resolve("0.log");
        Files.writeString(
                file,
                """
                2026-01-01T00:00:00.000000001Z stdout F one
                2026-01-01T00:00:01.000000001Z stderr F two
                2026-01-01T00:00:02.000000001Z stdout P thr
                2026-01-01T00:00:02.000000002Z stdout F ee
                """);
    }

    private String read(LogReader.Options options) throws Exception {
        var out = new ByteArrayOutputStream();
        try (var timers = new SystemTimers()) {
            new LogReader(timers, file, options, out, () -> false).run();
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static LogReader.Options options(
            boolean timestamps, long tail, long limit, String since, String stream) {
        return new LogReader.Options(
                false,
                timestamps,
                tail,
                limit,
                since.isEmpty() ? null : Instant.parse(since),
                stream);
    }

    @Test
    void joinsPartsOfALine() throws Exception {
        assertThat(read(options(false, -1, -1, "", ""))).isEqualTo("one\ntwo\nthree\n");
    }

    @Test
    void tailLimitSinceAndStreamNarrowIt() throws Exception {
        assertThat(read(options(false, 1, -1, "", ""))).isEqualTo("ee\n");
        assertThat(read(options(false, 0, -1, "", ""))).isEmpty();
        assertThat(read(options(false, 99, 5, "", ""))).isEqualTo("one\nt");
        assertThat(read(options(false, -1, -1, "2026-01-01T00:00:01Z", "")))
                .isEqualTo("two\nthree\n");
        assertThat(read(options(false, -1, -1, "", "stderr"))).isEqualTo("two\n");
        assertThat(read(options(true, 1, -1, "", "")))
                .isEqualTo("2026-01-01T00:00:02.000000002Z ee\n");
    }

    @Test
    void followsThroughARotationToTheEndOfTheContainer() throws Exception {
        var out = new ByteArrayOutputStream();
        var isRunning = new AtomicBoolean(true);
        try (var timers = new SystemTimers()) {
            var options = new LogReader.Options(true, false, 1, -1, null, "");
            var reader =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    new LogReader(timers, file, options, out, isRunning::get).run();
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            until(timers, out, "ee\n");
            Files.writeString(
                    file,
                    "2026-01-01T00:00:03.0Z stdout F four\n",
                    java.nio.file.StandardOpenOption.APPEND);
            until(timers, out, "ee\nfour\n");
            Files.move(file, directory.resolve("0.log.old"));
            Files.writeString(file, "2026-01-01T00:00:04.0Z stdout F five\n");
            until(timers, out, "ee\nfour\nfive\n");
            isRunning.set(false);
            reader.join();
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("ee\nfour\nfive\n");
    }

    @Test
    void hearsTheLastWordsOfAContainerWhoseLogIsRemoved() throws Exception {
        var out = new ByteArrayOutputStream();
        var options = new LogReader.Options(true, false, 1, -1, null, "");
        var looks = new AtomicInteger();
        try (var timers = new SystemTimers();
                var runtime = new FileOutputStream(file.toFile(), true)) {
            BooleanSupplier isRunning =
                    () -> {
                        try {
                            switch (looks.incrementAndGet()) {
                                case 1 -> Files.delete(file);
                                case 2 ->
                                        runtime.write(
                                                "2026-01-01T00:00:03.0Z stdout F bye\n"
                                                        .getBytes(StandardCharsets.UTF_8));
                                default -> {
                                    return false;
                                }
                            }
                            return true;
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    };
            new LogReader(timers, file, options, out, isRunning).run();
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("ee\nbye\n");
    }

    private static void until(SystemTimers timers, ByteArrayOutputStream out, String text)
            throws InterruptedException {
        var deadline = timers.deadline(java.time.Duration.ofSeconds(30));
        while (!out.toString(StandardCharsets.UTF_8).equals(text) && !deadline.hasPassed()) {
            timers.sleep(java.time.Duration.ofMillis(10));
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(text);
    }
}
