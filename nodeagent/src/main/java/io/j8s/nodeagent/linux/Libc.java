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
import java.util.Arrays;

/// The system calls that mounting needs. Each throws an [IOException] that carries the call's own
/// words for the error. All go through one method handle: the JVM writes classes for each shape of
/// arguments, a fiftieth of a second at a start.
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
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    // Linux passes the first six words to a function in registers, whether it declares as many and
    // whether it is variadic or
    // not, and hands a word back.
    private static final MethodHandle CALL =
            LINKER.downcallHandle(
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG),
                    Linker.Option.captureCallState("errno"));

    private static final Function MOUNT = new Function("mount");
    private static final Function UNMOUNT = new Function("umount2");
    private static final Function OPEN_AT = new Function("openat");
    private static final Function MAKE_DIRECTORY_AT = new Function("mkdirat");
    private static final Function CLOSE = new Function("close");
    private static final Function STATVFS = new Function("statvfs");
    private static final Function STRERROR = new Function("strerror");

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

    /// A function of libc whose arguments and result are whole words: numbers and addresses.
    static final class Function {

        private final String name;
        private final MemorySegment address;

        Function(String name) {
            this.name = name;
            address = LINKER.defaultLookup().findOrThrow(name);
        }

        /// @param arguments up to six
        Result call(long... arguments) {
            try (var arena = Arena.ofConfined()) {
                var state = arena.allocate(STATE);
                var words = Arrays.copyOf(arguments, 6);
                long value =
                        (long)
                                CALL.invokeExact(
                                        address, state, words[0], words[1], words[2], words[3],
                                        words[4], words[5]);
                return new Result(value, (int) ERRNO.get(state, 0L));
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) { // method handles declare every throwable, this one throws none
                throw new IllegalStateException(name, e);
            }
        }
    }

    /// @param value what the function handed back; only its lower half counts if that is an `int`
    /// @param errno of use only if the function failed
    record Result(long value, int errno) {

        /// @return the `int` that was handed back, unless it says that the call failed
        int orThrow(String what) throws CallException {
            if ((int) value == -1) {
                throw failure(errno, what);
            }
            return (int) value;
        }
    }

    /// @param data options of the file system, such as `size=1048576`
    public static void mount(String source, String target, String type, long flags, String data)
            throws IOException {
        try (var arena = Arena.ofConfined()) {
            MOUNT.call(
                            arena.allocateFrom(source).address(),
                            arena.allocateFrom(target).address(),
                            arena.allocateFrom(type).address(),
                            flags,
                            data.isEmpty() ? 0 : arena.allocateFrom(data).address())
                    .orThrow("mount " + source + " on " + target);
        }
    }

    public static void unmount(String target, int flags) throws IOException {
        try (var arena = Arena.ofConfined()) {
            UNMOUNT.call(arena.allocateFrom(target).address(), flags).orThrow("unmount " + target);
        }
    }

    /// Opens a name inside an open directory. The caller closes what is returned.
    ///
    /// @param directory an open directory, or anything when `name` is absolute
    public static int openAt(int directory, String name, int flags, int mode) throws IOException {
        try (var arena = Arena.ofConfined()) {
            return OPEN_AT.call(directory, arena.allocateFrom(name).address(), flags, mode)
                    .orThrow("open " + name);
        }
    }

    public static void makeDirectoryAt(int directory, String name, int mode) throws IOException {
        try (var arena = Arena.ofConfined()) {
            MAKE_DIRECTORY_AT
                    .call(directory, arena.allocateFrom(name).address(), mode)
                    .orThrow("mkdir " + name);
        }
    }

    public static void close(int descriptor) throws IOException {
        CLOSE.call(descriptor).orThrow("close");
    }

    /// How many files a file system can have and still has room for; zero of both without a limit.
    public record Inodes(long total, long free) {}

    public static Inodes inodes(String path) throws IOException {
        try (var arena = Arena.ofConfined()) {
            // struct statvfs: bsize, frsize, blocks, bfree, bavail, files, ffree, … all 64 bits
            var result = arena.allocate(128, 8);
            STATVFS.call(arena.allocateFrom(path).address(), result.address())
                    .orThrow("statvfs " + path);
            return new Inodes(
                    result.get(ValueLayout.JAVA_LONG, 40), result.get(ValueLayout.JAVA_LONG, 48));
        }
    }

    /// What a call that failed with `errno` throws, also when its errno came another way.
    public static CallException failure(int errno, String what) {
        return new CallException(what + ": " + words(errno), errno);
    }

    private static String words(int errno) {
        long text = STRERROR.call(errno).value();
        return MemorySegment.ofAddress(text).reinterpret(256).getString(0);
    }
}
