package io.j8s.cli.startup;

import java.util.Optional;

/// Another form of a class that does the same.
@FunctionalInterface
interface ClassRewriting {

    /// @param content a class file
    /// @return the class file in its new form, empty when it stays as it is
    Optional<byte[]> rewrite(byte[] content);
}
