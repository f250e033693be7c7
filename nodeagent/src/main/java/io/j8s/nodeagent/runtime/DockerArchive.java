package io.j8s.nodeagent.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// An image of one layer in the layout of `docker save`.
final class DockerArchive {

    private DockerArchive() {}

    /// @param config the image's `config` object: entry point, user and so on
    static void write(Path file, String name, byte[] layer, String config) throws IOException {
        var image =
                """
                {"architecture":"amd64","os":"linux","created":"2026-01-01T00:00:00Z","config":%s,\
                "rootfs":{"type":"layers","diff_ids":["sha256:%s"]},\
                "history":[{"created_by":"j8s"}]}\
                """
                        .formatted(config, sha256(layer));
        var manifest =
                "[{\"Config\":\"config.json\",\"RepoTags\":[\"%s\"],\"Layers\":[\"layer.tar\"]}]"
                        .formatted(name);
        Files.write(
                file,
                new TarArchive()
                        .file("manifest.json", 0644, bytes(manifest))
                        .file("config.json", 0644, bytes(image))
                        .file("layer.tar", 0644, layer)
                        .end());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
