package io.j8s.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

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
        Files.setAttribute(file, "unix:gid", Integer.parseInt(gid), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(file, "unix:uid", Integer.parseInt(uid), LinkOption.NOFOLLOW_LINKS);
    }

    /// Hands a whole directory over, as far as it holds no mounts of others.
    static void ownsAll(Path directory) throws IOException {
        if (System.getenv("SUDO_UID") == null) {
            return;
        }
        try (var files = Files.walk(directory)) {
            for (var file : (Iterable<Path>) files::iterator) {
                owns(file);
            }
        }
    }
}
