package io.j8s.apiserver.metrics;

import io.j8s.apiserver.chain.Observer;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Counts and times requests (upstream: `k8s.io/apiserver/pkg/endpoints/metrics`). Any thread.
public final class RequestMetrics implements Observer {

    private static final Set<String> LONG = Set.of("watch", "proxy", "connect");
    private static final Set<String> CONNECT =
            Set.of("attach", "exec", "proxy", "log", "portforward");
    private static final Set<String> READ = Set.of("get", "list", "watch");
    private static final Set<String> HEALTH = Set.of("/healthz", "/livez", "/readyz");
    private static final String APPLY = "application/apply-patch+yaml";
    private static final double[] SECONDS = {
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20,
        30, 45, 60
    };
    private static final double[] OBJECTIVE_SECONDS = {
        0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60
    };
    private static final double NANOS = 1e9;

    private final Timers timers;
    private final Counter requests;
    private final Histogram durations;
    private final Histogram objectives;
    private final Gauge longRunning;
    private final GaugeDataPoint readOnly;
    private final GaugeDataPoint mutating;
    private final Map<Kind, Series> series = new ConcurrentHashMap<>();

    /// The requests that are counted together, by the labels in their order.
    private record Kind(
            String verb,
            String dryRun,
            String group,
            String version,
            String resource,
            String subresource,
            String scope,
            String component) {

        String[] labels() {
            return new String[] {
                verb, dryRun, group, version, resource, subresource, scope, component
            };
        }
    }

    /// What is counted of one kind, found once.
    ///
    /// @param objective null for dry runs, which no objective is about
    private record Series(
            DistributionDataPoint seconds,
            @Nullable DistributionDataPoint objective,
            Map<Integer, CounterDataPoint> countsByCode) {}

