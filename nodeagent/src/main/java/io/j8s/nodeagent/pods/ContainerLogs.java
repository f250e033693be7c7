package io.j8s.nodeagent.pods;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The log format of CRI: `2026-01-01T00:00:00.000000000Z stdout F text`; `P` marks a line that
/// goes on in the next one.
public final class ContainerLogs {

    private static final int TAIL_BYTES_MAX = 512 * 1024;
    private static final Pattern RUN = Pattern.compile("(\\d{1,9})\\.log(\\..*)?");

    private ContainerLogs() {}

    /// The number of a container's next run, as its logs tell it: they stay when the runtime
    /// forgets the runs. upstream: calcRestartCountByLogDir
    static int nextAttempt(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> RUN.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .mapToInt(found -> Integer.parseInt(found.group(1)) + 1)
                    .max()
                    .orElse(0);
        } catch (IOException e) {
            return 0; // there is none yet
        }
    }

    /// One entry of a log.
    ///
    /// @param isWhole the text ends with a newline that the container wrote
    public record Entry(String time, String stream, boolean isWhole, String text) {

        public static @org.jspecify.annotations.Nullable Entry parse(String line) {
            int first = line.indexOf(' ');
            int second = line.indexOf(' ', first + 1);
            int third = line.indexOf(' ', second + 1);
            if (first < 0 || second < 0 || third < 0) {
                return null;
            }
            return new Entry(
                    line.substring(0, first),
                    line.substring(first + 1, second),
                    line.substring(second + 1, third).startsWith("F"),
                    line.substring(third + 1));
        }

        public String content() {
            return isWhole ? text + "\n" : text;
        }
    }

    /// The text of the last lines, each with its newline.
    static List<String> lastLines(Path file, int count) throws IOException {
        var bytes = new byte[0];
        try (var log = new RandomAccessFile(file.toFile(), "r")) {
            long from = Math.max(0, log.length() - TAIL_BYTES_MAX);
            log.seek(from);
            bytes = new byte[(int) (log.length() - from)];
            log.readFully(bytes);
        }
        var lines = new ArrayList<String>();
        for (var line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
            var entry = Entry.parse(line);
            if (entry != null) {
                lines.add(entry.content());
            }
        }
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }
}
