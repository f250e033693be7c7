package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.Freshness;
import io.j8s.apiserver.cache.ObjectSnapshot;
import io.j8s.apiserver.cache.WatchQuery;
import io.j8s.apiserver.cache.WatchStart;
import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Format;
import io.j8s.apiserver.chain.Negotiated;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.request.EventStream;
import io.j8s.apiserver.request.EventStream.Framing;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// A stream of changes, over plain HTTP or over a WebSocket.
final class WatchVerb implements Endpoint {

    private static final long TIMEOUT_SECONDS_MIN = 1800; // upstream: --min-request-timeout

    private final Serving serving;
    private final ServedResource resource;
    private final EventFrames frames;

    WatchVerb(Serving serving, ServedResource resource, EventFrames frames) {
        this.serving = serving;
        this.resource = resource;
        this.frames = frames;
    }

    @Override
    public boolean isLongRunning() {
        return true;
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        var form = Negotiation.ofList(exchange);
        if (form.format() == Format.YAML) { // upstream: it cannot be framed
            throw new ApiException(
                    new ApiError.NotAcceptable(
                            "only the following media types are accepted:"
                                    + " application/json;stream=watch,"
                                    + " application/vnd.kubernetes.protobuf;stream=watch"));
        }
        var request = ListRequest.parse(resource, context.info(), exchange.query(), true);
        long revision = Queries.revision(request.resourceVersion(), "resourceVersion");
        boolean wantsState = request.sendInitialEvents() != null && request.sendInitialEvents();
        boolean isUnset = request.resourceVersion().isEmpty();
        if (!wantsState && revision > 0) {
            var after = new WatchStart.After(revision);
            if (resource.reader().isCached()) {
                begin(exchange, form, request, after);
            } else {
                serving.onWorker(exchange, context, () -> begin(exchange, form, request, after));
            }
            return;
        }
        var freshness =
                wantsState && revision > 0
                        ? new Freshness.AtLeast(revision)
                        : isUnset ? Freshness.LATEST : Freshness.ANY;
        var snapshot = resource.reader().now(freshness);
        if (snapshot != null && resource.reader().isCached()) {
            begin(exchange, form, request, start(request, snapshot));
        } else {
            serving.onWorker(
                    exchange,
                    context,
                    () ->
                            begin(
                                    exchange,
                                    form,
                                    request,
                                    start(
                                            request,
                                            resource.reader()
                                                    .await(freshness, context.deadline()))));
        }
    }

    /// Upstream: without a revision, or at 0, a watch begins with what is there, unless it says
    /// that it does not want that.
    private static WatchStart start(ListRequest request, ObjectSnapshot snapshot) {
        var asked = request.sendInitialEvents();
        if (asked != null && !asked) {
            return new WatchStart.After(snapshot.revision());
        }
        return new WatchStart.WithState(snapshot, asked != null && request.allowBookmarks());
    }

    /// On the I/O thread with a cache, else on a worker: the store may make us wait, and a call of
    /// the I/O thread can hand on but once, which the stream does.
    private void begin(Exchange exchange, Negotiated form, ListRequest request, WatchStart start) {
        EventStream stream;
        if (exchange.wantsWebSocket()) {
            stream = exchange.webSocket("");
        } else if (form.format() == Format.PROTOBUF) {
            stream =
                    exchange.stream(
                            form.format().mediaType() + ";stream=watch", Framing.LENGTH_PREFIXED);
        } else {
            stream = exchange.stream(form.format().mediaType(), Framing.LINES);
        }
        var query =
                new WatchQuery(
                        request.namespace(),
                        request.name(),
                        request.selection(),
                        request.pin(),
                        request.allowBookmarks());
        var pump =
                new WatchPump(
                        stream,
                        frames.of(resource, serving.wanted(exchange, form)),
                        request.allowBookmarks(),
                        frames.queues(),
                        serving.timers());
        open(pump, query, start, request);
    }

    private void open(WatchPump pump, WatchQuery query, WatchStart start, ListRequest request) {
        try {
            pump.open(resource.reader().watch(query, start, pump::wake), timeout(request));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            pump.end();
        } catch (RuntimeException failure) {
            pump.fail(io.j8s.apiserver.chain.Answers.error(failure));
        }
    }

    /// Upstream spreads the ends of watches that do not say when, so that they do not all come back
    /// at once.
    private static Duration timeout(ListRequest request) {
        return request.timeoutSeconds() > 0
                ? Duration.ofSeconds(request.timeoutSeconds())
                : Duration.ofMillis(
                        (long)
                                (TIMEOUT_SECONDS_MIN
                                        * 1000.0
                                        * (1 + ThreadLocalRandom.current().nextDouble())));
    }
}
