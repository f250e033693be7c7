package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

@Tag("runtime") // only root gives files away
class ImageOwnersTest {

    @TempDir Path directory;

    @Test
    void everyFileIsAsItWasBefore() throws Exception {
        var tree = Files.createDirectories(directory.resolve("node/containerd"));
        var plain = file(tree, "plain", 0, 0, 0644);
        var web = file(tree, "web", 33, 33, 0640);
        var setUid = file(tree, "su", 0, 0, 04755);
        var closed = Files.createDirectory(tree.resolve("work"));
        Files.setAttribute(closed, "unix:mode", 0);
        var link = Files.createSymbolicLink(tree.resolve("link"), Path.of("plain"));

        var owners = ImageOwners.of(new DataDirectory(directory));
        owners.remember();
        for (var path : new Path[] {tree, plain, web, setUid, closed, link}) {
            Files.setAttribute(path, "unix:uid", 1000, LinkOption.NOFOLLOW_LINKS);
        }
        Files.setAttribute(closed, "unix:mode", 0700);
        owners.remember(); // a second `down` must not take the caller's for the image's
        owners.restore();

        assertThat(described(plain)).isEqualTo("0:0 644");
        assertThat(described(web)).isEqualTo("33:33 640");
        assertThat(described(setUid)).isEqualTo("0:0 4755");
        assertThat(described(closed)).isEqualTo("0:0 0");
        assertThat(described(link)).startsWith("0:0 ");
        assertThat(owners.file()).doesNotExist();
    }

    private static Path file(Path tree, String name, int uid, int gid, int mode) throws Exception {
        var path = Files.writeString(tree.resolve(name), name);
        Files.setAttribute(path, "unix:gid", gid);
        Files.setAttribute(path, "unix:uid", uid);
        Files.setAttribute(path, "unix:mode", mode);
        return path;
    }

    private static String described(Path path) throws Exception {
        var has = Files.readAttributes(path, "unix:uid,gid,mode", LinkOption.NOFOLLOW_LINKS);
        var mode = Integer.toOctalString(Integer.parseInt(has.get("mode") + "") & 07777);
        return has.get("uid") + ":" + has.get("gid") + " " + mode;
    }
}
