package io.j8s.nodeagent.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Settings of the kernel under `/proc/sys`. They must be read by one call: the kernel gives a
/// number only to a read that begins at its first byte, and `Files.readString` reads that byte
/// alone.
public final class Sysctl {

    private static final int BYTES_MAX = 4096;

    private Sysctl() {}

    /// @param name with dots, such as `net.ipv4.ip_forward`
    public static String read(String name) throws IOException {
        try (var in = Files.newInputStream(file(name))) {
            byte[] bytes = new byte[BYTES_MAX];
            int count = in.read(bytes);
            return new String(bytes, 0, Math.max(0, count), StandardCharsets.UTF_8).strip();
        }
    }

    public static void write(String name, String value) throws IOException {
        Files.writeString(file(name), value);
    }

    private static Path file(String name) {
        return Path.of("/proc/sys", name.replace('.', '/'));
    }
}
