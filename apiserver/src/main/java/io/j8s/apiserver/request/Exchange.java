package io.j8s.apiserver.request;

import org.jspecify.annotations.Nullable;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Consumer;

/// One request and its one answer, whether it came through a socket or from inside the process.
///
/// A handler gets it on the connection's own thread, which must never block. There it may answer at
/// once, or go on with [#onWorker]. It is used by one thread at a time.
public interface Exchange extends RequestHeaders {

    String method();

    /// The path with its escapes resolved.
    String path();

    Query query();

    /// The first header of this name; null for none.
    @Nullable String header(String name);

    /// The client's certificates as TLS received them, unverified; empty for none.
    List<X509Certificate> certificates();

    /// Address of the peer, for logs and audit.
    String remoteAddress();

    boolean isHttp2();

    /// Leaves the connection's thread: runs `job` on a virtual thread, where it may block.
    void onWorker(Runnable job);

    /// Reads the whole body without blocking and then runs `job` with it on a virtual thread. A
    /// body larger than `bytesMax` goes to `tooLarge` instead, on the connection's thread.
    void withBody(int bytesMax, Consumer<byte[]> job, Runnable tooLarge);

    /// A header for the answer, whichever it will be. Repeated names add lines.
    void addAnswerHeader(String name, String value);

    /// Sends the answer; at most one call of this, [#stream] or an upgrade for each request.
    void answer(Answer answer);

    /// Begins an answer that goes on until either side ends it.
    ///
    /// @param contentType e.g. `application/json`
    /// @param framing how the events are told apart
    default EventStream stream(String contentType, EventStream.Framing framing) {
        return stream(200, contentType, framing);
    }

    /// As the other [#stream], with another code.
    EventStream stream(int code, String contentType, EventStream.Framing framing);

    /// Switches protocols: answers 101 with the headers given by [#addAnswerHeader] and runs `job`
    /// with the raw connection on a virtual thread; the connection is closed behind it.
    ///
    /// @param protocol the value of `Upgrade`
    void upgrade(String protocol, Consumer<Tunnel> job);

    /// As [#stream], but as text frames of a WebSocket.
    ///
    /// @param protocol the subprotocol to agree on; empty for none
    EventStream webSocket(String protocol);

    /// Whether the client asks for a WebSocket.
    default boolean wantsWebSocket() {
        String upgrade = header("Upgrade");
        return upgrade != null && upgrade.equalsIgnoreCase("websocket");
    }

    /// Whether an answer, stream or upgrade has begun.
    boolean isAnswered();

    /// The answer's code; 0 before there is one.
    int answeredCode();

    /// Runs `task` when the answer has been sent or the client has gone.
    void onComplete(Runnable task);
}
