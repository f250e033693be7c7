package io.j8s.cli;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// Ports of this machine, for flags whose 0 means "a free one".
final class Ports {

    private static final Pattern SERVER = Pattern.compile("server: https://127\\.0\\.0\\.1:(\\d+)");

    private Ports() {}

    static int free() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    static boolean isFree(int port) {
        try (var socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException _) {
            return false;
        }
    }

    /// The port of a kubeconfig that was written before; 0 when there is none.
    static int ofKubeconfig(Path kubeconfig) throws IOException {
        if (!Files.exists(kubeconfig)) {
            return 0;
        }
        var match = SERVER.matcher(Files.readString(kubeconfig));
        return match.find() ? Integer.parseInt(match.group(1)) : 0;
    }
}
