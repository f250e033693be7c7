package io.j8s.cli;

import io.j8s.certs.Pem;
import io.j8s.cli.Findings.Finding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What is wrong around a cluster: its disk and its certificates.
final class HostFindings {

    private static final long FREE_BYTES_MIN = 1L << 30;
    private static final Duration CERTIFICATE_LEFT_MIN = Duration.ofDays(14);

    private HostFindings() {}

    static List<Finding> of(DataDirectory directory, Instant now) throws IOException {
        var findings = new ArrayList<Finding>();
        disk(findings, directory, Files.getFileStore(directory.path()).getUsableSpace());
        if (Files.isReadable(directory.certificates())) {
            try (var files =
                    Files.newDirectoryStream(directory.certificates(), "{*.crt,*-current.pem}")) {
                for (var file : files) {
                    certificate(findings, file, now);
                }
            }
        }
        return findings;
    }

    static void disk(List<Finding> findings, DataDirectory directory, long freeBytes) {
        if (freeBytes < FREE_BYTES_MIN) {
            findings.add(
                    new Finding(
                            "only %d MiB are free in %s"
                                    .formatted(freeBytes >> 20, directory.path()),
                            "make room there: images and volumes need it, and the store stops"
                                    + " without it"));
        }
    }

    private static void certificate(List<Finding> findings, Path file, Instant now)
            throws IOException {
        if (!Files.isReadable(file)) {
            return; // another user's
        }
        try {
            for (var one : Pem.readCertificates(Files.readString(file))) {
                certificate(findings, file, one.getNotAfter().toInstant(), now);
            }
        } catch (GeneralSecurityException e) {
            findings.add(
                    new Finding(
                            file + " is unreadable: " + e.getMessage(),
                            "remove it and start j8s again: it makes a new one"));
        }
    }

    static void certificate(List<Finding> findings, Path file, Instant end, Instant now) {
        if (now.isAfter(end.minus(CERTIFICATE_LEFT_MIN))) {
            findings.add(
                    new Finding(
                            "the certificate %s %s at %s"
                                    .formatted(file, now.isAfter(end) ? "ended" : "ends", end),
                            "stop j8s and start it again: it renews what is near its end; pods"
                                    + " stay"));
        }
    }
}
