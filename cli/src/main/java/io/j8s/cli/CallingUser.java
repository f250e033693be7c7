package io.j8s.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/// The user who typed `sudo`, to whom the kubeconfig and the data directory belong, so that they
/// can be read and deleted without `sudo`.
final class CallingUser {

    private CallingUser() {}

    /// Hands a file over; without sudo it stays as it is.
    static void owns(Path file) throws IOException {
        var uid = System.getenv("SUDO_UID");
        var gid = System.getenv("SUDO_GID");
        if (uid == null || gid == null || !DataDirectory.isRoot()) {
            return;
        }
        try {
            Files.setAttribute(file, "unix:gid", Integer.parseInt(gid), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(file, "unix:uid", Integer.parseInt(uid), LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException _) {
            // dropped meanwhile
        }
    }

    /// Overlay file systems leave directories that not even their owner may enter.
    private static void open(Path directory) throws IOException {
        var may = Files.getPosixFilePermissions(directory);
        var all = PosixFilePermissions.fromString("rwx------");
        if (!may.containsAll(all)) {
            may.addAll(all);
            Files.setPosixFilePermissions(directory, may);
        }
    }

    /// Whether somebody called by way of sudo.
    static boolean isCalling() {
        return System.getenv("SUDO_UID") != null && DataDirectory.isRoot();
    }

    /// Hands a whole directory over, but for a part that is not named: what pods have there is
    /// theirs as long as they run.
    ///
    /// @param except name of a child that is left alone; empty for none
    static void ownsAll(Path directory, String except) throws IOException {
        if (!isCalling() || !Files.isDirectory(directory)) {
            return;
        }
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes is)
                            throws IOException {
                        owns(at);
                        open(at);
                        return at.equals(directory.resolve(except)) && !except.isEmpty()
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes is)
                            throws IOException {
                        owns(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException gone) {
                        return FileVisitResult.CONTINUE; // the store drops files while it runs
                    }
                });
    }
}
