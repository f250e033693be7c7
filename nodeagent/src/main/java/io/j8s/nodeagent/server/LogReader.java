package io.j8s.nodeagent.server;

import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.pods.ContainerLogs;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.function.BooleanSupplier;

/// Writes a container's log to a client. upstream: ReadLogs.
final class LogReader {

    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int BLOCK = 64 * 1024;

    /// @param tailLines -1 for all
    /// @param limitBytes -1 for no limit
    /// @param stream `stdout`, `stderr`, or empty for both
    record Options(
            boolean isFollowing,
            boolean hasTimestamps,
            long tailLines,
            long limitBytes,
            @Nullable Instant since,
            String stream) {}

    private final Timers timers;
    private final Path file;
    private final Options options;
    private final OutputStream out;
    private final BooleanSupplier isRunning;
    private long left;

    /// @param isRunning whether the container may still write
    LogReader(
            Timers timers,
            Path file,
            Options options,
            OutputStream out,
            BooleanSupplier isRunning) {
        this.timers = timers;
        this.file = file;
        this.options = options;
        this.out = out;
        this.isRunning = isRunning;
        this.left = options.limitBytes() < 0 ? Long.MAX_VALUE : options.limitBytes();
    }

    /// Returns at the end of the log, or of the container when following.
    void run() throws IOException, InterruptedException {
        long position = -1;
        var key = "";
        while (left > 0) {
            try (var log = new RandomAccessFile(file.toFile(), "r")) {
                var fileKey = keyOf(file);
                if (!fileKey.equals(key)) {
                    position = position < 0 ? start(log) : 0; // a rotated log begins anew
                    key = fileKey;
                }
                position = follow(log, position, key);
                if (position < 0) {
                    return;
                }
            } catch (java.io.FileNotFoundException | NoSuchFileException e) {
                if (!options.isFollowing() || !isRunning.getAsBoolean()) {
                    return;
                }
                timers.sleep(LOOK); // between the rotation and the runtime's reopening
            }
        }
    }

    /// @return where to go on in the next file, or -1 at the end
    private long follow(RandomAccessFile log, long from, String key)
            throws IOException, InterruptedException {
        long position = from;
        while (left > 0) {
            // asked before the copy, which then has all that was written until the end
            boolean mayGrow = options.isFollowing() && isRunning.getAsBoolean();
            boolean isReplaced = mayGrow && isReplaced(key);
            position = copy(log, position);
            if (!mayGrow) {
                return -1;
            }
            if (isReplaced) {
                return position;
            }
            timers.sleep(LOOK);
        }
        return -1;
    }

    /// A file that is gone is not replaced yet: the runtime writes to it until it opens the next
    /// one, and nobody does so when it went with its pod.
    private boolean isReplaced(String key) throws IOException {
        try {
            return !keyOf(file).equals(key);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static String keyOf(Path file) throws IOException {
        return String.valueOf(Files.getAttribute(file, "unix:ino"));
    }

    /// Copies all whole lines from a position on, and tells where the rest begins.
    private long copy(RandomAccessFile log, long from) throws IOException {
        long position = from;
        var block = new byte[BLOCK];
        while (left > 0) {
            log.seek(position);
            int read = log.read(block);
            int end = lastNewline(block, read);
            if (end < 0) {
                if (read == BLOCK) {
                    throw new IOException("a line of the log is longer than " + BLOCK);
                }
                return position;
            }
            writeLines(block, end + 1);
            position += end + 1;
        }
        return position;
    }

    private static int lastNewline(byte[] block, int length) {
        for (int i = length - 1; i >= 0; i--) {
            if (block[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void writeLines(byte[] block, int length) throws IOException {
        var batch = new java.io.ByteArrayOutputStream();
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (block[i] == '\n') {
                // Latin-1 keeps every byte as it is
                var line = new String(block, start, i - start, StandardCharsets.ISO_8859_1);
                add(line, batch);
                start = i + 1;
            }
        }
        byte[] bytes = batch.toByteArray();
        int count = (int) Math.min(left, bytes.length);
        out.write(bytes, 0, count);
        out.flush();
        left -= count;
    }

    private void add(String line, java.io.ByteArrayOutputStream batch) {
        var entry = ContainerLogs.Entry.parse(line);
        if (entry == null
                || (!options.stream().isEmpty() && !options.stream().equals(entry.stream()))
                || isTooOld(entry.time())) {
            return;
        }
        var text = options.hasTimestamps() ? entry.time() + " " + entry.content() : entry.content();
        batch.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private boolean isTooOld(String time) {
        if (options.since() == null) {
            return false;
        }
        try {
            return OffsetDateTime.parse(time).toInstant().isBefore(options.since());
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /// Where the last lines begin.
    private long start(RandomAccessFile log) throws IOException {
        if (options.tailLines() < 0) {
            return 0;
        }
        if (options.tailLines() == 0) {
            return log.length();
        }
        long wanted = options.tailLines() + 1; // the last line's own newline is the first one found
        long end = log.length();
        var block = new byte[BLOCK];
        while (end > 0) {
            int size = (int) Math.min(BLOCK, end);
            log.seek(end - size);
            log.readFully(block, 0, size);
            for (int i = size - 1; i >= 0; i--) {
                if (block[i] == '\n' && --wanted == 0) {
                    return end - size + i + 1;
                }
            }
            end -= size;
        }
        return 0;
    }
}
