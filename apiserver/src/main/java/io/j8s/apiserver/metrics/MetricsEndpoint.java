package io.j8s.apiserver.metrics;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.BiConsumer;

/// `/metrics` in the format that the scraper asks for.
public final class MetricsEndpoint implements Endpoint {

    private final PrometheusRegistry registry;
    private final ExpositionFormats formats = ExpositionFormats.init();
    private final BiConsumer<Exchange, Throwable> onFailure;

    /// @param onFailure answers what went wrong on a worker
    public MetricsEndpoint(PrometheusRegistry registry, BiConsumer<Exchange, Throwable> onFailure) {
        this.registry = registry;
        this.onFailure = onFailure;
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        exchange.onWorker(() -> {
            try {
                answer(exchange);
            } catch (IOException | RuntimeException e) {
                onFailure.accept(exchange, e);
            }
        });
    }

    private void answer(Exchange exchange) throws IOException {
        var writer = formats.findWriter(exchange.header("Accept"));
        var out = new ByteArrayOutputStream(64 * 1024);
        writer.write(out, registry.scrape());
        exchange.answer(Answer.of(200, writer.getContentType(), out.toByteArray()));
    }
}
