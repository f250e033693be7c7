package io.j8s.nodeagent.volumes;

import io.j8s.nodeagent.linux.FileTrees;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/// Writes a payload so that a reader sees all of the old or all of the new one, with upstream's
/// layout, which programs that watch files rely on:
///
///     volume/..2026_01_01_00_00_00.123   the files
///     volume/..data -> ..2026_…          swapped by one rename
///     volume/key -> ..data/key
///
/// Called by one pod's worker only.
final class AtomicWriter {

    private static final String DATA = "..data";
    private static final String NEW = "..new";

    private AtomicWriter() {}

    /// Idempotent: an unchanged payload changes nothing on disk.
    ///
    /// @param prepare sets owners and modes of the volume with the new directory before it is seen
    static void write(Path target, Payload payload, Preparation prepare) throws IOException {
        var current = current(target);
        if (current != null && isSame(current, payload)) {
            return;
        }
        var fresh = freshDirectory(target);
        for (var file : payload.files().entrySet()) {
            var path = fresh.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue().content());
            Files.setAttribute(path, "unix:mode", file.getValue().mode());
            var owner = file.getValue().owner();
            if (owner != null) {
                Files.setAttribute(path, "unix:uid", owner.intValue());
            }
        }
        prepare.run();
        var swap = target.resolve("..data_tmp");
        Files.deleteIfExists(swap);
        Files.createSymbolicLink(swap, fresh.getFileName());
        Files.move(swap, target.resolve(DATA), StandardCopyOption.ATOMIC_MOVE);
        linkNames(target, payload);
        if (current != null) {
            FileTrees.delete(current);
        }
    }

    /// What is done while nobody sees the new directory.
    interface Preparation {
        void run() throws IOException;
    }

    /// Named by the time at which the file system made it.
    private static Path freshDirectory(Path target) throws IOException {
        var made = Files.createTempDirectory(target, NEW);
        var second = Files.getLastModifiedTime(made).toInstant().toString().substring(0, 19);
        var name = made.getFileName().toString().substring(NEW.length());
        var fresh = target.resolve(".." + second.replaceAll("[-T:]", "_") + "." + name);
        Files.move(made, fresh, StandardCopyOption.ATOMIC_MOVE);
        Files.setAttribute(fresh, "unix:mode", 0755);
        return fresh;
    }

    private static @org.jspecify.annotations.Nullable Path current(Path target) throws IOException {
        var data = target.resolve(DATA);
        if (!Files.isSymbolicLink(data)) {
            return null;
        }
        var directory = target.resolve(Files.readSymbolicLink(data));
        return Files.isDirectory(directory) ? directory : null;
    }

    private static boolean isSame(Path current, Payload payload) throws IOException {
        var present = new HashSet<String>();
        try (Stream<Path> files = Files.walk(current)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var name = current.relativize(file).toString();
                var wanted = payload.files().get(name);
                if (wanted == null || !wanted.hasContent(Files.readAllBytes(file))) {
                    return false;
                }
                present.add(name);
            }
        }
        return present.equals(payload.files().keySet());
    }

    private static void linkNames(Path target, Payload payload) throws IOException {
        Set<String> wanted = new HashSet<>();
        for (var path : payload.files().keySet()) {
            int slash = path.indexOf('/');
            wanted.add(slash < 0 ? path : path.substring(0, slash));
        }
        for (var name : wanted) {
            var link = target.resolve(name);
            if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
                Files.createSymbolicLink(link, Path.of(DATA, name));
            }
        }
        try (Stream<Path> entries = Files.list(target)) {
            for (var entry : entries.toList()) {
                var name = entry.getFileName().toString();
                if (!name.startsWith("..") && !wanted.contains(name)) {
                    Files.delete(entry);
                }
            }
        }
    }
}
