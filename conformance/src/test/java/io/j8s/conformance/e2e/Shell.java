package io.j8s.conformance.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs one program with a time limit and keeps what it printed.
record Shell(Map<String, String> environment, Duration timeout) {

    static Shell plain() {
        return new Shell(Map.of(), Duration.ofSeconds(60));
    }

    Shell within(Duration limit) {
        return new Shell(environment, limit);
    }

    /// How a program ended.
    ///
    /// @param exitCode -1 when it was killed at the time limit
    record Output(List<String> command, int exitCode, String out, String err) {

        /// What it printed, if it succeeded.
        String expectSuccess() {
            if (exitCode != 0) {
                throw new AssertionError(this.toString());
            }
            return out;
        }

        @Override
        public String toString() {
            return "%s\nexit code %d\nout: %s\nerr: %s"
                    .formatted(String.join(" ", command), exitCode, out, err);
        }
    }

    Output run(String... command) {
        return run(Arrays.asList(command), "");
    }

    Output run(List<String> command, String input) {
        try {
            var process = start(command);
            try (var in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException _) {
                // it did not want its input
            }
            var out = new Drain(process.getInputStream());
            var err = new Drain(process.getErrorStream());
            boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            return new Output(command, ended ? process.exitValue() : -1, out.text(), err.text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + command, e);
        }
    }

    /// Starts a program that stays; the caller ends it.
    Process start(List<String> command) throws IOException {
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.directory(Path.of("/").toFile());
        return builder.start();
    }
}
