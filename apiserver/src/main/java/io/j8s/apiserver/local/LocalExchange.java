package io.j8s.apiserver.local;

import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.request.EventStream;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.Query;
import io.j8s.apiserver.request.Tunnel;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// A request from inside the process. Its "connection thread" is a virtual thread of the transport.
final class LocalExchange implements Exchange {

    static final int SWITCHING = 101;

    private final StandardHttpRequest request;
    private final ExecutorService workers;
    private final BiConsumer<Head, LocalStream> answered;
    private final Query query;
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, List<String>> answerHeaders =
            new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final List<Runnable> onComplete = new ArrayList<>(2);
    private volatile boolean isAnswered;
    private volatile int code;

    /// The beginning of an answer.
    record Head(int code, Map<String, List<String>> headers) {}

    /// @param answered called once, with what follows
    LocalExchange(
            StandardHttpRequest request,
            ExecutorService workers,
            BiConsumer<Head, LocalStream> answered) {
        this.request = request;
        this.workers = workers;
        this.answered = answered;
        String raw = request.uri().getRawQuery();
        this.query = Query.parse(raw == null ? "" : raw);
        request.headers().forEach((name, values) -> headers.put(name, List.copyOf(values)));
        String type = request.getContentType();
        if (type != null) {
            headers.putIfAbsent("Content-Type", List.of(type));
        }
    }

    /// Makes it a request for a WebSocket.
    void upgrade() {
        headers.put("Upgrade", List.of("websocket"));
        headers.put("Connection", List.of("Upgrade"));
    }

    @Override
    public String method() {
        String method = request.method();
        return method == null ? "GET" : method;
    }

    @Override
    public String path() {
        return request.uri().getPath();
    }

    @Override
    public Query query() {
        return query;
    }

    @Override
    public @Nullable String header(String name) {
        var values = headers.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }

    @Override
    public List<String> headers(String name) {
        return headers.getOrDefault(name, List.of());
    }

    @Override
    public Map<String, List<String>> headers() {
        return headers;
    }

    @Override
    public List<X509Certificate> certificates() {
        return List.of();
    }

    @Override
    public String remoteAddress() {
        return "127.0.0.1";
    }

    @Override
    public boolean isHttp2() {
        return false;
    }

    @Override
    public void onWorker(Runnable job) {
        workers.execute(job);
    }

    @Override
    public void withBody(int bytesMax, Consumer<byte[]> job, Runnable tooLarge) {
        byte[] body = body(bytesMax);
        if (body.length > bytesMax) {
            tooLarge.run();
        } else {
            workers.execute(() -> job.accept(body));
        }
    }

    private byte[] body(int bytesMax) {
        try {
            return switch (request.body()) {
                case null -> new byte[0];
                case StandardHttpRequest.StringBodyContent text ->
                        text.getContent().getBytes(StandardCharsets.UTF_8);
                case StandardHttpRequest.ByteArrayBodyContent bytes -> bytes.getContent();
                case StandardHttpRequest.InputStreamBodyContent stream ->
                        stream.getContent().readNBytes(bytesMax + 1);
                default -> throw new IllegalStateException("unknown body " + request.body());
            };
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the request's body", e);
        }
    }

    @Override
    public void addAnswerHeader(String name, String value) {
        answerHeaders.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
    }

    @Override
    public void answer(Answer answer) {
        for (var header : answer.headers()) {
            addAnswerHeader(header.name(), header.value());
        }
        var stream = new LocalStream(workers, answer.body());
        begin(answer.code(), answer.contentType(), stream);
    }

    @Override
    public EventStream stream(int status, String contentType, EventStream.Framing framing) {
        var stream = new LocalStream(workers, framing);
        begin(status, contentType, stream);
        return stream;
    }

    @Override
    public void upgrade(String protocol, Consumer<Tunnel> job) {
        throw new ApiException(
                new ApiError.BadRequest("clients of this process cannot switch protocols"));
    }

    @Override
    public EventStream webSocket(String protocol) {
        var stream = new LocalStream(workers, (EventStream.Framing) null);
        begin(SWITCHING, "", stream);
        return stream;
    }

    private void begin(int status, String contentType, LocalStream stream) {
        isAnswered = true;
        code = status;
        if (!contentType.isEmpty()) {
            answerHeaders.put("Content-Type", List.of(contentType));
        }
        List<Runnable> tasks;
        synchronized (onComplete) {
            tasks = List.copyOf(onComplete);
        }
        if (stream.isWhole()) {
            tasks.forEach(Runnable::run); // a client that never takes it must not count for ever
        } else {
            tasks.forEach(stream::onClosed);
        }
        answered.accept(new Head(status, Map.copyOf(answerHeaders)), stream);
    }

    @Override
    public boolean isAnswered() {
        return isAnswered;
    }

    @Override
    public int answeredCode() {
        return code;
    }

    @Override
    public void onComplete(Runnable task) {
        synchronized (onComplete) {
            onComplete.add(task);
        }
    }
}
