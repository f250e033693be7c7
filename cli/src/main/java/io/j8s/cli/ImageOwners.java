package io.j8s.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;

/// Whose the unpacked images' files are. After `sudo j8s down` all of them belong to the calling
/// user, who could not delete them otherwise; a container needs them as its image has them, so what
/// is not plainly root's is written down before and given back by the next `up`.
///
/// @param tree the container runtime's own directory
/// @param file where it is written down, while the files belong to the caller
record ImageOwners(Path tree, Path file) {

    private static final int SPECIAL_BITS = 07000; // set-uid, set-gid, sticky
    private static final int OWNERS_BITS = 0700;
    private static final int MODE_BITS = 07777;

    static ImageOwners of(DataDirectory directory) {
        return new ImageOwners(
                directory.path().resolve(DataDirectory.NODE).resolve("containerd"),
                directory.path().resolve("image-owners"));
    }

    /// Writes down what a change of owner would lose. What an earlier call wrote stays.
    void remember() throws IOException {
        if (!Files.isDirectory(tree) || Files.exists(file)) {
            return;
        }
        var out = new StringBuilder();
        Files.walkFileTree(tree, eachEntry(path -> describe(path, out)));
        Files.writeString(file, out, StandardCharsets.UTF_8);
    }

    private static void describe(Path path, StringBuilder out) throws IOException {
        var has = Files.readAttributes(path, "unix:uid,gid,mode", LinkOption.NOFOLLOW_LINKS);
        int uid = number(has, "uid");
        int gid = number(has, "gid");
        int mode = number(has, "mode") & MODE_BITS;
        boolean isOdd = (mode & SPECIAL_BITS) != 0 || (mode & OWNERS_BITS) < 0400;
        if (uid != 0 || gid != 0 || isOdd) {
            out.append("%d %d %d %s\0".formatted(uid, gid, mode, path));
        }
    }

    private static int number(Map<String, Object> attributes, String name) {
        return attributes.get(name) instanceof Integer number ? number : 0;
    }

    /// Makes everything root's again, then what was written down as it was.
    void restore() throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        Files.walkFileTree(tree, eachEntry(path -> own(path, 0, 0)));
        for (var line : Files.readString(file).split("\0", -1)) {
            var words = line.split(" ", 4);
            if (words.length == 4) {
                restore(words);
            }
        }
        Files.delete(file);
    }

    private static void restore(String[] words) throws IOException {
        var path = Path.of(words[3]);
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        own(path, Integer.parseInt(words[0]), Integer.parseInt(words[1]));
        if (!Files.isSymbolicLink(path)) {
            Files.setAttribute(path, "unix:mode", Integer.parseInt(words[2]));
        }
    }

    private static void own(Path path, int uid, int gid) throws IOException {
        Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    }

    private interface Step {
        void at(Path path) throws IOException;
    }

    private static SimpleFileVisitor<Path> eachEntry(Step step) {
        return new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes is)
                    throws IOException {
                step.at(at);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes is) throws IOException {
                step.at(path);
                return FileVisitResult.CONTINUE;
            }
        };
    }
}
