package io.j8s.nodeagent.cgroups;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;

/// What both versions do with the files of a group.
final class CgroupFiles {

    private CgroupFiles() {}

    /// Writes only what differs: some files refuse to be set to what they are.
    static void set(Path file, String value) throws IOException {
        if (Files.exists(file) && !Files.readString(file).strip().equals(value)) {
            Files.writeString(file, value);
        }
    }

    static void remove(Path group) throws IOException {
        if (!Files.isDirectory(group)) {
            return;
        }
        try (var all = Files.walk(group)) {
            for (var directory : all.filter(Files::isDirectory).toList().reversed()) {
                Files.deleteIfExists(directory);
            }
        } catch (NoSuchFileException | java.io.UncheckedIOException e) {
            if (Files.isDirectory(group)) {
                throw new IOException("cgroup " + group + ": " + e.getMessage(), e);
            }
        }
    }

    /// The number after `key` in a file of lines `key number`; with an empty key the file's only
    /// one.
    static OptionalLong number(Path file, String key) {
        try {
            for (var line : Files.readAllLines(file)) {
                if (key.isEmpty()) {
                    return OptionalLong.of(Long.parseLong(line.strip()));
                }
                if (line.startsWith(key + " ")) {
                    return OptionalLong.of(
                            Long.parseLong(line.substring(key.length() + 1).strip()));
                }
            }
            return OptionalLong.empty();
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
