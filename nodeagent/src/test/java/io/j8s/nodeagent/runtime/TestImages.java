package io.j8s.nodeagent.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Images that tests run: Debian's static busybox and nothing else.
public final class TestImages {

    public static final String BUSYBOX = "localhost/busybox:1";

    private TestImages() {}

    public static void loadBusybox(Path socket, Path directory)
            throws IOException, InterruptedException {
        var layer = new TarArchive();
        for (var name : new String[] {"bin", "etc", "tmp", "proc", "sys", "dev", "root"}) {
            layer.directory(name, name.equals("tmp") ? 01777 : 0755);
        }
        layer.file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")));
        for (var applet :
                "sh ls cat echo sleep id env touch rm mkdir stat wc dd kill true false ps hostname nc httpd trap test date wget tee head grep"
                        .split(" ", -1)) {
            layer.link("bin/" + applet, "busybox");
        }
        layer.file(
                "etc/passwd",
                0644,
                "root:x:0:0:root:/root:/bin/sh\n"
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        var archive = directory.resolve("busybox.tar");
        DockerArchive.write(
                archive, BUSYBOX, layer.end(), "{\"Cmd\":[\"sh\"],\"Env\":[\"PATH=/bin\"]}");
        ImageArchive.load(socket, archive);
    }
}
