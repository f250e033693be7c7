package io.j8s.cli.startup;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.util.Optional;

/// Gives classes that are older than Java 6, as the command line parser's are, the form of Java 8:
/// the start-up cache keeps no older ones, so every start would read and verify them anew, an
/// eighth of a second.
final class ClassFileUpgrade implements ClassRewriting {

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

    @Override
    public Optional<byte[]> rewrite(byte[] content) {
        var found = FORM.parse(content);
        return found.majorVersion() < OLDEST_KEPT
                ? Optional.of(FORM.transformClass(found, NEWER))
                : Optional.empty();
    }
}
