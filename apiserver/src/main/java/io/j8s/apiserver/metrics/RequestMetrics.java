package io.j8s.apiserver.metrics;

import io.j8s.apiserver.chain.Observer;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.util.Locale;
import java.util.Set;

/// Counts and times requests (upstream: `k8s.io/apiserver/pkg/endpoints/metrics`). Any thread.
public final class RequestMetrics implements Observer {

    private static final Set<String> LONG = Set.of("watch", "proxy", "connect");
    private static final Set<String> LONG_SUBRESOURCES =
            Set.of("attach", "exec", "proxy", "log", "portforward");
    private static final String[] REQUEST = {
        "verb", "dry_run", "group", "version", "resource", "subresource", "scope", "component"
    };
    private static final double[] SECONDS = {
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20,
        30, 45, 60
    };
    private static final double NANOS = 1e9;

    private final Timers timers;
    private final Counter requests;
    private final Histogram durations;
    private final Gauge longRunning;
    private final Gauge inflight;

    public RequestMetrics(PrometheusRegistry registry, Timers timers) {
        this.timers = timers;
        this.requests =
                Counter.builder()
                        .name("apiserver_request_total")
                        .help(
                                "Counter of apiserver requests broken out for each verb, dry run"
                                    + " value, group, version, resource, scope, component, and HTTP"
                                    + " response code.")
                        .labelNames(
                                "verb",
                                "dry_run",
                                "group",
                                "version",
                                "resource",
                                "subresource",
                                "scope",
                                "component",
                                "code")
                        .register(registry);
        this.durations =
                Histogram.builder()
                        .name("apiserver_request_duration_seconds")
                        .help(
                                "Response latency distribution in seconds for each verb, dry run"
                                        + " value, group, version, resource, subresource, scope and"
                                        + " component.")
                        .labelNames(REQUEST)
                        .classicOnly()
                        .classicUpperBounds(SECONDS)
                        .register(registry);
        this.longRunning =
                Gauge.builder()
                        .name("apiserver_longrunning_requests")
                        .help(
                                "Gauge of all active long-running apiserver requests broken out by"
                                    + " verb, group, version, resource, scope and component. Not"
                                    + " all requests are tracked this way.")
                        .labelNames(
                                "verb",
                                "group",
                                "version",
                                "resource",
                                "subresource",
                                "scope",
                                "component")
                        .register(registry);
        this.inflight =
                Gauge.builder()
                        .name("apiserver_current_inflight_requests")
                        .help(
                                "Maximal number of currently used inflight request limit of this"
                                        + " apiserver per request kind in last second.")
                        .labelNames("request_kind")
                        .register(registry);
    }

    @Override
    public Runnable began(RequestContext context, Exchange exchange) {
        var info = context.info();
        String verb = verb(info);
        String scope = scope(info);
        long start = timers.nanoTime();
        boolean isLong =
                LONG.contains(info.verb()) || LONG_SUBRESOURCES.contains(info.subresource());
        var current =
                isLong
                        ? longRunning.labelValues(
                                verb,
                                info.group(),
                                info.version(),
                                info.resource(),
                                info.subresource(),
                                scope,
                                "apiserver")
                        : inflight.labelValues(isRead(info) ? "readOnly" : "mutating");
        current.inc();
        return () -> {
            current.dec();
            String dryRun = dryRun(exchange.query().first("dryRun"));
            requests.labelValues(
                            verb,
                            dryRun,
                            info.group(),
                            info.version(),
                            info.resource(),
                            info.subresource(),
                            scope,
                            "apiserver",
                            Integer.toString(exchange.answeredCode()))
                    .inc();
            if (!isLong) {
                durations
                        .labelValues(
                                verb,
                                dryRun,
                                info.group(),
                                info.version(),
                                info.resource(),
                                info.subresource(),
                                scope,
                                "apiserver")
                        .observe((timers.nanoTime() - start) / NANOS);
            }
        };
    }

    /// Upstream's `cleanDryRun`: a client's text is no label.
    private static String dryRun(String text) {
        return text.isEmpty() || text.equals("All") ? text : "invalid";
    }

    private static boolean isRead(RequestInfo info) {
        return info.verb().equals("get") || info.verb().equals("list");
    }

    /// Upstream's `CleanVerb`: HTTP's names, with the two that HTTP does not tell apart.
    private static String verb(RequestInfo info) {
        return switch (info.verb()) {
            case "create" -> "POST";
            case "update" -> "PUT";
            default -> info.verb().toUpperCase(Locale.ROOT);
        };
    }

    private static String scope(RequestInfo info) {
        if (!info.isResourceRequest()) {
            return "";
        }
        if (!info.name().isEmpty() && !info.verb().equals("list") && !info.verb().equals("watch")) {
            return "resource";
        }
        return info.namespace().isEmpty() ? "cluster" : "namespace";
    }
}
