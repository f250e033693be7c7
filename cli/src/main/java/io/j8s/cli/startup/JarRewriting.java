package io.j8s.cli.startup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// Brings the classes of jars into forms that the start-up cache keeps whole. What they do stays
/// the same. The launcher runs it over its own copies before it trains the cache; the arguments are
/// the jars, and one that has no class to rewrite is left as it is.
public final class JarRewriting {

    private static final List<ClassRewriting> FORMS =
            List.of(new ClassFileUpgrade(), new DirectCalls());

    private JarRewriting() {}

    public static void main(String[] args) throws IOException {
        for (var jar : args) {
            rewrite(Path.of(jar));
        }
    }

    static void rewrite(Path jar) throws IOException {
        var out = new ByteArrayOutputStream();
        boolean isChanged = false;
        try (var in = new ZipInputStream(Files.newInputStream(jar));
                var copy = new ZipOutputStream(out)) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                var found = in.readAllBytes();
                var made =
                        entry.getName().endsWith(".class")
                                ? rewritten(found)
                                : Optional.<byte[]>empty();
                isChanged |= made.isPresent();
                var copied = new ZipEntry(entry.getName());
                copied.setLastModifiedTime(entry.getLastModifiedTime());
                copy.putNextEntry(copied);
                copy.write(made.orElse(found));
                copy.closeEntry();
            }
        }
        if (isChanged) {
            var made = jar.resolveSibling(jar.getFileName() + ".new");
            Files.write(made, out.toByteArray());
            Files.move(made, jar, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static Optional<byte[]> rewritten(byte[] content) {
        var made = Optional.<byte[]>empty();
        for (var form : FORMS) {
            var before = made;
            made = form.rewrite(made.orElse(content)).or(() -> before);
        }
        return made;
    }
}
