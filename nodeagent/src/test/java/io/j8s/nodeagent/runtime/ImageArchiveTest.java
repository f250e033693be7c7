package io.j8s.nodeagent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;

/// Which names images from archives get.
class ImageArchiveTest {

    @Test
    void namesStayAsTheArchiveHasThem() {
        for (var name : new String[] {"localhost/a:1", "docker.io/library/import-it:v7"}) {
            assertThat(ImageArchive.named(name, Path.of("/tmp/x.tar"))).isEqualTo(name);
        }
    }

    @Test
    void imageWithATagAloneIsNamedByItsFile() {
        assertThat(named("app.tar")).isEqualTo("localhost/app:v7");
        assertThat(named("My_App-1.2.tar.gz")).isEqualTo("localhost/my-app-1-2:v7");
        assertThat(named("app.tgz")).isEqualTo("localhost/app:v7");
        assertThat(named("app")).isEqualTo("localhost/app:v7");
    }

    private static String named(String file) {
        return ImageArchive.named("import-2026-11-29:v7", Path.of("/tmp", file));
    }
}
