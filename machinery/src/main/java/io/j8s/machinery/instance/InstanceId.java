package io.j8s.machinery.instance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What one instance's host resources (bridge, nftables table, CNI network, cgroup parent, sockets)
/// are named by, so that two instances with different data directories live on one host.
///
/// @param value eight lower-case hex digits
public record InstanceId(String value) {

    /// The first 32 bits of SHA-256 of the data directory's real path; the directory must exist.
    public static InstanceId of(Path dataDirectory) throws IOException {
        var path = dataDirectory.toRealPath().toString().getBytes(StandardCharsets.UTF_8);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(path);
            return new InstanceId(HexFormat.of().formatHex(hash, 0, 4));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// A name for one resource, short enough for a network interface (at most 15 bytes) as long as
    /// `prefix` has at most 6: `j8s-` is left to the caller.
    public String named(String prefix) {
        return prefix + "-" + value;
    }
}
