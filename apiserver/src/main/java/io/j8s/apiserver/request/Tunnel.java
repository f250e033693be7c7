package io.j8s.apiserver.request;

import java.io.InputStream;
import java.io.OutputStream;

/// A connection that has switched protocols: raw bytes both ways. Reading and writing block, each
/// by one thread at a time; closing from any thread ends both.
public interface Tunnel extends AutoCloseable {

    InputStream input();

    /// Flushing sends what was written.
    OutputStream output();

    @Override
    void close();
}
