package io.j8s.nodeagent.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What is mounted in our mount namespace.
public final class Mounts {

    private static final Path TABLE = Path.of("/proc/self/mounts");

    private Mounts() {}

    /// Mount points at or below a directory, deepest and latest first: the order to unmount in.
    public static List<Path> below(Path directory) throws IOException {
        var found = new ArrayList<Path>();
        for (var line : Files.readAllLines(TABLE)) {
            var target = Path.of(unescaped(line.split(" ", 3)[1]));
            if (target.startsWith(directory)) {
                found.add(target);
            }
        }
        return found.reversed();
    }

    public static boolean isMountPoint(Path path) throws IOException {
        return below(path).contains(path);
    }

    /// Unmounts everything at or below a directory. Idempotent.
    public static void unmountBelow(Path directory) throws IOException {
        for (var target : below(directory)) {
            try {
                Libc.unmount(target.toString(), Libc.UMOUNT_NOFOLLOW);
            } catch (Libc.CallException e) {
                if (e.errno() != Libc.EINVAL && e.errno() != Libc.ENOENT) {
                    // still in use somewhere: it goes away with its last user
                    Libc.unmount(target.toString(), Libc.MNT_DETACH | Libc.UMOUNT_NOFOLLOW);
                }
            }
        }
    }

    /// The kernel writes space, tab, newline and backslash as three octal digits.
    private static String unescaped(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        var text = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                text.append(field.charAt(i));
            }
        }
        return text.toString();
    }
}
