package io.j8s.nodeagent.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// Imports an OCI or docker archive into a containerd, for `j8s image load`.
public final class ImageArchive {

    private static final Duration IMPORT_TIMEOUT = Duration.ofMinutes(10);
    private static final Pattern IMPORTED = Pattern.compile("(?m)^unpacking (\\S+) \\(");

    /// What containerd calls an image of which an OCI layout has the tag alone.
    private static final Pattern MADE_UP = Pattern.compile("import-\\d{4}-\\d\\d-\\d\\d(:.+)");

    private static final byte[] GZIP = {0x1f, (byte) 0x8b};

    private ImageArchive() {}

    /// @param socket containerd's own socket, see [NodePaths#socket]
    /// @param archive tar, also compressed by gzip; an image without a name of its own gets the
    ///   file's
    /// @return the names of the images that it held
    public static List<String> load(Path socket, Path archive)
            throws IOException, InterruptedException {
        var names = new ArrayList<String>();
        for (var name : imported(socket, archive)) {
            var own = named(name, archive);
            if (!own.equals(name)) {
                // CRI finds images by whole names only: one that it cannot take apart hides others
                // of the same content
                ctr(socket, "images", "tag", "--force", name, own);
                ctr(socket, "images", "rm", "--sync", name);
            }
            names.add(own);
        }
        return names;
    }

    static String named(String imported, Path archive) {
        var madeUp = MADE_UP.matcher(imported);
        if (!madeUp.matches()) {
            return imported;
        }
        var file = archive.getFileName().toString().toLowerCase(Locale.ROOT);
        var stem = file.replaceAll("(\\.tar)?(\\.gz)?$|\\.tgz$", "").replaceAll("[^a-z0-9]+", "-");
        return "localhost/" + stem.replaceAll("^-|-$", "") + madeUp.group(1);
    }

    private static List<String> imported(Path socket, Path archive)
            throws IOException, InterruptedException {
        if (!isGzip(archive)) {
            return importedPlain(socket, archive);
        }
        var plain = Files.createTempFile("j8s-image-", ".tar"); // containerd 1.6 takes no others
        try {
            try (var packed = new GZIPInputStream(Files.newInputStream(archive))) {
                Files.copy(packed, plain, StandardCopyOption.REPLACE_EXISTING);
            }
            return importedPlain(socket, plain);
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

    private static List<String> importedPlain(Path socket, Path archive)
            throws IOException, InterruptedException {
        var output = ctr(socket, "images", "import", archive.toString());
        return IMPORTED.matcher(output).results().map(found -> found.group(1)).toList();
    }

    private static String ctr(Path socket, String... words)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.addAll(List.of("ctr", "--address", socket.toString(), "--namespace", "k8s.io"));
        command.addAll(List.of(words));
        return HostCommand.run(IMPORT_TIMEOUT, command.toArray(String[]::new));
    }
}
