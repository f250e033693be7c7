package io.j8s.nodeagent.volumes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.nodeagent.linux.FileTrees;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

@Tag("runtime") // mounts
class SubPathsTest {

    @Test
    void bindsWhatIsInsideAndRefusesWhatIsNot(@TempDir Path directory) throws Exception {
        var volume = Files.createDirectories(directory.resolve("volume"));
        var outside = Files.createDirectories(directory.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "s");
        Files.createSymbolicLink(volume.resolve("out"), outside);
        Files.createDirectories(volume.resolve("real"));
        Files.writeString(volume.resolve("real/file"), "content");
        Files.createSymbolicLink(volume.resolve("in"), Path.of("real"));
        try {
            var bound = SubPaths.bind(volume, "real", directory.resolve("t/1"));
            assertThat(Files.readString(bound.resolve("file"))).isEqualTo("content");
            var file = SubPaths.bind(volume, "in/file", directory.resolve("t/2"));
            assertThat(Files.readString(file)).isEqualTo("content");
            SubPaths.bind(volume, "new/deep", directory.resolve("t/3"));
            assertThat(Files.isDirectory(volume.resolve("new/deep"))).isTrue();
            for (var bad : new String[] {"out", "out/secret", "../outside", "/etc"}) {
                assertThatThrownBy(() -> SubPaths.bind(volume, bad, directory.resolve("t/9")))
                        .describedAs(bad)
                        .isInstanceOf(IOException.class);
            }
        } finally {
            FileTrees.delete(directory.resolve("t"));
        }
        assertThat(Files.readString(outside.resolve("secret"))).isEqualTo("s");
    }
}
