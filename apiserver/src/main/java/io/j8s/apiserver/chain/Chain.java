package io.j8s.apiserver.chain;

import io.j8s.apiserver.chain.Authenticator.Credentials;
import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.RequestInfos;
import io.j8s.apiserver.request.RequestTimeouts;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/// Every request's way: what it asks, who sends it, in whose name, whether it may, who serves it.
/// Runs on connections' threads and never blocks.
public final class Chain {

    private static final String WEB_SOCKET_TOKEN = "base64url.bearer.authorization.k8s.io.";
    private static final GroupResource NO_RESOURCE = new GroupResource("", "");

    private final Parts parts;

    /// What a chain is made of.
    ///
    /// @param authenticators asked in order; without any taker a request is anonymous
    /// @param routes asked in order
    public record Parts(
            List<Authenticator> authenticators,
            Impersonation impersonation,
            Authorizer authorizer,
            List<Routes> routes,
            Answers answers,
            Inflight inflight,
            Observer observer,
            Timers timers) {
        public Parts {
            authenticators = List.copyOf(authenticators);
            routes = List.copyOf(routes);
        }
    }

    public Chain(Parts parts) {
        this.parts = parts;
    }

    /// A request that came from outside.
    public void accept(Exchange exchange) {
        run(exchange, null);
    }

    /// A request from inside the process, whose sender is known.
    public void acceptAs(Exchange exchange, UserInfo user) {
        run(exchange, user);
    }

    private void run(Exchange exchange, @Nullable UserInfo known) {
        try {
            begin(exchange, known);
        } catch (RuntimeException failure) {
            parts.answers().fail(exchange, failure);
        }
    }

    private void begin(Exchange exchange, @Nullable UserInfo known) {
        String auditId = auditId(exchange);
        exchange.addAnswerHeader("Audit-Id", auditId);
        exchange.addAnswerHeader("Cache-Control", "no-cache, private");
        var info = RequestInfos.of(exchange.method(), exchange.path(), exchange.query());
        var deadline = parts.timers().deadline(RequestTimeouts.of(info, exchange.query()));
        var user = known != null ? known : authenticate(exchange);
        user = parts.impersonation().impersonate(user, exchange);
        authorize(user, info);
        String agent = exchange.header("User-Agent");
        var context = new RequestContext(auditId, info, user, agent == null ? "" : agent, deadline);
        var endpoint = route(info, exchange);
        if (endpoint == null) {
            // upstream: what no handler takes is answered by Go's own text
            exchange.answer(Answer.text(404, "404 page not found\n"));
            return;
        }
        serve(endpoint, exchange, context);
    }

    private void serve(Endpoint endpoint, Exchange exchange, RequestContext context) {
        var info = context.info();
        var observation = parts.observer().began(context, exchange);
        if (observation != null) {
            exchange.onComplete(observation); // of the refused too, else they stay under way
        }
        if (!endpoint.isLongRunning()) {
            if (!parts.inflight().enter(info)) {
                tooMany(exchange);
                return;
            }
            exchange.onComplete(() -> parts.inflight().leave(info));
        }
        endpoint.handle(exchange, context);
    }

    private static void tooMany(Exchange exchange) {
        exchange.addAnswerHeader("Retry-After", "1");
        exchange.answer(Answer.text(429, "Too many requests, please try again later.\n"));
    }

    private @Nullable Endpoint route(RequestInfo info, Exchange exchange) {
        for (var routes : parts.routes()) {
            var found = routes.find(info, exchange);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /// A client may give the id itself, so that it finds its request in the audit log.
    private static String auditId(Exchange exchange) {
        String given = exchange.header("Audit-ID");
        if (given != null && !given.isEmpty() && given.length() <= 64) {
            return given;
        }
        var random = ThreadLocalRandom.current();
        return new UUID(
                        (random.nextLong() & ~0xf000L) | 0x4000L,
                        (random.nextLong() & ~(0xc0L << 56)) | (0x80L << 56))
                .toString();
    }

    private UserInfo authenticate(Exchange exchange) {
        var certificates = exchange.certificates();
        String token = bearerToken(exchange);
        var credentials = new Credentials(certificates, token, exchange);
        // upstream: a token that nobody knows is refused, not taken for anonymous
        boolean isRejected = !token.isEmpty();
        for (var authenticator : parts.authenticators()) {
            switch (authenticator.authenticate(credentials)) {
                case Authenticator.Result.Authenticated(var user) -> {
                    return user;
                }
                case Authenticator.Result.Rejected(_) -> isRejected = true;
                case Authenticator.Result.NotMine() -> {}
            }
        }
        if (isRejected) {
            throw new ApiException(new ApiError.Unauthorized("Unauthorized"));
        }
        return UserInfo.anonymous();
    }

    private static String bearerToken(Exchange exchange) {
        String header = exchange.header("Authorization");
        if (header != null) {
            String[] words = header.strip().split(" ", 3);
            return words.length >= 2 && words[0].toLowerCase(Locale.ROOT).equals("bearer")
                    ? words[1].strip()
                    : "";
        }
        if (!exchange.wantsWebSocket()) {
            return "";
        }
        // browsers cannot set headers on a WebSocket: the token comes as a subprotocol
        for (String line : exchange.headers("Sec-WebSocket-Protocol")) {
            for (String protocol : line.split(",", -1)) {
                if (protocol.strip().startsWith(WEB_SOCKET_TOKEN)) {
                    return webSocketToken(protocol.strip());
                }
            }
        }
        return "";
    }

    private static String webSocketToken(String protocol) {
        try {
            return new String(
                    Base64.getUrlDecoder().decode(protocol.substring(WEB_SOCKET_TOKEN.length())),
                    StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return "invalid"; // refused as any unknown token
        }
    }

    private void authorize(UserInfo user, RequestInfo info) {
        String reason;
        switch (parts.authorizer().authorize(user, info)) {
            case Decision.Allowed(_) -> {
                return;
            }
            case Decision.Denied(var why) -> reason = why;
            case Decision.NoOpinion(var why) -> reason = why;
        }
        throw new ApiException(forbidden(user, info, reason));
    }

    /// Upstream's `responsewriters.Forbidden`.
    public static ApiError forbidden(UserInfo user, RequestInfo info, String reason) {
        String text = escape(question(user, info)) + (reason.isEmpty() ? "" : ": " + reason);
        return new ApiError.Forbidden(
                info.isResourceRequest() ? info.groupResource() : NO_RESOURCE, info.name(), text);
    }

    private static String question(UserInfo user, RequestInfo info) {
        String head = "User " + FieldErrors.quote(user.name()) + " cannot " + info.verb();
        if (!info.isResourceRequest()) {
            return head + " path " + FieldErrors.quote(info.path());
        }
        String resource =
                info.subresource().isEmpty()
                        ? info.resource()
                        : info.resource() + "/" + info.subresource();
        return head
                + " resource "
                + FieldErrors.quote(resource)
                + " in API group "
                + FieldErrors.quote(info.group())
                + (info.namespace().isEmpty()
                        ? " at the cluster scope"
                        : " in the namespace " + FieldErrors.quote(info.namespace()));
    }

    /// Upstream defuses HTML in what a stranger made it say.
    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /// The paths that `/` lists.
    public List<String> paths() {
        var paths = new ArrayList<String>();
        for (var routes : parts.routes()) {
            paths.addAll(routes.paths());
        }
        paths.sort(null);
        return paths;
    }
}