    public RequestMetrics(PrometheusRegistry registry, Timers timers) {
        this.timers = timers;
        this.requests =
                Counter.builder()
                        .name("apiserver_request_total")
                        .help(
                                "[STABLE] Counter of apiserver requests broken out for each verb,"
                                    + " dry run value, group, version, resource, scope, component,"
                                    + " and HTTP response code.")
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
                                "[STABLE] Response latency distribution in seconds for each verb,"
                                    + " dry run value, group, version, resource, subresource, scope"
                                    + " and component.")
                        .labelNames(
                                "verb",
                                "dry_run",
                                "group",
                                "version",
                                "resource",
                                "subresource",
                                "scope",
                                "component")
                        .classicOnly()
                        .classicUpperBounds(SECONDS)
                        .register(registry);
        this.objectives =
                Histogram.builder()
                        .name("apiserver_request_sli_duration_seconds")
                        .help(
                                "[ALPHA] Response latency distribution (not counting webhook"
                                        + " duration and priority & fairness queue wait times) in"
                                        + " seconds for each verb, group, version, resource,"
                                        + " subresource, scope and component.")
                        .labelNames(
                                "verb",
                                "group",
                                "version",
                                "resource",
                                "subresource",
                                "scope",
                                "component")
                        .classicOnly()
                        .classicUpperBounds(OBJECTIVE_SECONDS)
                        .register(registry);
        this.longRunning =
                Gauge.builder()
                        .name("apiserver_longrunning_requests")
                        .help(
                                "[STABLE] Gauge of all active long-running apiserver requests"
                                        + " broken out by verb, group, version, resource, scope and"
                                        + " component. Not all requests are tracked this way.")
                        .labelNames(
                                "verb",
                                "group",
                                "version",
                                "resource",
                                "subresource",
                                "scope",
                                "component")
                        .register(registry);
        var inflight =
                Gauge.builder()
                        .name("apiserver_current_inflight_requests")
                        .help(
                                "[STABLE] Maximal number of currently used inflight request limit"
                                        + " of this apiserver per request kind in last second.")
                        .labelNames("request_kind")
                        .register(registry);
        this.readOnly = inflight.labelValues("readOnly");
        this.mutating = inflight.labelValues("mutating");
    }

    @Override
    public Runnable began(RequestContext context, Exchange exchange) {
        var info = context.info();
        var kind = kind(info, exchange);
        long start = timers.nanoTime();
        var current =
                isLong(info)
                        ? longRunning.labelValues(
                                kind.verb,
                                kind.group,
                                kind.version,
                                kind.resource,
                                kind.subresource,
                                scopeOfLong(info),
                                kind.component)
                        : READ.contains(info.verb()) ? readOnly : mutating;
        current.inc();
        return () -> {
            current.dec();
            var counted = series.computeIfAbsent(kind, this::series);
            counted.countsByCode
                    .computeIfAbsent(exchange.answeredCode(), code -> count(kind, code))
                    .inc();
            double seconds = (timers.nanoTime() - start) / NANOS;
            counted.seconds.observe(seconds);
            if (counted.objective != null) {
                counted.objective.observe(seconds); // neither webhooks nor queues are waited for
            }
        };
    }

    private Series series(Kind kind) {
        return new Series(
                durations.labelValues(kind.labels()),
                kind.dryRun.isEmpty()
                        ? objectives.labelValues(
                                kind.verb,
                                kind.group,
                                kind.version,
                                kind.resource,
                                kind.subresource,
                                kind.scope,
                                kind.component)
                        : null,
                new ConcurrentHashMap<>());
    }

    private CounterDataPoint count(Kind kind, int code) {
        var labels = Arrays.copyOf(kind.labels(), kind.labels().length + 1);
        labels[labels.length - 1] = Integer.toString(code);
        return requests.labelValues(labels);
    }

    private static Kind kind(RequestInfo info, Exchange exchange) {
        boolean isHealth = !info.isResourceRequest() && HEALTH.contains(info.path());
        return new Kind(
                verb(info, exchange.header("Content-Type")),
                dryRun(exchange.query().first("dryRun")),
                info.group(),
                info.version(),
                info.resource(),
                isHealth ? info.path() : info.subresource(),
                scope(info),
                isHealth ? "" : "apiserver");
    }

    private static boolean isLong(RequestInfo info) {
        return LONG.contains(info.verb()) || CONNECT.contains(info.subresource());
    }

    /// Upstream's `cleanDryRun`: a client's text is no label.
    private static String dryRun(String text) {
        return text.isEmpty() || text.equals("All") ? text : "invalid";
    }

    /// Upstream's `cleanVerb`: HTTP's names, with those that HTTP does not tell apart; whatever a
    /// client makes up is `other`.
    static String verb(RequestInfo info, @Nullable String contentType) {
        if (CONNECT.contains(info.subresource())) {
            return "CONNECT";
        }
        return switch (info.verb()) {
            case "get", "head" -> "GET";
            case "list" -> "LIST";
            case "watch" -> "WATCH";
            case "create", "post" -> "POST";
            case "update", "put" -> "PUT";
            case "patch" -> APPLY.equals(contentType) ? "APPLY" : "PATCH";
            case "delete", "deletecollection" -> "DELETE";
            default -> "other";
        };
    }

    /// As upstream's routes have it: a new object is one, a selector's name does not count.
    static String scope(RequestInfo info) {
        if (!info.isResourceRequest()) {
            return "";
        }
        return switch (info.verb()) {
            case "list", "watch", "deletecollection" -> scopeOfMany(info);
            default -> "resource";
        };
    }

    /// Upstream's `CleanScope`: here the name in a selector does count.
    static String scopeOfLong(RequestInfo info) {
        if (!info.isResourceRequest()) {
            return "";
        }
        return info.name().isEmpty() ? scopeOfMany(info) : "resource";
    }

    private static String scopeOfMany(RequestInfo info) {
        return info.namespace().isEmpty() ? "cluster" : "namespace";
    }
}
