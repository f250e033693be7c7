package io.j8s.apiserver.discovery;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Format;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.request.Answer.Header;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.timers.Timers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/// Serves discovery and OpenAPI over HTTP: conditional requests, compression, redirects to current
/// hashes. Discovery answers on the connection's thread; OpenAPI goes to a worker, because the
/// first request for a document makes it.
public final class DocumentEndpoint implements Endpoint {

    private static final String OPENAPI = "/openapi/";

    private final DocumentSource source;
    private final Timers timers;
    private final BiConsumer<Exchange, Throwable> onFailure;

    /// @param onFailure answers what went wrong on a worker, e.g. `Answers::fail`
    public DocumentEndpoint(
            DocumentSource source, Timers timers, BiConsumer<Exchange, Throwable> onFailure) {
        this.source = source;
        this.timers = timers;
        this.onFailure = onFailure;
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        String path = exchange.path();
        if (!path.startsWith(OPENAPI)) {
            // discovery is behind upstream's router, OpenAPI is not
            if (!exchange.method().equals("GET")) {
                throw new ApiException(new ApiError.MethodNotAllowed());
            }
            Negotiation.requireRoute(exchange, List.of(Format.values()));
        }
        if (!DocumentSource.mayTakeLong(path)) {
            answer(exchange);
            return;
        }
        exchange.onWorker(() -> {
            try {
                answer(exchange);
            } catch (RuntimeException e) { // the edge of this worker
                onFailure.accept(exchange, e);
            }
        });
    }

    private void answer(Exchange exchange) {
        String accept = String.join(",", exchange.headers("Accept"));
        var found = source.find(exchange.path(), accept, exchange.query(), timers.now());
        switch (found) {
            case Found.Here(var document, var headers) -> here(exchange, document, headers);
            case Found.Moved(var location) ->
                    exchange.answer(
                            new Answer(
                                    301,
                                    "",
                                    List.of(new Header("Location", location)),
                                    Body.EMPTY));
            case Found.NotAcceptable(var types) -> {
                if (exchange.path().startsWith(OPENAPI)) {
                    var vary = List.of(new Header("Vary", "Accept"));
                    exchange.answer(new Answer(406, "", vary, Body.EMPTY));
                } else {
                    throw new ApiException(
                            new ApiError.NotAcceptable(
                                    "only the following media types are accepted: "
                                            + String.join(", ", types)));
                }
            }
            case Found.Nothing() -> nothing(exchange);
        }
    }

    /// Paths below a known group are upstream's router's; the others nobody's.
    private void nothing(Exchange exchange) {
        String path = exchange.path();
        if (path.startsWith(OPENAPI + "v3/")) {
            exchange.answer(new Answer(404, "", List.of(), Body.EMPTY));
        } else if (path.startsWith(OPENAPI) || !isOfKnownGroup(path)) {
            exchange.answer(Answer.text(404, "404 page not found\n"));
        } else {
            throw new ApiException(new ApiError.UnknownPath());
        }
    }

    private boolean isOfKnownGroup(String path) {
        return path.startsWith("/api/")
                || source.groups().stream()
                        .anyMatch(group -> path.startsWith("/apis/" + group.name() + "/"));
    }

    private static void here(Exchange exchange, Document document, List<Header> headers) {
        String match = exchange.header("If-None-Match");
        if (match != null && isTagged(headers) && match.contains('"' + document.hash() + '"')) {
            exchange.answer(new Answer(304, "", headers, Body.EMPTY));
            return;
        }
        String encodings = exchange.header("Accept-Encoding");
        if (document.isCompressed() && encodings != null && encodings.contains("gzip")) {
            var more = new ArrayList<>(headers);
            more.add(new Header("Content-Encoding", "gzip"));
            exchange.answer(
                    new Answer(200, document.contentType(), more, Body.of(document.gzipped())));
            return;
        }
        exchange.answer(
                new Answer(200, document.contentType(), headers, Body.of(document.bytes())));
    }

    private static boolean isTagged(List<Header> headers) {
        return headers.stream().anyMatch(h -> h.name().equals("ETag"));
    }
}
