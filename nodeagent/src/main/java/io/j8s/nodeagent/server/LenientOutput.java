package io.j8s.nodeagent.server;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// What a client still sends to a command that has ended is dropped. A failed write must not end
/// the session: what the command said last, and its exit code, may still be on their way back.
final class LenientOutput extends FilterOutputStream {

    private boolean isRefused;

    LenientOutput(OutputStream out) {
        super(out);
    }

    @Override
    public synchronized void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        if (isRefused) {
            return;
        }
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            isRefused = true; // the reading side will see the end
        }
    }

    @Override
    public synchronized void flush() {
        if (isRefused) {
            return;
        }
        try {
            out.flush();
        } catch (IOException e) {
            isRefused = true;
        }
    }
}
