package io.j8s.apiserver.proxy;

import io.j8s.apiserver.chain.Answers;
import io.j8s.apiserver.proxy.BackendConnection.Head;
import io.j8s.apiserver.proxy.BackendConnection.Header;
import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.EventStream;
import io.j8s.apiserver.request.EventStream.Framing;
import io.j8s.apiserver.request.Exchange;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/// Passes a request on and its answer back as it comes (upstream: `UpgradeAwareHandler`). What
/// switches protocols is piped both ways until one side closes. Blocks, on virtual threads.
final class Forwarding {

    private static final Logger log = LoggerFactory.getLogger(Forwarding.class);

    private static final int BODY_BYTES_MAX = 64 * 1024 * 1024;
    private static final int PIECE_BYTES = 32 * 1024;

    /// Headers that speak about one connection only, or that the backend must not see.
    private static final Set<String> OURS =
            Set.of(
                    "host",
                    "connection",
                    "keep-alive",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "content-length",
                    "upgrade",
                    "authorization",
                    "audit-id",
                    "expect");

    /// What the backend allows other sites is not this server's to allow (upstream:
    /// `corsRemovingTransport`).
    private static final Set<String> CORS =
            Set.of(
                    "access-control-allow-credentials",
                    "access-control-allow-headers",
                    "access-control-allow-methods",
                    "access-control-allow-origin");

    private final Answers answers;
    private final ExecutorService workers;

    Forwarding(Answers answers, ExecutorService workers) {
        this.answers = answers;
        this.workers = workers;
    }

    /// What becomes of the connection.
    private enum Way {
        /// Stays HTTP.
        PLAIN,
        /// Switches protocols together with the backend's.
        PIPED,
        /// The backend speaks HTTP, its answer's body goes on as a WebSocket's messages.
        FRAMED
    }

    /// Reads what there is of a body and goes on, on a worker.
    ///
    /// @param target says where to, on the worker; what it throws is answered
    void forward(Exchange exchange, Supplier<Optional<Backend>> target) {
        forward(exchange, target, isUpgrade(exchange) ? Way.PIPED : Way.PLAIN, null);
    }

    /// As [#forward], but it is this server that switches to a WebSocket when the client wants one,
    /// the agent knows nothing of it (upstream: `responsewriters.StreamObject`), and the agent's
    /// refusals are told in this server's form.
    ///
    /// @param pod whose log it is
    void forwardLog(Exchange exchange, Supplier<Optional<Backend>> target, String pod) {
        boolean isFramed = isUpgrade(exchange) && exchange.wantsWebSocket();
        forward(exchange, target, isFramed ? Way.FRAMED : Way.PLAIN, pod);
    }

    private void forward(
            Exchange exchange,
            Supplier<Optional<Backend>> target,
            Way way,
            @Nullable String logOf) {
        if (way != Way.PLAIN) {
            exchange.onWorker(() -> run(exchange, target, way, logOf, new byte[0]));
        } else {
            exchange.withBody(
                    BODY_BYTES_MAX,
                    body -> run(exchange, target, way, logOf, body),
                    () ->
                            answers.refuse(
                                    exchange,
                                    new ApiError.RequestEntityTooLarge(
                                            "limit is " + BODY_BYTES_MAX)));
        }
    }

    static boolean isUpgrade(Exchange exchange) {
        String connection = exchange.header("Connection");
        return connection != null
                && connection.toLowerCase(Locale.ROOT).contains("upgrade")
                && exchange.header("Upgrade") != null;
    }

    private static boolean isRootWithoutSlash(Exchange exchange, Backend backend) {
        var links = backend.links();
        boolean isRead = exchange.method().equals("GET") || exchange.method().equals("HEAD");
        return links != null
                && links.prefix().equals(exchange.path())
                && isRead
                && !isUpgrade(exchange);
    }

    /// Relative links of a page only work below a path that ends in a slash.
    private static Answer toRoot(Exchange exchange, Backend backend) {
        String to = exchange.path() + backend.path();
        return new Answer(301, "", List.of(new Answer.Header("Location", to)), Body.EMPTY);
    }

    private void run(
            Exchange exchange,
            Supplier<Optional<Backend>> target,
            Way way,
            @Nullable String logOf,
            byte[] body) {
        try {
            var backend = target.get();
            if (backend.isEmpty()) {
                exchange.answer(new Answer(204, "", List.of(), Body.EMPTY));
            } else if (isRootWithoutSlash(exchange, backend.get())) {
                exchange.answer(toRoot(exchange, backend.get()));
            } else {
                pass(exchange, backend.get(), way, logOf, body);
            }
        } catch (RuntimeException e) {
            answers.fail(exchange, e);
        }
    }

    private void pass(
            Exchange exchange, Backend backend, Way way, @Nullable String logOf, byte[] body) {
        try {
            exchange(exchange, backend, way, logOf, body);
        } catch (IOException | NumberFormatException e) {
            log.atDebug()
                    .addKeyValue("backend", backend.authority())
                    .setCause(e)
                    .log("request could not be passed on");
            if (!exchange.isAnswered()) {
                answers.refuse(exchange, failure(backend, way, String.valueOf(e.getMessage())));
            }
        }
    }

    /// Upstream's `proxy` paths say that the service is unavailable, which clients may try again;
    /// an upgrade and a log fail with the bare error.
    private static ApiError failure(Backend backend, Way way, String why) {
        if (way == Way.PIPED) {
            return new ApiError.Custom(500, "", why);
        }
        if (backend.links() != null) {
            return new ApiError.ServiceUnavailable("error trying to reach service: " + why);
        }
        String url = "https://" + backend.authority() + backend.path();
        return new ApiError.Custom(500, "", "Get " + FieldErrors.quote(url) + ": " + why);
    }

