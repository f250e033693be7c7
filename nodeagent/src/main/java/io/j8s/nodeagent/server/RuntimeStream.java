package io.j8s.nodeagent.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A connection to the runtime's streaming server, upgraded to SPDY/3.1, which every CRI runtime
/// speaks. Its end is seen by reading only: writing to it does not fail.
record RuntimeStream(Socket socket, InputStream in, OutputStream out, String head)
        implements AutoCloseable {

    private static final int CONNECT_TIMEOUT_MS = 10_000;

    /// @param url what the runtime answered to Exec, Attach or PortForward
    /// @param protocols offered as X-Stream-Protocol-Version, the best one first
    static RuntimeStream open(String url, List<String> protocols) throws IOException {
        var address = URI.create(url);
        var socket = new Socket();
        try {
            int port = address.getPort() < 0 ? 80 : address.getPort();
            socket.connect(new InetSocketAddress(address.getHost(), port), CONNECT_TIMEOUT_MS);
            socket.setTcpNoDelay(true);
            var request = new StringBuilder("POST " + address.getRawPath());
            if (address.getRawQuery() != null) {
                request.append('?').append(address.getRawQuery());
            }
            request.append(" HTTP/1.1\r\nHost: ").append(address.getAuthority());
            request.append("\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n");
            for (var protocol : protocols) {
                // one line each: older servers do not split a list
                request.append("X-Stream-Protocol-Version: ").append(protocol).append("\r\n");
            }
            socket.getOutputStream()
                    .write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            var in = new BufferedInputStream(socket.getInputStream(), 32 * 1024);
            return new RuntimeStream(
                    socket, in, new LenientOutput(socket.getOutputStream()), readHead(in));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static String readHead(InputStream in) throws IOException {
        var head = new StringBuilder();
        for (var line = HttpServer.line(in); line != null; line = HttpServer.line(in)) {
            head.append(line).append("\r\n");
            if (line.isEmpty()) {
                return head.toString();
            }
        }
        throw new IOException("the runtime's streaming server ended the connection");
    }

    boolean isUpgraded() {
        return head.startsWith("HTTP/1.1 101");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
