package io.j8s.nodeagent.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs one program of the host to its end, with a time limit.
public final class HostCommand {

    private HostCommand() {}

    /// @return what it printed on standard output
    /// @throws IOException when it is missing, fails or takes too long; with what it printed
    public static String run(Duration limit, String input, List<String> command)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command);
        var process = builder.start();
        // both outputs are drained beside us, so that neither can fill and stall the program
        var errors = new Drain(process.getErrorStream());
        var output = new Drain(process.getInputStream());
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // a program that ends without reading its input tells why by its exit code
        }
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new IOException(
                    String.join(" ", command) + ": not finished after " + limit.toSeconds() + " s");
        }
        if (process.exitValue() != 0) {
            throw new IOException(
                    "%s: exit code %d: %s"
                            .formatted(
                                    String.join(" ", command),
                                    process.exitValue(),
                                    (errors.text() + output.text()).strip()));
        }
        return output.text();
    }

    public static String run(Duration limit, String... command)
            throws IOException, InterruptedException {
        return run(limit, "", List.of(command));
    }

    /// Reads one output of a program to its end.
    private static final class Drain {

        private static final int BYTES_MAX = 4 * 1024 * 1024;
        private static final Duration READ_MAX = Duration.ofSeconds(30); // the program has ended

        private final Thread thread;
        private volatile String text = "";

        Drain(java.io.InputStream stream) {
            thread =
                    Thread.ofVirtual()
                            .start(() -> {
                                try (stream) {
                                    text =
                                            new String(
                                                    stream.readNBytes(BYTES_MAX),
                                                    StandardCharsets.UTF_8);
                                } catch (IOException e) {
                                    text = "";
                                }
                            });
        }

        String text() throws IOException, InterruptedException {
            if (!thread.join(READ_MAX)) {
                throw new IOException("somebody holds the output of an ended program open");
            }
            return text;
        }
    }
}
