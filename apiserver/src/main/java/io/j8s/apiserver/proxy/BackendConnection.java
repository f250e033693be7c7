package io.j8s.apiserver.proxy;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import javax.net.ssl.SSLSocket;

/// One HTTP/1.1 request to a backend and its answer, with the bytes within reach: what switches
/// protocols must be piped as it is. Blocks; one thread, but closing ends it from any.
final class BackendConnection implements Pipe.Backend {

    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final int LINE_BYTES_MAX = 64 * 1024;
    private static final char DELETE = 0x7f;
    private static final int HEADERS_MAX = 200;

    private final Socket socket;
    private final InputStream input;
    private final OutputStream output;

    /// One header line.
    record Header(String name, String value) {}

    /// The beginning of the answer.
    record Head(int code, List<Header> headers) {
        Head {
            headers = List.copyOf(headers);
        }

        String header(String name) {
            return headers.stream()
                    .filter(header -> header.name().equalsIgnoreCase(name))
                    .map(Header::value)
                    .findFirst()
                    .orElse("");
        }
    }

    private BackendConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.input = new BufferedInputStream(socket.getInputStream());
        this.output = socket.getOutputStream();
    }

    static BackendConnection open(Backend backend) throws IOException {
        var plain = new Socket();
        try {
            dial(plain, backend);
            plain.setTcpNoDelay(true);
            var tls = backend.tls();
            if (tls == null) {
                return new BackendConnection(plain);
            }
            var socket =
                    (SSLSocket)
                            tls.getSocketFactory()
                                    .createSocket(plain, backend.host(), backend.port(), true);
            socket.startHandshake();
            return new BackendConnection(socket);
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    /// Fails with Go's words, which clients know.
    private static void dial(Socket plain, Backend backend) throws IOException {
        try {
            plain.connect(
                    new InetSocketAddress(backend.host(), backend.port()),
                    (int) CONNECT_MAX.toMillis());
        } catch (SocketTimeoutException e) {
            throw new IOException("dial tcp " + backend.authority() + ": i/o timeout", e);
        } catch (SocketException e) {
            String why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
            throw new IOException("dial tcp " + backend.authority() + ": connect: " + why, e);
        }
    }

    void send(String method, Backend backend, List<Header> headers, byte[] body)
            throws IOException {
        if (backend.path().chars().anyMatch(c -> c <= ' ' || c == DELETE)) {
            throw new IOException("invalid control character in URL"); // it could end the line
        }
        var head = new StringBuilder(256);
        head.append(method).append(' ').append(backend.path()).append(" HTTP/1.1\r\nHost: ");
        head.append(backend.authority()).append("\r\n");
        for (var header : headers) {
            if (isSafe(header.name()) && isSafe(header.value())) {
                head.append(header.name()).append(": ").append(header.value()).append("\r\n");
            }
        }
        if (body.length > 0 || method.equals("POST") || method.equals("PUT")) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        head.append("\r\n");
        output.write(head.toString().getBytes(StandardCharsets.UTF_8));
        output.write(body);
        output.flush();
    }

    private static boolean isSafe(String text) {
        return text.indexOf('\r') < 0 && text.indexOf('\n') < 0;
    }

    Head readHead() throws IOException {
        while (true) {
            String[] status = line().split(" ", 3);
            if (status.length < 2) {
                throw new IOException("the backend's answer is no HTTP");
            }
            int code = Integer.parseInt(status[1]);
            var headers = new ArrayList<Header>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                if (colon > 0 && headers.size() < HEADERS_MAX) {
                    headers.add(
                            new Header(
                                    line.substring(0, colon), line.substring(colon + 1).strip()));
                }
            }
            if (code != 100) {
                return new Head(code, headers);
            }
        }
    }

    private String line() throws IOException {
        var out = new java.io.ByteArrayOutputStream(80);
        for (int b = input.read(); b != '\n'; b = input.read()) {
            if (b < 0) {
                throw new EOFException("the backend closed the connection");
            }
            if (out.size() > LINE_BYTES_MAX) {
                throw new IOException("a header of the backend is too long");
            }
            if (b != '\r') {
                out.write(b);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /// The answer's body, without its transfer coding.
    InputStream body(Head head) {
        if (head.code() == 204 || head.code() == 304) {
            return InputStream.nullInputStream();
        }
        if (head.header("Transfer-Encoding").toLowerCase(Locale.ROOT).contains("chunked")) {
            return new Chunks();
        }
        String length = head.header("Content-Length");
        return length.isEmpty() ? input : new Limited(Long.parseLong(length));
    }

    /// What comes after a switch of protocols.
    @Override
    public InputStream raw() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private final class Limited extends InputStream {

        private long left;

        Limited(long left) {
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left <= 0) {
                return -1;
            }
            int count = input.read(bytes, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("the backend's answer is cut off");
            }
            left -= count;
            return count;
        }
    }

    private final class Chunks extends InputStream {

        private long left;
        private boolean isFirst = true;
        private boolean isEnd;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0 && !isEnd) {
                next();
            }
            if (isEnd) {
                return -1;
            }
            int count = input.read(bytes, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("the backend's answer is cut off");
            }
            left -= count;
            return count;
        }

        private void next() throws IOException {
            if (!isFirst) {
                line(); // the end of the chunk before
            }
            isFirst = false;
            String size = line();
            int semicolon = size.indexOf(';');
            left =
                    Long.parseLong(
                            (semicolon < 0 ? size : size.substring(0, semicolon)).strip(), 16);
            if (left == 0) {
                isEnd = true;
                while (!line().isEmpty()) {} // trailers mean nothing here
            }
        }
    }
}
