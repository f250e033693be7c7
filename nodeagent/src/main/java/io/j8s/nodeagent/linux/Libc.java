package io.j8s.nodeagent.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The system calls that mounting needs. Each throws an [IOException] that carries the call's own
/// words for the error. Each is linked when it is first used, which the JVM does by writing a
/// class: all at once would be felt in a start.
@SuppressWarnings("restricted") // the launcher enables native access
public final class Libc {

    public static final long MS_RDONLY = 1;
    public static final long MS_NOSUID = 2;
    public static final long MS_NODEV = 4;
    public static final long MS_NOEXEC = 8;
    public static final long MS_REMOUNT = 32;
    public static final long MS_BIND = 4096;
    public static final long MS_REC = 16384;
    public static final long MS_SHARED = 1 << 20;

    public static final int MNT_DETACH = 2;
    public static final int UMOUNT_NOFOLLOW = 8;

    public static final int O_RDONLY = 0;
    public static final int O_CREAT = 0100;
    public static final int O_EXCL = 0200;
    public static final int O_DIRECTORY = 0200000;
    public static final int O_NOFOLLOW = 0400000;
    public static final int O_CLOEXEC = 02000000;
    public static final int O_PATH = 010000000;

    public static final int ENOENT = 2;
    public static final int EEXIST = 17;
    public static final int ENOTDIR = 20;
    public static final int EINVAL = 22;
    public static final int ELOOP = 40;

    private static final Linker LINKER = Linker.nativeLinker();
    static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final class Mount {
        static final MethodHandle CALL =
                function(
                        "mount",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS));
    }

    private static final class Unmount {
        static final MethodHandle CALL =
                function(
                        "umount2",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    }

    private static final class OpenAt {
        static final MethodHandle CALL =
                function(
                        "openat",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT),
                        Linker.Option.firstVariadicArg(3));
    }

    private static final class MakeDirectoryAt {
        static final MethodHandle CALL =
                function(
                        "mkdirat",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT));
    }

    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private static final class Statvfs {
        static final MethodHandle CALL =
                function(
                        "statvfs",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    }

    private static final class Strerror {
        static final MethodHandle CALL =
                LINKER.downcallHandle(
                        LINKER.defaultLookup().findOrThrow("strerror"),
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    }

    /// A system call that failed; [#errno] is for callers that go on from a certain error.
    public static final class CallException extends IOException {
        private final int errno;

        CallException(String message, int errno) {
            super(message);
            this.errno = errno;
        }

        public int errno() {
            return errno;
        }
    }

    private Libc() {}

    /// @param data options of the file system, such as `size=1048576`
    public static void mount(String source, String target, String type, long flags, String data)
            throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            MemorySegment options = data.isEmpty() ? MemorySegment.NULL : arena.allocateFrom(data);
            check(
                    (int)
                            Mount.CALL.invokeExact(
                                    state,
                                    arena.allocateFrom(source),
                                    arena.allocateFrom(target),
                                    arena.allocateFrom(type),
                                    flags,
                                    options),
                    state,
                    "mount " + source + " on " + target);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    public static void unmount(String target, int flags) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            check(
                    (int) Unmount.CALL.invokeExact(state, arena.allocateFrom(target), flags),
                    state,
                    "unmount " + target);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /// Opens a name inside an open directory. The caller closes what is returned.
    ///
    /// @param directory an open directory, or anything when `name` is absolute
    public static int openAt(int directory, String name, int flags, int mode) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            return check(
                    (int)
                            OpenAt.CALL.invokeExact(
                                    state, directory, arena.allocateFrom(name), flags, mode),
                    state,
                    "open " + name);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    public static void makeDirectoryAt(int directory, String name, int mode) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            check(
                    (int)
                            MakeDirectoryAt.CALL.invokeExact(
                                    state, directory, arena.allocateFrom(name), mode),
                    state,
                    "mkdir " + name);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    public static void close(int descriptor) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            check((int) CLOSE.invokeExact(state, descriptor), state, "close");
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /// How many files a file system can have and still has room for; zero of both without a limit.
    public record Inodes(long total, long free) {}

    public static Inodes inodes(String path) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            // struct statvfs: bsize, frsize, blocks, bfree, bavail, files, ffree, … all 64 bits
            var result = arena.allocate(128, 8);
            check(
                    (int) Statvfs.CALL.invokeExact(state, arena.allocateFrom(path), result),
                    state,
                    "statvfs " + path);
            return new Inodes(
                    result.get(ValueLayout.JAVA_LONG, 40), result.get(ValueLayout.JAVA_LONG, 48));
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    static int check(int result, MemorySegment state, String what) throws IOException {
        if (result == -1) {
            throw failure(errno(state), what);
        }
        return result;
    }

    static int errno(MemorySegment state) {
        return (int) ERRNO.get(state, 0L);
    }

    /// What a call that failed with `errno` throws, also when its errno came another way.
    public static CallException failure(int errno, String what) {
        return new CallException(what + ": " + words(errno), errno);
    }

    private static String words(int errno) {
        try {
            var text = (MemorySegment) Strerror.CALL.invokeExact(errno);
            return text.reinterpret(256).getString(0);
        } catch (Throwable e) {
            return "errno " + errno;
        }
    }

    /// Method handles declare every throwable; only these can come out of the calls above.
    static IOException rethrown(Throwable e) {
        return switch (e) {
            case IOException io -> io;
            case RuntimeException bug -> throw bug;
            case Error error -> throw error;
            default -> throw new IllegalStateException(e);
        };
    }

    static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... more) {
        var options = new Linker.Option[more.length + 1];
        options[0] = Linker.Option.captureCallState("errno");
        System.arraycopy(more, 0, options, 1, more.length);
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
    }
}
