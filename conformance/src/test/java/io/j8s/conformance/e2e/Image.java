package io.j8s.conformance.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A container image assembled from Debian packages, since no image registry is in reach. Built
/// once and kept beside the build products.
///
/// @param reference e.g. `localhost/busybox:1`
/// @param arguments further arguments of `tools/mkimage.sh`
record Image(String reference, List<String> arguments) {

    static final Image BUSYBOX = new Image("localhost/busybox:1", List.of("busybox-static"));

    /// The archive, made when it is not there yet.
    Path archive() {
        try {
            var root = Cluster.launcher().resolveSibling("");
            var directory = Files.createDirectories(root.resolve("conformance/target/images"));
            var file = directory.resolve(reference.replaceAll("[^a-z0-9.]", "-") + ".tar");
            if (!Files.exists(file)) {
                var unfinished = file.resolveSibling(file.getFileName() + ".part");
                var command = new ArrayList<String>();
                command.add(root.resolve("tools/mkimage.sh").toString());
                command.addAll(List.of("-t", reference, "-o", unfinished.toString()));
                command.addAll(arguments);
                Shell.plain().within(Duration.ofMinutes(3)).run(command, "").expectSuccess();
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void loadInto(Cluster cluster) {
        cluster.j8s("image", "load", archive().toString()).expectSuccess();
    }
}
