package io.j8s.nodeagent.volumes;

import io.j8s.nodeagent.linux.Libc;
import io.j8s.nodeagent.linux.Mounts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Mounts a part of a volume. The containers of a pod may change the volume meanwhile, so the part
/// is opened name by name inside the open parent without ever following a link, and what is bound
/// is the open file itself: a link put in the way leads nowhere.
public final class SubPaths {

    private SubPaths() {}

    /// Binds `volume/subPath` on `target`, creating the directories that are missing.
    ///
    /// @return what containers bind
    public static Path bind(Path volume, String subPath, Path target) throws IOException {
        if (subPath.startsWith("/") || Path.of(subPath).normalize().startsWith("..")) {
            throw new IOException("subpath \"" + subPath + "\" must stay within the volume");
        }
        if (Mounts.isMountPoint(target)) {
            Libc.unmount(target.toString(), Libc.MNT_DETACH | Libc.UMOUNT_NOFOLLOW);
        }
        // links in the volume's own path are the node's and trusted; atomic writers' links are
        // followed as long as they stay inside
        var root = volume.toRealPath();
        var inside = resolvedInside(root, subPath);
        int mode = (int) Files.getAttribute(root, "unix:mode") & 07777;
        int descriptor = Libc.openAt(-1, root.toString(), Libc.O_PATH | Libc.O_CLOEXEC, 0);
        try {
            for (var name : inside) {
                int next = openOrCreate(descriptor, name.toString(), subPath, mode);
                Libc.close(descriptor);
                descriptor = next;
            }
            var source = "/proc/self/fd/" + descriptor;
            prepare(target, Files.isDirectory(Path.of(source)));
            Libc.mount(source, target.toString(), "", Libc.MS_BIND | Libc.MS_REC, "");
        } finally {
            Libc.close(descriptor);
        }
        return target;
    }

    /// Follows links that exist now, if they end inside of the volume; a race is caught by the
    /// open.
    private static Path resolvedInside(Path root, String subPath) throws IOException {
        var wanted = root.resolve(subPath).normalize();
        var real = Files.exists(wanted) ? wanted.toRealPath() : wanted;
        if (!real.startsWith(root)) {
            throw new IOException(
                    "subpath \"%s\" not within volume path \"%s\"".formatted(real, root));
        }
        var relative = root.relativize(real);
        return relative.toString().isEmpty() ? Path.of(".") : relative;
    }

    private static int openOrCreate(int directory, String name, String subPath, int mode)
            throws IOException {
        int flags = Libc.O_PATH | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
        int descriptor;
        try {
            descriptor = Libc.openAt(directory, name, flags, 0);
        } catch (Libc.CallException e) {
            if (e.errno() != Libc.ENOENT) {
                throw e;
            }
            Libc.makeDirectoryAt(directory, name, mode);
            // as the volume's own, which may be open to a group, whatever the umask is
            Files.setAttribute(
                    Path.of("/proc/self/fd/" + directory, name),
                    "unix:mode",
                    mode,
                    java.nio.file.LinkOption.NOFOLLOW_LINKS);
            descriptor = Libc.openAt(directory, name, flags, 0);
        }
        // O_PATH opens a link itself instead of failing
        if (isLink(descriptor)) {
            Libc.close(descriptor);
            throw new IOException("subpath \"" + subPath + "\" leads through a symbolic link");
        }
        return descriptor;
    }

    private static boolean isLink(int descriptor) throws IOException {
        int mode = (int) Files.getAttribute(Path.of("/proc/self/fd/" + descriptor), "unix:mode");
        return (mode & 0170000) == 0120000;
    }

    private static void prepare(Path target, boolean isDirectory) throws IOException {
        if (isDirectory) {
            Files.createDirectories(target);
        } else {
            Files.createDirectories(target.getParent());
            if (!Files.exists(target)) {
                Files.createFile(target);
            }
        }
    }
}
