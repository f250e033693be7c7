package io.j8s.apiserver.access.token;

import io.j8s.apiserver.access.authn.BoundedCache;
import io.j8s.apiserver.chain.Authenticator;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Tokens of service accounts: signature, times, audience, and that everything they are bound to
/// still exists (upstream: `pkg/serviceaccount`). The signature's result is kept, all else is
/// looked at again each second, so a deleted Pod ends its token.
public final class ServiceAccountAuthenticator implements Authenticator {

    private static final GroupResource PODS = new GroupResource("", "pods");
    private static final GroupResource SECRETS = new GroupResource("", "secrets");
    private static final GroupResource NODES = new GroupResource("", "nodes");
    private static final GroupResource SERVICE_ACCOUNTS = new GroupResource("", "serviceaccounts");
    private static final int CACHED_MAX = 8192;
    private static final long KEPT_NANOS = Duration.ofSeconds(1).toNanos(); // upstream: 10 s
    private static final Duration LEEWAY = Duration.ofMinutes(1); // upstream: jwt.DefaultLeeway
    private static final String CLAIM = "authentication.kubernetes.io/";

    private final TokenSigner signer;
    private final Set<String> issuers;
    private final List<String> apiAudiences;
    private final Lookup lookup;
    private final Timers timers;
    private final BoundedCache<String, TokenClaims> verified = new BoundedCache<>(CACHED_MAX);
    private final BoundedCache<String, Recent> recent = new BoundedCache<>(CACHED_MAX);

    public ServiceAccountAuthenticator(
            TokenSigner signer,
            Collection<String> issuers,
            List<String> apiAudiences,
            Lookup lookup,
            Timers timers) {
        this.signer = signer;
        this.issuers = Set.copyOf(issuers);
        this.apiAudiences = List.copyOf(apiAudiences);
        this.lookup = lookup;
        this.timers = timers;
    }

    /// A good answer is kept for a moment: to look at pod, node and account for each request would
    /// cost more than the request itself.
    @Override
    public Result authenticate(Credentials credentials) {
        var token = credentials.bearerToken();
        if (token.isEmpty()) {
            return new Result.NotMine();
        }
        var known = recent.get(token);
        if (known != null && timers.nanoTime() - known.atNanos < KEPT_NANOS) {
            return known.result;
        }
        return switch (review(token, List.of())) {
            case Review.Valid(var user, _) -> {
                var result = new Result.Authenticated(user);
                recent.put(token, new Recent(timers.nanoTime(), result));
                yield result;
            }
            case Review.NotOurs() -> new Result.NotMine();
            case Review.Invalid(var why) -> new Result.Rejected(why);
        };
    }

    private record Recent(long atNanos, Result result) {}

    /// What is thought of a token.
    public sealed interface Review {

        /// @param audiences those of the asked ones that the token is meant for
        record Valid(UserInfo user, List<String> audiences) implements Review {
            public Valid {
                audiences = List.copyOf(audiences);
            }
        }

        record NotOurs() implements Review {}

        record Invalid(String why) implements Review {}
    }

    /// Looks at a token for the given audiences; none given means this API server.
    public Review review(String token, List<String> audiences) {
        var claims = verified.get(token);
        if (claims == null) {
            var named = TokenSigner.issuer(token);
            if (!issuers.contains(named) && !named.equals(TokenClaims.LEGACY_ISSUER)) {
                return new Review.NotOurs();
            }
            claims = signer.verify(token).orElse(null);
            if (claims == null) {
                return new Review.Invalid("invalid bearer token");
            }
            verified.put(token, claims);
        }
        var result = check(token, claims, audiences.isEmpty() ? apiAudiences : audiences);
        if (result instanceof Review.Invalid) {
            verified.remove(token);
        }
        return result;
    }

    private Review check(String token, TokenClaims claims, List<String> wanted) {
        var meant = claims.audiences().isEmpty() ? apiAudiences : claims.audiences();
        var common = wanted.stream().filter(meant::contains).toList();
        if (common.isEmpty()) {
            return new Review.Invalid(
                    "token audiences %s is invalid for the target audiences %s"
                            .formatted(quoted(meant), quoted(wanted)));
        }
        var now = timers.now();
        var late = lateness(claims, now);
        if (late != null) {
            return new Review.Invalid(late);
        }
        var account =
                lookup.get(
                        SERVICE_ACCOUNTS,
                        new ObjectKey(claims.namespace(), claims.serviceAccount().name()));
        if (account.isEmpty()) {
            return new Review.Invalid(
                    "serviceaccounts \"%s\" not found".formatted(claims.serviceAccount().name()));
        }
        if (isGone(account.get(), now)) {
            return new Review.Invalid(
                    "service account %s/%s has been deleted"
                            .formatted(claims.namespace(), claims.serviceAccount().name()));
        }
        var uid = account.get().string("metadata.uid", "");
        if (!uid.equals(claims.serviceAccount().uid())) {
            return new Review.Invalid(
                    "service account UID (%s) does not match claim (%s)"
                            .formatted(uid, claims.serviceAccount().uid()));
        }
        var broken = brokenBinding(token, claims, now);
        return broken != null ? new Review.Invalid(broken) : new Review.Valid(user(claims), common);
    }

