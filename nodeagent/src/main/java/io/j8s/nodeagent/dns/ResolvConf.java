package io.j8s.nodeagent.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The node's own resolvers, as its `resolv.conf` names them.
public final class ResolvConf {

    private static final int DNS_PORT = 53;

    private ResolvConf() {}

    /// Servers in order, at most three as the C library takes; none when the file cannot be read.
    /// Loopback servers are kept: the forwarder runs on the node itself.
    public static List<InetSocketAddress> servers(Path file) {
        var servers = new ArrayList<InetSocketAddress>();
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException _) {
            return List.of();
        }
        for (String line : lines) {
            var words = line.strip().split("\\s+", -1);
            if (words.length >= 2 && words[0].equals("nameserver") && servers.size() < 3) {
                try {
                    servers.add(new InetSocketAddress(InetAddress.ofLiteral(words[1]), DNS_PORT));
                } catch (IllegalArgumentException _) {
                    // scoped or misspelt: the C library passes over it too
                }
            }
        }
        return servers;
    }
}
