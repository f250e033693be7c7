package io.j8s.apiserver.http;

import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.EventStream;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.Query;
import io.j8s.apiserver.request.Tunnel;
import io.j8s.machinery.timers.Timers;
import io.undertow.io.IoCallback;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;

import org.jspecify.annotations.Nullable;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// One request of a socket. Confined to its I/O thread, or to the worker it was handed to; only its
/// completion may come from any thread.
final class UndertowExchange implements Exchange {

    private static final String CERTIFICATES = "j8s.certificates";

    private final HttpServerExchange undertow;
    private final ExecutorService workers;
    private final Consumer<EventStream> opened;
    private final SpareBuffers buffers;
    private final Timers timers;
    private final List<Runnable> onComplete = new ArrayList<>(4);
    private @Nullable Query query;
    private boolean isAnswered;
    private boolean isComplete;

    UndertowExchange(
            HttpServerExchange undertow,
            ExecutorService workers,
            Timers timers,
            SpareBuffers buffers,
            Consumer<EventStream> opened) {
        this.buffers = buffers;
        this.undertow = undertow;
        this.workers = workers;
        this.timers = timers;
        this.opened = opened;
    }

    @Override
    public String method() {
        return undertow.getRequestMethod().toString();
    }

    @Override
    public String path() {
        return undertow.getRequestPath();
    }

    @Override
    public Query query() {
        var found = query;
        if (found == null) {
            found = Query.parse(undertow.getQueryString());
            query = found;
        }
        return found;
    }

    @Override
    public @Nullable String header(String name) {
        return undertow.getRequestHeaders().getFirst(name);
    }

    @Override
    public List<String> headers(String name) {
        var values = undertow.getRequestHeaders().get(name);
        return values == null ? List.of() : List.copyOf(values);
    }

    @Override
    public Map<String, List<String>> headers() {
        var headers = new LinkedHashMap<String, List<String>>();
        for (var values : undertow.getRequestHeaders()) {
            headers.put(values.getHeaderName().toString(), List.copyOf(values));
        }
        return headers;
    }

    /// Kept in the TLS session: asking JSSE for an absent certificate costs an exception.
    @Override
    public List<X509Certificate> certificates() {
        var info = undertow.getConnection().getSslSessionInfo();
        if (info == null) {
            return List.of();
        }
        SSLSession session = info.getSSLSession();
        if (session.getValue(CERTIFICATES) instanceof Chain known) {
            return known.certificates();
        }
        var chain = new Chain(read(session));
        session.putValue(CERTIFICATES, chain);
        return chain.certificates();
    }

    private record Chain(List<X509Certificate> certificates) {}

    private static List<X509Certificate> read(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return Arrays.stream(chain)
                    .filter(X509Certificate.class::isInstance)
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (SSLPeerUnverifiedException _) {
            return List.of();
        }
    }

    @Override
    public String remoteAddress() {
        var address = undertow.getSourceAddress();
        return address == null
                ? ""
                : address.getAddress() == null
                        ? address.getHostString()
                        : address.getAddress().getHostAddress();
    }

    @Override
    public boolean isHttp2() {
        return undertow.getProtocol().equals(io.undertow.util.Protocols.HTTP_2_0);
    }

    @Override
    public void onWorker(Runnable job) {
        undertow.dispatch(workers, job);
    }

    @Override
    public void withBody(int bytesMax, Consumer<byte[]> job, Runnable tooLarge) {
        var reader =
                new BodyReader(
                        undertow,
                        bytesMax,
                        bytes -> onWorker(() -> job.accept(bytes)),
                        tooLarge,
                        this::completed,
                        timers);
        onComplete(reader::close);
        reader.start();
    }

    @Override
    public void addAnswerHeader(String name, String value) {
        undertow.getResponseHeaders().add(new HttpString(name), value);
    }

    @Override
    public void answer(Answer answer) {
        isAnswered = true;
        undertow.setStatusCode(answer.code());
        var headers = undertow.getResponseHeaders();
        if (!answer.contentType().isEmpty()) {
            headers.put(Headers.CONTENT_TYPE, answer.contentType());
        }
        for (var header : answer.headers()) {
            var name = new HttpString(header.name());
            if (name.equals(Headers.CACHE_CONTROL)) {
                headers.put(name, header.value()); // replaces the chain's default
            } else {
                headers.add(name, header.value());
            }
        }
        long length = answer.body().length();
        if (length >= 0) {
            undertow.setResponseContentLength(length);
        }
        if (undertow.getRequestMethod().equals(io.undertow.util.Methods.HEAD) || length == 0) {
            undertow.endExchange();
        } else if (answer.body() instanceof Body.Whole whole) {
            undertow.getResponseSender().send(whole.bytes(), IoCallback.END_EXCHANGE);
        } else {
            new BatchWriter(undertow, answer.body()).start();
        }
    }

    @Override
    public EventStream stream(int code, String contentType, EventStream.Framing framing) {
        isAnswered = true;
        undertow.setStatusCode(code);
        if (!contentType.isEmpty()) {
            undertow.getResponseHeaders().put(Headers.CONTENT_TYPE, contentType);
        }
        var stream = new UndertowEventStream(undertow.getIoThread(), Framer.of(framing), buffers);
        onComplete(stream::connectionClosed);
        opened.accept(stream);
        // not in this call: Undertow forbids to resume writes in the call that dispatches
        undertow.dispatch(
                undertow.getIoThread(),
                () -> stream.open(undertow.getResponseChannel(), undertow::endExchange));
        return stream;
    }

    @Override
    public EventStream webSocket(String protocol) {
        isAnswered = true;
        var stream =
                new UndertowEventStream(undertow.getIoThread(), Framer.WEB_SOCKET_TEXT, buffers);
        opened.accept(stream);
        WebSocketUpgrade.start(undertow, protocol, stream);
        return stream;
    }

    @Override
    public void upgrade(String protocol, Consumer<Tunnel> job) {
        isAnswered = true;
        undertow.getResponseHeaders().put(Headers.UPGRADE, protocol);
        undertow.upgradeChannel(
                protocol,
                (connection, _) ->
                        workers.execute(() -> {
                            try (var tunnel = new UndertowTunnel(connection)) {
                                job.accept(tunnel);
                            }
                        }));
        undertow.endExchange();
    }

    @Override
    public boolean isAnswered() {
        return isAnswered;
    }

    @Override
    public int answeredCode() {
        return isAnswered ? undertow.getStatusCode() : 0;
    }

    @Override
    public void onComplete(Runnable task) {
        synchronized (onComplete) {
            if (!isComplete) {
                onComplete.add(task);
                return;
            }
        }
        task.run();
    }

    /// The answer is sent, or its connection has ended. Any thread, any number of times.
    void completed() {
        List<Runnable> tasks;
        synchronized (onComplete) {
            isComplete = true;
            tasks = List.copyOf(onComplete);
            onComplete.clear();
        }
        tasks.forEach(Runnable::run);
    }
}
