package io.j8s.apiserver.request;

import java.util.concurrent.Executor;

/// An open answer that carries a watch's events. Everything but [#thread] and [#end] is called on
/// the stream's own thread only. What the client has not taken yet is bounded: whoever appends asks
/// [#hasRoom] first and goes on when told that there is room again.
public interface EventStream {

    /// How events are told apart on the wire.
    enum Framing {
        /// A newline behind each JSON document.
        LINES,
        /// A length of 4 bytes, big-endian, before each protobuf message.
        LENGTH_PREFIXED,
        /// Bytes as they are.
        RAW
    }

    /// The connection's thread. Tasks for all streams of one thread run in order, so they need no
    /// locks.
    Executor thread();

    /// Whether [#thread] is shared with other streams, for as long as the server lives.
    boolean sharesThread();

    /// Whether the client keeps up so far that another event may be appended.
    boolean hasRoom();

    /// Adds one event, without newline or length prefix, to what [#flush] sends.
    void append(byte[] event);

    /// Sends what was appended as far as the connection takes it; the rest follows by itself.
    void flush();

    /// `task` is run on the stream's thread each time that room has come back after there was none.
    void onRoom(Runnable task);

    /// `task` is run on the stream's thread once, when the stream has ended, whoever ended it.
    void onClosed(Runnable task);

    /// Ends the answer cleanly behind what was appended. Any thread.
    void end();
}
