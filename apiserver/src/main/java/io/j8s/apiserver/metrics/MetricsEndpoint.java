package io.j8s.apiserver.metrics;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/// `/metrics` in the format that the scraper asks for: of the server, and of what else runs in its
/// process and has no port of its own.
public final class MetricsEndpoint implements Endpoint {

    /// Upstream's counters that do not say `_total`.
    private static final Set<String> WITHOUT_TOTAL =
            Set.of("endpoint_slice_controller_changes", "endpoint_slice_controller_syncs");

    private final List<PrometheusRegistry> registries;
    private final ExpositionFormats formats = ExpositionFormats.init();
    private final BiConsumer<Exchange, Throwable> onFailure;

    /// @param registries of what several have, the first one's is told
    /// @param onFailure answers what went wrong on a worker
    public MetricsEndpoint(
            List<PrometheusRegistry> registries, BiConsumer<Exchange, Throwable> onFailure) {
        this.registries = List.copyOf(registries);
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
        var snapshots = scrape();
        writer.write(out, snapshots);
        var body = out.toByteArray();
        if (writer.getContentType().startsWith("text/plain")) {
            body = named(body, snapshots);
        }
        exchange.answer(Answer.of(200, writer.getContentType(), body));
    }

    /// The library ends every counter's name in `_total`, as OpenMetrics wants it.
    private static byte[] named(byte[] text, MetricSnapshots snapshots) {
        var odd =
                snapshots.stream()
                        .map(snapshot -> snapshot.getMetadata().getPrometheusName())
                        .filter(WITHOUT_TOTAL::contains)
                        .toList();
        if (odd.isEmpty()) {
            return text;
        }
        var named = new String(text, StandardCharsets.UTF_8);
        for (var name : odd) {
            named = named.replace(name + "_total", name);
        }
        return named.getBytes(StandardCharsets.UTF_8);
    }

    private MetricSnapshots scrape() {
        var byName = new LinkedHashMap<String, MetricSnapshot>();
        for (var registry : registries) {
            for (var snapshot : registry.scrape()) {
                byName.putIfAbsent(snapshot.getMetadata().getPrometheusName(), snapshot);
            }
        }
        return new MetricSnapshots(List.copyOf(byName.values()));
    }
}
