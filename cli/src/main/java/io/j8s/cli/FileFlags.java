package io.j8s.cli;

import io.j8s.certs.Credential;
import io.j8s.certs.CredentialFiles;
import io.j8s.certs.Pem;

import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// What flags name files of: texts, certificates, and certificates with their keys.
final class FileFlags {

    private FileFlags() {}

    static Optional<String> text(Flag<String> flag, ParseResult given) throws IOException {
        var file = flag.path(given);
        return file.isEmpty() ? Optional.empty() : Optional.of(Files.readString(file.get()));
    }

    static List<X509Certificate> certificates(Flag<String> flag, Optional<String> pem)
            throws CommandException {
        if (pem.isEmpty()) {
            return List.of();
        }
        try {
            var found = Pem.readCertificates(pem.get());
            if (found.isEmpty()) {
                throw CommandException.usage(flag.name() + " names a file without certificates");
            }
            return found;
        } catch (GeneralSecurityException e) {
            throw CommandException.usage(flag.name() + ": " + e.getMessage());
        }
    }

    static Optional<Supplier<Credential>> pair(
            Flag<String> certificate, Flag<String> key, ParseResult given)
            throws CommandException, IOException {
        var certificateFile = certificate.path(given);
        var keyFile = key.path(given);
        if (certificateFile.isPresent() != keyFile.isPresent()) {
            throw CommandException.usage(
                    "%s and %s must be specified together"
                            .formatted(certificate.name(), key.name()));
        }
        if (certificateFile.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new CredentialFiles(certificateFile.get(), keyFile.orElseThrow()));
        } catch (GeneralSecurityException e) {
            throw CommandException.usage(
                    "%s and %s: %s".formatted(certificate.name(), key.name(), e.getMessage()));
        }
    }
}
