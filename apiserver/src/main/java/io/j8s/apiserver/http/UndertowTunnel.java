package io.j8s.apiserver.http;

import io.j8s.apiserver.request.Tunnel;

import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.channels.Channels;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// An upgraded connection of a socket. Its streams wait by parking, so they belong on virtual
/// threads.
final class UndertowTunnel implements Tunnel {

    private static final int BUFFER_BYTES = 16 * 1024;

    private final StreamConnection connection;
    private final InputStream input;
    private final OutputStream output;

    UndertowTunnel(StreamConnection connection) {
        this.connection = connection;
        this.input = new Input(connection);
        this.output = new Output(connection);
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void close() {
        IoUtils.safeClose(connection);
    }

    private static final class Input extends InputStream {

        private final StreamConnection connection;

        Input(StreamConnection connection) {
            this.connection = connection;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            var buffer = ByteBuffer.wrap(bytes, offset, Math.min(length, BUFFER_BYTES));
            return Channels.readBlocking(connection.getSourceChannel(), buffer);
        }
    }

    private static final class Output extends OutputStream {

        private final StreamConnection connection;

        Output(StreamConnection connection) {
            this.connection = connection;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            var buffer = ByteBuffer.wrap(bytes, offset, length);
            while (buffer.hasRemaining()) {
                if (Channels.writeBlocking(connection.getSinkChannel(), buffer) < 0) {
                    throw new IOException("connection closed");
                }
            }
        }

        @Override
        public void flush() throws IOException {
            Channels.flushBlocking(connection.getSinkChannel());
        }
    }
}
