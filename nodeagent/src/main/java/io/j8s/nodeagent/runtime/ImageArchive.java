package io.j8s.nodeagent.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/// Imports an OCI or docker archive into a containerd, for `j8s image load`.
public final class ImageArchive {

    private static final Duration IMPORT_TIMEOUT = Duration.ofMinutes(10);
    private static final Pattern IMPORTED = Pattern.compile("(?m)^unpacking (\\S+) \\(");

    private ImageArchive() {}

    /// @param socket containerd's own socket, see [NodePaths#socket]
    /// @param archive tar, also compressed
    /// @return the names of the images that it held
    public static List<String> load(Path socket, Path archive)
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