    private static @Nullable String lateness(TokenClaims claims, Instant now) {
        if (claims.isLegacy()) {
            return null; // it has no times of its own
        }
        var expiry = claims.expiry();
        if (expiry != null && now.minus(LEEWAY).isAfter(expiry)) {
            return "service account token has expired";
        }
        if (now.plus(LEEWAY).isBefore(claims.notBefore())) {
            return "service account token is not valid yet";
        }
        return null;
    }

    private @Nullable String brokenBinding(String token, TokenClaims claims, Instant now) {
        if (claims.isLegacy()) {
            return brokenLegacySecret(token, claims, now);
        }
        var secret = claims.secret();
        if (secret != null && !stands(SECRETS, claims.namespace(), secret, now)) {
            return "service account token has been invalidated";
        }
        var pod = claims.pod();
        if (pod != null && !stands(PODS, claims.namespace(), pod, now)) {
            return "service account token has been invalidated";
        }
        var node = claims.node();
        // upstream: a node named beside a pod is told, not checked
        if (node != null && pod == null && !stands(NODES, "", node, now)) {
            return "service account token has been invalidated";
        }
        return null;
    }

    /// A legacy token counts as long as its Secret holds this account's token.
    private @Nullable String brokenLegacySecret(String token, TokenClaims claims, Instant now) {
        var secret = claims.secret();
        if (secret == null) {
            return "secretName claim is missing";
        }
        var found = lookup.get(SECRETS, new ObjectKey(claims.namespace(), secret.name()));
        if (found.isEmpty() || isGone(found.get(), now) || !holds(found.get(), token)) {
            return "service account token has been invalidated";
        }
        return null;
    }

    private boolean stands(
            GroupResource resource, String namespace, TokenClaims.Ref ref, Instant now) {
        return lookup.get(resource, new ObjectKey(namespace, ref.name()))
                .filter(object -> !isGone(object, now))
                .filter(object -> object.string("metadata.uid", "").equals(ref.uid()))
                .isPresent();
    }

    /// Upstream: an object counts for a minute after its deletion time, for clocks that differ.
    private static boolean isGone(Tree object, Instant now) {
        var deleted = object.string("metadata.deletionTimestamp", "");
        if (deleted.isEmpty()) {
            return false;
        }
        try {
            return now.isAfter(Instant.parse(deleted).plus(LEEWAY));
        } catch (DateTimeParseException _) {
            return true;
        }
    }

    static UserInfo user(TokenClaims claims) {
        var user =
                UserInfo.serviceAccount(
                        claims.namespace(),
                        claims.serviceAccount().name(),
                        claims.serviceAccount().uid());
        var extra = new LinkedHashMap<String, List<String>>();
        put(extra, "pod", claims.pod());
        put(extra, "node", claims.node());
        if (!claims.id().isEmpty()) {
            extra.put(CLAIM + "credential-id", List.of("JTI=" + claims.id()));
        }
        return new UserInfo(user.name(), user.uid(), user.groups(), extra);
    }

    private static void put(
            Map<String, List<String>> extra, String kind, TokenClaims.@Nullable Ref ref) {
        if (ref != null) {
            extra.put(CLAIM + kind + "-name", List.of(ref.name()));
            if (!ref.uid().isEmpty()) {
                extra.put(CLAIM + kind + "-uid", List.of(ref.uid()));
            }
        }
    }

    private static String quoted(List<String> values) {
        var out = new ArrayList<String>();
        values.forEach(value -> out.add("\"" + value + "\""));
        return "[" + String.join(" ", out) + "]";
    }

    /// Whether a legacy token's Secret still holds that very token.
    private static boolean holds(Tree secret, String token) {
        var data = secret.map("data");
        var encoded = data == null ? null : data.string("token");
        return encoded != null
                && encoded.equals(
                        Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.UTF_8)));
    }
}
