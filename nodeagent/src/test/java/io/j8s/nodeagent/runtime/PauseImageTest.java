package io.j8s.nodeagent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

@Timeout(60)
class PauseImageTest {

    @Test
    void programWaitsUntilItIsToldToEnd(@TempDir Path directory) throws Exception {
        var program = directory.resolve("pause");
        Files.write(program, PauseImage.program());
        assertThat(program.toFile().setExecutable(true)).isTrue();
        var process = new ProcessBuilder(program.toString()).start();
        try {
            var status = Path.of("/proc/" + process.pid() + "/status");
            while (Files.readAllLines(status).stream().noneMatch(PauseImageTest::isAsleep)) {
                assertThat(process.waitFor(20, TimeUnit.MILLISECONDS)).isFalse();
            }
            process.destroy(); // SIGTERM
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /// It sleeps nowhere but in its wait for signals.
    private static boolean isAsleep(String line) {
        return line.startsWith("State:") && line.contains("S (sleeping)");
    }

    @Test
    void archiveIsReadableByTar(@TempDir Path directory) throws Exception {
        var archive = directory.resolve("pause.tar");
        PauseImage.writeArchive(archive);
        assertThat(
                        HostCommand.run(
                                java.time.Duration.ofSeconds(10), "tar", "tf", archive.toString()))
                .isEqualTo("manifest.json\nconfig.json\nlayer.tar\n");
    }
}
