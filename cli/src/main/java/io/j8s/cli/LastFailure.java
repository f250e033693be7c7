package io.j8s.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Why the last run in a data directory failed, kept for `j8s status` until the next one begins.
/// Written and removed by who holds the directory's lock.
record LastFailure(Path file) {

    static LastFailure in(DataDirectory directory) {
        return new LastFailure(directory.path().resolve("failure"));
    }

    /// One run, whose failure is remembered.
    interface Run {
        void run() throws CommandException, IOException, InterruptedException;
    }

    /// Forgets the failure of earlier runs, and keeps that of this one.
    void of(Run run) throws CommandException, IOException, InterruptedException {
        Files.deleteIfExists(file);
        try {
            run.run();
        } catch (CommandException e) {
            remember(e.line(), e);
            throw e;
        } catch (IOException | RuntimeException e) {
            remember(e.toString(), e);
            throw e;
        }
    }

    /// The line that the user saw.
    Optional<String> line() throws IOException {
        return Files.exists(file)
                ? Optional.of(Files.readString(file).strip()).filter(line -> !line.isEmpty())
                : Optional.empty();
    }

    /// A full disk may be what failed, and must not hide behind this.
    private void remember(String line, Exception failure) {
        try {
            Files.writeString(file, line + "\n");
            CallingUser.owns(file);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
