package io.j8s.nodeagent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/// With programs that behave like systemd's.
final class SystemShutdownTest {

    @Test
    @Timeout(60)
    void endsPodsWhenTheMachineGoesDownAndLetsItGoThen(@TempDir Path directory) throws Exception {
        var ended = new CountDownLatch(1);
        var pid = directory.resolve("pid");
        var programs =
                new SystemShutdown.Programs(
                        List.of(
                                "sh",
                                "-c",
                                "echo $$ > "
                                        + pid
                                        + ".part; mv "
                                        + pid
                                        + ".part "
                                        + pid
                                        + "; exec sleep 1000"),
                        List.of(
                                "sh",
                                "-c",
                                "echo 'signal member=NameAcquired'; echo '   string \":1.7\"';"
                                        + " while ! [ -e "
                                        + pid
                                        + " ]; do sleep 0.1; done; echo 'signal"
                                        + " member=PrepareForShutdown'; echo '   boolean true';"
                                        + " exec sleep 1000"));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var shutdown = new SystemShutdown(ended::countDown)) {
            shutdown.start(programs, threads);
            ended.await();
            var lock = ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()));
            if (lock.isPresent()) {
                lock.get().onExit().join();
            }
        }
    }

    @Test
    @Timeout(60)
    void goesOnWithoutSystemd() {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var shutdown =
                        new SystemShutdown(() -> {
                            throw new IllegalStateException("nobody goes down");
                        })) {
            shutdown.start(
                    new SystemShutdown.Programs(
                            List.of("/no/such/program"), List.of("/no/such/program")),
                    threads);
            // or one that finds no bus
            shutdown.start(
                    new SystemShutdown.Programs(List.of("false"), List.of("false")), threads);
        }
    }

    @Test
    void criticalPodsHaveTheLastPart() {
        var grace = new ShutdownGrace(Duration.ofSeconds(30), Duration.ofSeconds(10));

        assertThat(grace.of(false)).isEqualTo(Duration.ofSeconds(20));
        assertThat(grace.of(true)).isEqualTo(Duration.ofSeconds(10));
        assertThat(ShutdownGrace.NONE.isOn()).isFalse();
        assertThatThrownBy(() -> new ShutdownGrace(Duration.ofSeconds(1), Duration.ofSeconds(2)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
