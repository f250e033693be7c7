package io.j8s.cli;

import io.j8s.apiserver.access.RequestHeaderConfig;
import io.j8s.certs.Pem;
import io.j8s.certs.Pki;

import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;

/// Which proxies in front may say for whom they ask: upstream's `--requestheader-*` flags.
///
/// @param caFile empty for the cluster's own authority for that
record RequestHeaderFlags(
        Optional<Path> caFile,
        List<String> allowedNames,
        List<String> usernameHeaders,
        List<String> uidHeaders,
        List<String> groupHeaders,
        List<String> extraHeaderPrefixes) {

    private static final Flag<String> CLIENT_CA_FILE =
            Flag.optional(
                    "--requestheader-client-ca-file",
                    "FILE",
                    "Authority of proxies that name the user in headers. Default: the cluster's"
                            + " front proxy authority.");
    private static final Flag<String> ALLOWED_NAMES =
            Flag.text(
                    "--requestheader-allowed-names",
                    "NAME,...",
                    "front-proxy-client",
                    "Common names of such proxies; empty allows every one of that authority.");
    private static final Flag<String> USERNAME_HEADERS =
            Flag.text(
                    "--requestheader-username-headers",
                    "NAME,...",
                    "X-Remote-User",
                    "Headers that name the user.");
    private static final Flag<String> UID_HEADERS =
            Flag.text(
                    "--requestheader-uid-headers",
                    "NAME,...",
                    "X-Remote-Uid",
                    "Headers that name the user's UID.");
    private static final Flag<String> GROUP_HEADERS =
            Flag.text(
                    "--requestheader-group-headers",
                    "NAME,...",
                    "X-Remote-Group",
                    "Headers that name the user's groups.");
    private static final Flag<String> EXTRA_HEADERS_PREFIX =
            Flag.text(
                    "--requestheader-extra-headers-prefix",
                    "PREFIX,...",
                    "X-Remote-Extra-",
                    "Beginnings of headers that tell more of the user.");

    static final List<Flag<?>> ALL =
            List.of(
                    CLIENT_CA_FILE,
                    ALLOWED_NAMES,
                    USERNAME_HEADERS,
                    UID_HEADERS,
                    GROUP_HEADERS,
                    EXTRA_HEADERS_PREFIX);

    RequestHeaderFlags {
        allowedNames = List.copyOf(allowedNames);
        usernameHeaders = List.copyOf(usernameHeaders);
        uidHeaders = List.copyOf(uidHeaders);
        groupHeaders = List.copyOf(groupHeaders);
        extraHeaderPrefixes = List.copyOf(extraHeaderPrefixes);
    }

    static RequestHeaderFlags of(ParseResult given) {
        return new RequestHeaderFlags(
                CLIENT_CA_FILE.path(given),
                ALLOWED_NAMES.list(given),
                USERNAME_HEADERS.list(given),
                UID_HEADERS.list(given),
                GROUP_HEADERS.list(given),
                EXTRA_HEADERS_PREFIX.list(given));
    }

    /// With the authority read.
    RequestHeaderConfig config(Pki pki) throws CommandException, GeneralSecurityException {
        var pem =
                caFile.isPresent()
                        ? read(caFile.get())
                        : pki.frontProxyAuthority().credential().certificatePem();
        return new RequestHeaderConfig(
                Pem.readCertificates(pem),
                pem,
                allowedNames,
                usernameHeaders,
                uidHeaders,
                groupHeaders,
                extraHeaderPrefixes);
    }

    private static String read(Path file) throws CommandException {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new CommandException(
                    "cannot read " + file + " (" + CLIENT_CA_FILE.name() + "): " + e.getMessage(),
                    e);
        }
    }
}
