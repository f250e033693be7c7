package io.j8s.cli;

import static io.j8s.controllers.runtime.Measures.Stability.ALPHA;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.j8s.controllers.runtime.Measures;
import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Measures a component's requests to its API server under upstream's names, `rest_client_*`. One
/// for all clients of a process; safe for use by many threads.
final class ClientCallMetrics implements Interceptor {

    static final String NAME = "j8s-client-metrics";

    private static final double[] SECONDS = {0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60};
    private static final double[] BYTES = {
        64, 256, 512, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216
    };

    private final Timers timers;
    private final Counter requests;
    private final Histogram seconds;
    private final Histogram limitSeconds;
    private final Histogram requestBytes;
    private final Histogram responseBytes;

    ClientCallMetrics(PrometheusRegistry registry, Timers timers) {
        this.timers = timers;
        var measures = new Measures(registry);
        requests =
                measures.counter(
                        ALPHA,
                        "rest_client_requests_total",
                        "Number of HTTP requests, partitioned by status code, method, and host.",
                        "code",
                        "method",
                        "host");
        seconds =
                measures.histogram(
                        ALPHA,
                        "rest_client_request_duration_seconds",
                        "Request latency in seconds. Broken down by verb, and host.",
                        SECONDS,
                        "verb",
                        "host");
        limitSeconds =
                measures.histogram(
                        ALPHA,
                        "rest_client_rate_limiter_duration_seconds",
                        "Client side rate limiter latency in seconds. Broken down by verb, and"
                                + " host.",
                        SECONDS,
                        "verb",
                        "host");
        requestBytes =
                measures.histogram(
                        ALPHA,
                        "rest_client_request_size_bytes",
                        "Request size in bytes. Broken down by verb and host.",
                        BYTES,
                        "verb",
                        "host");
        responseBytes =
                measures.histogram(
                        ALPHA,
                        "rest_client_response_size_bytes",
                        "Response size in bytes. Broken down by verb and host.",
                        BYTES,
                        "verb",
                        "host");
    }

    /// A request waited for its turn.
    void limited(HttpRequest request, double waitedSeconds) {
        limitSeconds.labelValues(request.method(), host(request)).observe(waitedSeconds);
    }

    @Override
    public AsyncBody.Consumer<List<ByteBuffer>> consumer(
            AsyncBody.Consumer<List<ByteBuffer>> consumer, HttpRequest request) {
        if (isWatch(request.uri())) {
            return consumer; // upstream: a watch has neither a duration nor a size
        }
        requestBytes
                .labelValues(request.method(), host(request))
                .observe(length(request.bodyString()));
        return new Call(consumer, timers.nanoTime(), new AtomicLong());
    }

    @Override
    public void after(
            HttpRequest request,
            HttpResponse<?> response,
            AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        count(request, Integer.toString(response.code()));
        if (consumer instanceof Call call && response.body() instanceof AsyncBody body) {
            var _ = body.done().whenComplete((_, failure) -> ended(request, call, failure));
        }
    }

    @Override
    public void afterConnectionFailure(HttpRequest request, Throwable failure) {
        count(request, "<error>");
    }

    private void ended(HttpRequest request, Call call, @Nullable Throwable failure) {
        var host = host(request);
        seconds.labelValues(request.method(), host).observe((timers.nanoTime() - call.began) / 1e9);
        if (failure == null) {
            responseBytes.labelValues(request.method(), host).observe((double) call.read.get());
        }
    }

    private void count(HttpRequest request, String code) {
        requests.labelValues(code, request.method(), host(request)).inc();
    }

    private static String host(HttpRequest request) {
        return String.valueOf(request.uri().getAuthority());
    }

    private static boolean isWatch(URI uri) {
        var query = uri.getRawQuery();
        return query != null && query.contains("watch=true");
    }

    private static int length(@Nullable String body) {
        return body == null ? 0 : body.getBytes(StandardCharsets.UTF_8).length;
    }

    /// One request, as far as its answer goes.
    ///
    /// @param began by `Timers.nanoTime`
    private record Call(AsyncBody.Consumer<List<ByteBuffer>> next, long began, AtomicLong read)
            implements AsyncBody.Consumer<List<ByteBuffer>> {

        @Override
        public void consume(List<ByteBuffer> buffers, AsyncBody body) throws Exception {
            buffers.forEach(buffer -> read.addAndGet(buffer.remaining()));
            next.consume(buffers, body);
        }

        @Override
        public <U> U unwrap(Class<U> type) {
            return next.unwrap(type);
        }
    }
}
