package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.EncodedObject;
import io.j8s.apiserver.cache.Freshness;
import io.j8s.apiserver.cache.ListQuery;
import io.j8s.apiserver.cache.ObjectPage;
import io.j8s.apiserver.cache.ObjectSnapshot;
import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Negotiated;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Many objects, as they stood together at one revision; whole or in pages. The plain form is
/// answered on the connection's thread.
final class ListVerb implements Endpoint {

    private final Serving serving;
    private final ServedResource resource;

    ListVerb(Serving serving, ServedResource resource) {
        this.serving = serving;
        this.resource = resource;
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        var form = Negotiation.ofList(exchange);
        resource.requireForm(form, true);
        var request = ListRequest.parse(resource, context.info(), exchange.query(), false);
        var token = token(request);
        var freshness = freshness(request, token);
        var snapshot = resource.reader().now(freshness);
        var job = new Job(exchange, context, form, request, token);
        if (snapshot != null
                && snapshot.isLocal()
                && form.isPlainJson()
                && resource.isStoredVersion()) {
            serving.run(exchange, context, () -> answerHere(job, snapshot));
        } else {
            serving.onWorker(
                    exchange,
                    context,
                    () -> respond(job, page(request, token, fresh(context, freshness, token))));
        }
    }

    private record Job(
            Exchange exchange,
            RequestContext context,
            Negotiated form,
            ListRequest request,
            @Nullable ContinueToken token) {}

    /// What a request selects, waiting until the cache is fresh enough for it.
    ObjectPage page(RequestContext context, ListRequest request) throws InterruptedException {
        var token = token(request);
        return page(request, token, fresh(context, freshness(request, token), token));
    }

    private ObjectSnapshot fresh(
            RequestContext context, Freshness freshness, @Nullable ContinueToken token)
            throws InterruptedException {
        try {
            return resource.reader().await(freshness, context.deadline());
        } catch (ApiException e) {
            if (token != null && e.error() instanceof ApiError.Expired) {
                throw new ApiException(
                        new ApiError.ContinueExpired(
                                new ContinueToken(-1, token.after())
                                        .encode(resource.stored().location())));
            }
            throw e;
        }
    }

    private @Nullable ContinueToken token(ListRequest request) {
        if (request.continueToken().isEmpty()) {
            return null;
        }
        var token = ContinueToken.decode(request.continueToken(), resource.stored().location());
        String version = request.resourceVersion();
        if (!version.isEmpty() && !version.equals("0")) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "specifying resource version is not allowed when using continue"));
        }
        return token;
    }

    /// Upstream's matrix of resourceVersion, resourceVersionMatch, limit and continue.
    private static Freshness freshness(ListRequest request, @Nullable ContinueToken token) {
        if (token != null) {
            return token.revision() < 0
                    ? Freshness.LATEST
                    : new Freshness.Exactly(token.revision());
        }
        if (request.resourceVersion().isEmpty()) {
            return Freshness.LATEST;
        }
        long revision = Queries.revision(request.resourceVersion(), "resourceVersion");
        if (revision == 0) {
            return Freshness.ANY;
        }
        return request.isExact() || request.isExactByLimit()
                ? new Freshness.Exactly(revision)
                : new Freshness.AtLeast(revision);
    }

    /// On the connection's thread, unless compressing would hold that for long.
    private void answerHere(Job job, ObjectSnapshot snapshot) throws InterruptedException {
        var page = page(job.request(), job.token(), snapshot);
        if (Compression.isWanted(job.exchange()) && isLarge(page)) {
            serving.onWorker(job.exchange(), job.context(), () -> respond(job, page));
        } else {
            respond(job, page);
        }
    }

    private static boolean isLarge(ObjectPage page) {
        long bytes = 0;
        for (var item : page.items()) {
            bytes += item.itemSize();
            if (bytes > Compression.BYTES_MIN) {
                return true;
            }
        }
        return false;
    }

    /// Where the page is from, and how to go on.
    ListMeta meta(ObjectPage page) {
        long revision = page.revision();
        if (!page.more() || page.items().isEmpty()) {
            return new ListMeta(Long.toString(revision), "", null);
        }
        var next = new ContinueToken(revision, page.items().getLast().key());
        return new ListMeta(
                Long.toString(revision),
                next.encode(resource.stored().location()),
                page.remaining() > 0 ? page.remaining() : null);
    }

    private void respond(Job job, ObjectPage page) {
        var wanted = serving.wanted(job.exchange(), job.form());
        serving.answer(
                job.exchange(),
                job.context(),
                200,
                job.form(),
                serving.forms().list(resource, page.items(), meta(page), wanted));
    }

    private ObjectPage page(
            ListRequest request, @Nullable ContinueToken token, ObjectSnapshot snapshot)
            throws InterruptedException {
        String name = request.name();
        boolean isOnePlace = !resource.namespaced() || request.namespace() != null;
        if (name != null && isOnePlace && token == null) {
            String namespace = request.namespace();
            var found = snapshot.get(new ObjectKey(namespace == null ? "" : namespace, name));
            List<EncodedObject> items =
                    found != null && request.selection().matches(found)
                            ? List.of(found)
                            : List.of();
            return new ObjectPage(items, snapshot.revision(), false, 0);
        }
        return snapshot.list(
                new ListQuery(
                        request.namespace(),
                        request.selection(),
                        request.limit(),
                        token == null ? null : token.after()));
    }
}
