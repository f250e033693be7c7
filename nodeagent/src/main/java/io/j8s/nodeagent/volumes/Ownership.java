package io.j8s.nodeagent.volumes;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/// Gives a volume to a pod's `fsGroup`: everything gets the group and its read and write bits,
/// directories also the bit that hands the group on. upstream: SetVolumeOwnership.
final class Ownership {

    private static final int SET_GID = 02000;

    private Ownership() {}

    /// @param group null leaves everything as it is
    static void apply(Path root, @Nullable Long group, boolean isReadOnly) throws IOException {
        if (group == null) {
            return;
        }
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) throws IOException {
                        change(directory, group, isReadOnly, attributes);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        change(file, group, isReadOnly, attributes);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    /// Whether the root already looks as [#apply] would leave it, for `OnRootMismatch`.
    static boolean isApplied(Path root, long group, boolean isReadOnly) throws IOException {
        int mode = (int) Files.getAttribute(root, "unix:mode");
        int wanted = wantedBits(isReadOnly) | 0110 | SET_GID;
        return (int) Files.getAttribute(root, "unix:gid") == group && (mode & wanted) == wanted;
    }

    private static void change(
            Path path, long group, boolean isReadOnly, BasicFileAttributes attributes)
            throws IOException {
        Files.setAttribute(path, "unix:gid", (int) group, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isSymbolicLink()) {
            return;
        }
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
        mode |= wantedBits(isReadOnly);
        if (attributes.isDirectory()) {
            mode |= SET_GID | 0110;
        }
        Files.setAttribute(path, "unix:mode", mode);
    }

    private static int wantedBits(boolean isReadOnly) {
        return isReadOnly ? 0440 : 0660;
    }
}
