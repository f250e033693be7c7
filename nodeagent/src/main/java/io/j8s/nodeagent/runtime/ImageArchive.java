package io.j8s.nodeagent.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// Imports an OCI or docker archive into a containerd, for `j8s image load`.
public final class ImageArchive {

    private static final Duration IMPORT_TIMEOUT = Duration.ofMinutes(10);
    private static final Pattern IMPORTED = Pattern.compile("(?m)^unpacking (\\S+) \\(");

    private static final byte[] GZIP = {0x1f, (byte) 0x8b};

    private ImageArchive() {}

    /// @param socket containerd's own socket, see [NodePaths#socket]
    /// @param archive tar, also compressed by gzip
    /// @return the names of the images that it held
    public static List<String> load(Path socket, Path archive)
            throws IOException, InterruptedException {
        if (!isGzip(archive)) {
            return imported(socket, archive);
        }
        var plain = Files.createTempFile("j8s-image-", ".tar"); // containerd 1.6 takes no others
        try {
            try (var packed = new GZIPInputStream(Files.newInputStream(archive))) {
                Files.copy(packed, plain, StandardCopyOption.REPLACE_EXISTING);
            }
            return imported(socket, plain);
        } finally {
            Files.deleteIfExists(plain);
        }
    }

    private static boolean isGzip(Path archive) throws IOException {
        if (!Files.isRegularFile(archive)) {
            return false; // looking would take the first bytes out of a pipe
        }
        try (var in = Files.newInputStream(archive)) {
            return Arrays.equals(in.readNBytes(GZIP.length), GZIP);
        }
    }

    private static List<String> imported(Path socket, Path archive)
            throws IOException, InterruptedException {
        var output =
                HostCommand.run(
                        IMPORT_TIMEOUT,
                        "ctr",
                        "--address",
                        socket.toString(),
                        "--namespace",
                        "k8s.io",
                        "images",
                        "import",
                        archive.toString());
        return IMPORTED.matcher(output).results().map(found -> found.group(1)).toList();
    }
}
