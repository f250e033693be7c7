package io.j8s.nodeagent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// The calls against the file system that every machine has; mounts are tried with the volumes.
class LibcTest {

    private static final int PRIVATE = 0700;
    private static final int EBADF = 9;
    private static final int NEVER_OPEN = Integer.MAX_VALUE;

    @TempDir private Path directory;

    private int open() throws IOException {
        return Libc.openAt(-1, directory.toString(), Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
    }

    @Test
    void directoriesAreMadeInsideOnesThatAreOpen() throws Exception {
        int opened = open();
        Libc.makeDirectoryAt(opened, "made", PRIVATE);
        assertThat(Files.getPosixFilePermissions(directory.resolve("made")))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        Libc.close(opened);
    }

    @Test
    void filesAreMadeWithTheirModeByAFunctionOfVaryingArguments() throws Exception {
        int opened = open();
        int file = Libc.openAt(opened, "f", Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC, 0600);
        assertThat(Files.getPosixFilePermissions(directory.resolve("f")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> Libc.openAt(opened, "f", Libc.O_CREAT | Libc.O_EXCL, 0600))
                .hasMessage("open f: File exists")
                .asInstanceOf(type(Libc.CallException.class))
                .returns(Libc.EEXIST, Libc.CallException::errno);
        Libc.close(file);
        Libc.close(opened);
    }

    @Test
    void failuresCarryTheSystemsOwnWords() throws Exception {
        assertThatThrownBy(() -> Libc.openAt(-1, directory + "/absent", Libc.O_RDONLY, 0))
                .hasMessage("open " + directory + "/absent: No such file or directory")
                .asInstanceOf(type(Libc.CallException.class))
                .returns(Libc.ENOENT, Libc.CallException::errno);
        assertThatThrownBy(() -> Libc.makeDirectoryAt(NEVER_OPEN, "lost", PRIVATE))
                .hasMessage("mkdir lost: Bad file descriptor")
                .asInstanceOf(type(Libc.CallException.class))
                .returns(EBADF, Libc.CallException::errno);
    }

    @Test
    void inodesOfAFileSystemAreCounted() throws Exception {
        var inodes = Libc.inodes("/");
        assertThat(inodes.free()).isBetween(0L, inodes.total());
    }
}
