package io.j8s.nodeagent.volumes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

class AtomicWriterTest {

    private static Payload payload(Map<String, String> files) throws Exception {
        var payload = new Payload();
        for (var file : files.entrySet()) {
            payload.put(file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8), 0640);
        }
        return payload;
    }

    private static void write(Path target, Map<String, String> files) throws Exception {
        AtomicWriter.write(target, payload(files), () -> {});
    }

    @Test
    void changesAllFilesByOneLink(@TempDir Path target) throws Exception {
        write(target, Map.of("a", "1", "dir/b", "2"));
        assertThat(Files.readString(target.resolve("a"))).isEqualTo("1");
        assertThat(Files.readString(target.resolve("dir/b"))).isEqualTo("2");
        assertThat(Files.isSymbolicLink(target.resolve("a"))).isTrue();
        assertThat((int) Files.getAttribute(target.resolve("a"), "unix:mode") & 0777)
                .isEqualTo(0640);
        var before = Files.readSymbolicLink(target.resolve("..data"));
        write(target, Map.of("a", "new", "c", "3"));
        assertThat(Files.readString(target.resolve("a"))).isEqualTo("new");
        assertThat(Files.exists(target.resolve("dir"))).isFalse();
        assertThat(Files.readSymbolicLink(target.resolve("..data"))).isNotEqualTo(before);
        assertThat(Files.exists(target.resolve(before))).isFalse();
    }

    @Test
    void sameContentChangesNothing(@TempDir Path target) throws Exception {
        write(target, Map.of("a", "1"));
        var before = Files.readSymbolicLink(target.resolve("..data"));
        write(target, Map.of("a", "1"));
        assertThat(Files.readSymbolicLink(target.resolve("..data"))).isEqualTo(before);
    }

    @Test
    void theDirectoryOfFilesIsNamedByItsTime(@TempDir Path target) throws Exception {
        write(target, Map.of("a", "1"));
        var name = Files.readSymbolicLink(target.resolve("..data")).toString();
        var time = Files.getLastModifiedTime(target).toInstant().toString();
        assertThat(name)
                .matches("\\.\\.\\d{4}(_\\d{2}){5}\\.\\d+")
                .startsWith(".." + time.substring(0, 10).replace('-', '_'));
        try (var entries = Files.list(target)) {
            assertThat(entries.map(entry -> entry.getFileName().toString()))
                    .containsExactlyInAnyOrder("..data", name, "a");
        }
    }

    /// Only root may give files away, so the group here is the one that they have.
    @Test
    void theWholeVolumeBelongsToTheGroup(@TempDir Path target) throws Exception {
        long group = (int) Files.getAttribute(target, "unix:gid");
        Files.setAttribute(target, "unix:mode", 0700);
        ObjectVolume.prepare(target);
        ObjectVolume.write(target, payload(Map.of("a", "1")), group);
        ObjectVolume.prepare(target);
        assertThat((int) Files.getAttribute(target, "unix:mode") & 07777).isEqualTo(02777);
        assertThat((int) Files.getAttribute(target.resolve("..data/"), "unix:mode") & 07777)
                .isEqualTo(02775);
        assertThat((int) Files.getAttribute(target.resolve("a"), "unix:mode") & 07777)
                .isEqualTo(0660);
    }

    @Test
    void pathsMayNotLeadOut() {
        for (var path : new String[] {"../x", "/x", "a/../../x", "..x", ""}) {
            assertThatThrownBy(() -> payload(Map.of(path, ""))).isInstanceOf(VolumeException.class);
        }
    }
}
