package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

class DataDirectoryTest {

    @TempDir Path temporary;

    @Test
    void isMadeWithItsParentsForItsOwnerOnly() throws Exception {
        var directory = DataDirectory.create(temporary.resolve("a/b"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())))
                .isEqualTo("rwx--x--x");
    }

    @Test
    void secondUseSaysWhoHoldsIt() throws Exception {
        var directory = DataDirectory.create(temporary.resolve("d"));
        try (var _ = directory.lock()) {
            assertThatThrownBy(directory::lock)
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining("process id " + ProcessHandle.current().pid());
            assertThat(directory.holder()).contains(ProcessHandle.current().pid());
        }
        assertThat(directory.holder()).isEmpty();
        directory.lock().close();
    }

    @Test
    void fileInItsPlaceIsRefused() throws Exception {
        var file = Files.createFile(temporary.resolve("f"));
        assertThatThrownBy(() -> DataDirectory.create(file))
                .hasMessage(file + " is no directory: give another --data-dir");
    }

    @Test
    void existsOnlyAfterItWasMade() throws Exception {
        assertThat(DataDirectory.existing(temporary.resolve("none"))).isEmpty();
        DataDirectory.create(temporary.resolve("one"));
        assertThat(DataDirectory.existing(temporary.resolve("one"))).isPresent();
    }
}
