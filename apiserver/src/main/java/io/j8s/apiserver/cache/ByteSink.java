package io.j8s.apiserver.cache;

/// Takes bytes one piece after the other: a response's batch writer or a growing array. The pieces
/// may be parts of shared arrays: a sink copies or sends them and never changes them.
@FunctionalInterface
public interface ByteSink {

    void write(byte[] bytes, int offset, int length);

    default void write(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }
}
