package io.j8s.cli;

import io.j8s.machinery.instance.InstanceId;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.UUID;

/// The directory that holds one instance: where each part keeps its files, and the lock that makes
/// a second `up` on it impossible. With the embedded store this lock is the leader election.
record DataDirectory(Path path) {

    /// The system-wide place for root, the user's own otherwise.
    static Path standard() {
        return isRoot()
                ? Path.of("/var/lib/j8s")
                : Path.of(System.getProperty("user.home"), ".local", "share", "j8s");
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /// Creates the directory, readable by its owner only (it holds keys).
    static DataDirectory create(Path path) throws CommandException {
        try {
            var ownerOnly =
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx--x--x"));
            var parent = path.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            if (!Files.isDirectory(path)) {
                Files.createDirectory(path, ownerOnly);
                CallingUser.owns(path);
            }
            return new DataDirectory(path.toRealPath());
        } catch (FileAlreadyExistsException e) {
            throw new CommandException(path + " is no directory: give another --data-dir", e);
        } catch (AccessDeniedException e) {
            throw new CommandException(
                    "may not write " + e.getFile() + ": give another --data-dir, or run as root",
                    e);
        } catch (IOException e) {
            throw new CommandException("cannot create " + path + ": " + e.getMessage(), e);
        }
    }

    /// The directory of an instance that was started before; empty when there is none.
    static Optional<DataDirectory> existing(Path path) throws IOException {
        return Files.isDirectory(path)
                ? Optional.of(new DataDirectory(path.toRealPath()))
                : Optional.empty();
    }

    InstanceId instance() throws IOException {
        return InstanceId.of(path);
    }

    Path kubeconfig() {
        return path.resolve("kubeconfig");
    }

    /// A name of its own for the process that has this directory, kept over restarts.
    String identity() throws IOException {
        var file = path.resolve("identity");
        if (!Files.exists(file)) {
            Files.writeString(file, UpConfig.hostName() + "_" + UUID.randomUUID());
        }
        return Files.readString(file);
    }

    Path certificates() {
        return path.resolve("pki");
    }

    Path store() {
        return path.resolve("store");
    }

    /// Names the socket of a container runtime that is not ours (`--container-runtime-endpoint`).
    Path runtimeEndpoint() {
        return path.resolve("runtime-endpoint");
    }

    /// The node part's files, mounts of pods among them.
    static final String NODE = "node";

    Path log() {
        return path.resolve("j8s.log");
    }

    Path lockFile() {
        return path.resolve("lock");
    }

    /// Takes the directory for this process until the result is closed or the process ends, however
    /// it ends.
    Lock lock() throws CommandException, IOException {
        var file = lockFile();
        var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        boolean isOurs;
        try {
            isOurs = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            isOurs = false;
        }
        if (!isOurs) {
            var holder = Files.readString(file).strip();
            channel.close();
            throw new CommandException(
                    "%s is in use by the j8s with process id %s: stop that one, or give another --data-dir"
                            .formatted(path, holder.isEmpty() ? "unknown" : holder));
        }
        var pid = Long.toString(ProcessHandle.current().pid()) + "\n";
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.UTF_8)), 0);
        return new Lock(channel);
    }

    /// The process that holds the directory, if one does.
    Optional<Long> holder() throws IOException {
        var file = lockFile();
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (var channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var lock = channel.tryLock();
            if (lock != null) {
                lock.release();
                return Optional.empty();
            }
        } catch (OverlappingFileLockException e) {
            return Optional.of(ProcessHandle.current().pid());
        }
        var text = Files.readString(file).strip();
        return text.isEmpty() ? Optional.empty() : Optional.of(Long.parseLong(text));
    }

    /// The right to use a data directory.
    record Lock(FileChannel channel) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
