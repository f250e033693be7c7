package io.j8s.cli.startup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/// The command line parser's classes, rewritten: the JVM verifies them as it loads them.
class ClassFileUpgradeTest {

    private static final int JAVA_8 = 52;

    @TempDir private Path directory;

    @Test
    void everyClassOfTheParserPassesTheVerifierInItsNewForm() throws Exception {
        var jar = upgraded();
        assertThat(classes(jar)).hasSizeGreaterThan(100);
        try (var loader =
                new URLClassLoader(
                        new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            for (var name : classes(jar)) {
                assertThat(majorVersion(jar, name)).as(name).isGreaterThanOrEqualTo(JAVA_8);
                var type = name.replace('/', '.').replaceFirst("\\.class$", "");
                // initializing verifies it; what needs Groovy is not for here
                if (!type.contains("groovy")) {
                    Class.forName(type, true, loader);
                }
            }
            var main =
                    loader.loadClass("picocli.AutoComplete")
                            .getMethod(
                                    "bash", String.class, loader.loadClass("picocli.CommandLine"));
            var line = loader.loadClass("picocli.CommandLine");
            var help = loader.loadClass("picocli.CommandLine$HelpCommand");
            assertThat(
                            main.invoke(
                                    null,
                                    "tried",
                                    line.getConstructor(Object.class).newInstance(help)))
                    .asString()
                    .contains("complete -F");
        }
    }

    @Test
    void jarWithoutOldClassesIsLeftAsItIs() throws Exception {
        var jar = upgraded();
        var before = Files.readAllBytes(jar);
        var key = Files.readAttributes(jar, BasicFileAttributes.class).fileKey();
        JarRewriting.rewrite(jar);
        assertThat(jar).hasBinaryContent(before);
        assertThat(Files.readAttributes(jar, BasicFileAttributes.class).fileKey()).isEqualTo(key);
    }

    private Path upgraded() throws Exception {
        var original =
                Path.of(
                        CommandLine.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        var jar = directory.resolve("parser.jar");
        Files.copy(original, jar);
        JarRewriting.rewrite(jar);
        return jar;
    }

    private static List<String> classes(Path jar) throws IOException {
        try (var file = new JarFile(jar.toFile())) {
            return file.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.endsWith(".class") && !name.contains("META-INF"))
                    .toList();
        }
    }

    private static int majorVersion(Path jar, String name) throws IOException {
        try (var file = new JarFile(jar.toFile());
                var in = new DataInputStream(file.getInputStream(file.getEntry(name)))) {
            in.skipNBytes(6);
            return in.readUnsignedShort();
        }
    }
}