    private static BackendConnection open(Backend backend, Way way) throws IOException {
        try {
            return BackendConnection.open(backend);
        } catch (IOException e) {
            throw way == Way.PIPED
                    ? new IOException("error dialing backend: " + e.getMessage(), e)
                    : e;
        }
    }

    private void exchange(
            Exchange exchange, Backend backend, Way way, @Nullable String logOf, byte[] body)
            throws IOException {
        var connection = open(backend, way);
        boolean isHandedOver = false;
        try {
            connection.send(exchange.method(), backend, headers(exchange, way), body);
            var head = connection.readHead();
            if (head.code() == 101) {
                answerHeaders(exchange, head, null);
                isHandedOver = true;
                exchange.upgrade(
                        head.header("Upgrade"),
                        tunnel -> new Pipe(tunnel, connection).run(workers));
            } else if (logOf != null && !isGood(head)) {
                String words = words(connection.body(head));
                answers.status(exchange, AgentRefusal.of(head.code(), words, logOf), List.of());
            } else if (way == Way.FRAMED) {
                var refusal = BodySocket.refusal(exchange);
                if (refusal.isPresent()) {
                    exchange.answer(refusal.get());
                } else {
                    isHandedOver = true;
                    BodySocket.start(exchange, connection.body(head), connection, workers);
                }
            } else {
                stream(exchange, connection, head, backend.links());
            }
        } finally {
            if (!isHandedOver) {
                connection.close();
            }
        }
    }

    private static boolean isGood(Head head) {
        return head.code() >= 200 && head.code() <= 206;
    }

    private static String words(InputStream body) throws IOException {
        return new String(body.readNBytes(AgentRefusal.BYTES_MAX), StandardCharsets.UTF_8);
    }

    private static List<Header> headers(Exchange exchange, Way way) {
        var headers = new ArrayList<Header>();
        exchange.headers()
                .forEach((name, values) -> {
                    if (!isOurs(name.toLowerCase(Locale.ROOT), way)) {
                        values.forEach(value -> headers.add(new Header(name, value)));
                    }
                });
        if (way == Way.PIPED) {
            headers.add(new Header("Connection", "Upgrade"));
            headers.add(new Header("Upgrade", String.valueOf(exchange.header("Upgrade"))));
        } else {
            headers.add(new Header("Connection", "close"));
        }
        headers.add(new Header("X-Forwarded-For", exchange.remoteAddress()));
        headers.add(new Header("X-Forwarded-Uri", exchange.path()));
        return headers;
    }

    private static boolean isOurs(String name, Way way) {
        return OURS.contains(name)
                || (way == Way.FRAMED
                        // a compressed body would be no text in its frames
                        && (name.startsWith("sec-websocket-") || name.equals("accept-encoding")));
    }

    private static void answerHeaders(Exchange exchange, Head head, @Nullable Links links) {
        for (var header : head.headers()) {
            String name = header.name().toLowerCase(Locale.ROOT);
            if (links != null && name.equals("location")) {
                exchange.addAnswerHeader(header.name(), links.changed(header.value()));
            } else if (!OURS.contains(name)
                    && (links == null || !CORS.contains(name))
                    && !name.equals("content-type")
                    && !name.equals("cache-control")
                    && !name.equals("date")) {
                exchange.addAnswerHeader(header.name(), header.value());
            }
        }
    }

    private static void stream(
            Exchange exchange, BackendConnection connection, Head head, @Nullable Links links)
            throws IOException {
        answerHeaders(exchange, head, links);
        var stream = exchange.stream(head.code(), head.header("Content-Type"), Framing.RAW);
        stream.onClosed(() -> {
            try {
                connection.close();
            } catch (IOException _) {
                // it is gone already
            }
        });
        try {
            copy(body(exchange, connection, head, links), stream);
        } finally {
            stream.end();
        }
    }

    private static InputStream body(
            Exchange exchange, BackendConnection connection, Head head, @Nullable Links links)
            throws IOException {
        if (exchange.method().equals("HEAD")) {
            return InputStream.nullInputStream(); // whatever length the head tells
        }
        var body = connection.body(head);
        boolean isPage = Links.isPage(head.header("Content-Type"));
        return links != null && isPage && head.header("Location").isEmpty()
                ? links.page(body, head.header("Content-Encoding"))
                : body;
    }

    /// Hands pieces to the stream's thread, one at a time and as fast as the client takes them.
    private static void copy(InputStream from, EventStream stream) throws IOException {
        var mayGo = new Semaphore(1);
        Runnable go =
                () -> { // on the stream's thread only; one permit is all that is ever needed
                    if (mayGo.availablePermits() == 0) {
                        mayGo.release();
                    }
                };
        stream.onRoom(go);
        stream.onClosed(() -> mayGo.release(2));
        byte[] piece = new byte[PIECE_BYTES];
        try {
            for (int count = from.read(piece); count >= 0; count = from.read(piece)) {
                byte[] part = Arrays.copyOf(piece, count);
                mayGo.acquire();
                stream.thread()
                        .execute(() -> {
                            stream.append(part);
                            stream.flush();
                            if (stream.hasRoom()) {
                                go.run();
                            }
                        });
            }
            mayGo.acquire(); // the last piece has been taken over
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
