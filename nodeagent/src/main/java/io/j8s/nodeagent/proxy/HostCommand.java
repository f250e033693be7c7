package io.j8s.nodeagent.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs a program of the host with a time limit and bounded output.
final class HostCommand {

    private static final int SECONDS_MAX = 30;
    private static final int OUTPUT_MAX = 64 * 1024;

    private HostCommand() {}

    /// How a program ended.
    record Result(int exitCode, String output) {}

    /// @param input written to its standard input
    static Result run(List<String> command, String input) throws InterruptedException {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var feeder =
                    Thread.ofVirtual()
                            .start(() -> {
                                try (var in = process.getOutputStream()) {
                                    in.write(input.getBytes(StandardCharsets.UTF_8));
                                } catch (IOException _) {
                                    // it ended without reading everything: its exit code tells
                                }
                            });
            byte[] output;
            try (var out = process.getInputStream()) {
                output = out.readNBytes(OUTPUT_MAX);
                out.transferTo(java.io.OutputStream.nullOutputStream());
            }
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new UncheckedIOException(
                        new IOException(command.getFirst() + " did not end in time"));
            }
            feeder.join();
            return new Result(
                    process.exitValue(), new String(output, StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
