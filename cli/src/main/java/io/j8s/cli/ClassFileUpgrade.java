package io.j8s.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// Rewrites jars whose classes are older than Java 6, as the command line parser's are, in the form
/// of Java 8: the start-up cache keeps no older ones, so every start would read and verify them
/// anew, an eighth of a second. What they do stays the same. The launcher runs it over its own
/// copies before it trains the cache; the arguments are the jars, and one without such classes is
/// left as it is.
public final class ClassFileUpgrade {

    private static final int OLDEST_KEPT = ClassFile.JAVA_6_VERSION;
    private static final ClassFile FORM =
            ClassFile.of(ClassFile.StackMapsOption.GENERATE_STACK_MAPS);
    private static final ClassTransform NEWER =
            ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                    .andThen((builder, element) -> {
                        if (element instanceof ClassFileVersion) {
                            builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
                        } else {
                            builder.with(element);
                        }
                    });

    private ClassFileUpgrade() {}

    public static void main(String[] args) throws IOException {
        for (var jar : args) {
            upgrade(Path.of(jar));
        }
    }

    static void upgrade(Path jar) throws IOException {
        var out = new ByteArrayOutputStream();
        boolean hasOld = false;
        try (var in = new ZipInputStream(Files.newInputStream(jar));
                var copy = new ZipOutputStream(out)) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                var content = in.readAllBytes();
                if (isOldClass(entry.getName(), content)) {
                    hasOld = true;
                    content = FORM.transformClass(FORM.parse(content), NEWER);
                }
                var copied = new ZipEntry(entry.getName());
                copied.setLastModifiedTime(entry.getLastModifiedTime());
                copy.putNextEntry(copied);
                copy.write(content);
                copy.closeEntry();
            }
        }
        if (hasOld) {
            var made = jar.resolveSibling(jar.getFileName() + ".new");
            Files.write(made, out.toByteArray());
            Files.move(made, jar, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static boolean isOldClass(String name, byte[] content) {
        return name.endsWith(".class") && FORM.parse(content).majorVersion() < OLDEST_KEPT;
    }
}
