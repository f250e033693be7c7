package io.j8s.cli;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.nio.ByteBuffer;
import java.util.List;

/// Counts a component's requests to its API server by upstream's name. Safe for use by many
/// threads.
final class ClientCallMetrics implements Interceptor {

    static final String NAME = "j8s-client-metrics";

    private final Counter requests;

    ClientCallMetrics(PrometheusRegistry registry) {
        requests =
                Counter.builder()
                        .name("rest_client_requests_total")
                        .help(
                                "Number of HTTP requests, partitioned by status code, method, and"
                                        + " host.")
                        .labelNames("code", "method", "host")
                        .register(registry);
    }

    @Override
    public void after(
            HttpRequest request,
            HttpResponse<?> response,
            AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        count(request, Integer.toString(response.code()));
    }

    @Override
    public void afterConnectionFailure(HttpRequest request, Throwable failure) {
        count(request, "<error>");
    }

    private void count(HttpRequest request, String code) {
        requests.labelValues(code, request.method(), request.uri().getAuthority()).inc();
    }
}
