package io.j8s.apiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.request.Tunnel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

@Timeout(20)
final class PipeTest {

    private final CountDownLatch decided = new CountDownLatch(1); // to read on, or to close
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    /// Types one byte, then waits.
    private final class Client implements Tunnel {

        @Override
        public InputStream input() {
            return new InputStream() {
                private boolean isTyped;

                @Override
                public int read() throws IOException {
                    if (!isTyped) {
                        isTyped = true;
                        return 'x';
                    }
                    decided.countDown();
                    await(closed);
                    return -1;
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    int one = read();
                    bytes[offset] = (byte) one;
                    return one < 0 ? -1 : 1;
                }
            };
        }

        @Override
        public OutputStream output() {
            return heard;
        }

        @Override
        public void close() {
            closed.countDown();
            decided.countDown();
        }
    }

    /// Has ended: it takes nothing, and what it said last comes late.
    private final class Ended implements Pipe.Backend {

        @Override
        public InputStream raw() {
            return new InputStream() {
                private final byte[] last = "exit 5".getBytes(StandardCharsets.US_ASCII);
                private int at;

                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0];
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    await(decided);
                    if (closed.getCount() == 0) {
                        throw new IOException("Socket closed");
                    }
                    if (at == last.length) {
                        return -1;
                    }
                    bytes[offset] = last[at++];
                    return 1;
                }
            };
        }

        @Override
        public OutputStream output() {
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    throw new IOException("Broken pipe");
                }
            };
        }

        @Override
        public void close() {
            closed.countDown();
            decided.countDown();
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void lastWordsArriveThoughTheBackendListensNoMore() {
        try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
            new Pipe(new Client(), new Ended()).run(workers);
        }
        assertThat(heard.toString(StandardCharsets.US_ASCII)).isEqualTo("exit 5");
    }
}
