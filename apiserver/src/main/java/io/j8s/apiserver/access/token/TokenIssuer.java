package io.j8s.apiserver.access.token;

import io.j8s.apiserver.access.token.TokenClaims.Ref;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;

/// Makes service-account tokens. Safe for use by many threads.
public final class TokenIssuer {

    // upstream: WarnOnlyBoundTokenExpirationPeriod: the expiry of tokens in kube-api-access volumes
    private static final long WARN_ONLY_SECONDS = 60 * 60 + 7;
    // upstream: ExpirationExtensionSeconds, for clients that never read their token again
    private static final Duration EXTENDED = Duration.ofDays(365);

    private final TokenSigner signer;
    private final String issuer;
    private final List<String> apiAudiences;
    private final Timers timers;

    public TokenIssuer(
            TokenSigner signer, String issuer, List<String> apiAudiences, Timers timers) {
        this.signer = signer;
        this.issuer = issuer;
        this.apiAudiences = List.copyOf(apiAudiences);
        this.timers = timers;
    }

    /// Audiences of the API server itself.
    public List<String> apiAudiences() {
        return apiAudiences;
    }

    /// A token to make.
    public record Wanted(
            String namespace,
            Ref serviceAccount,
            List<String> audiences,
            long expirationSeconds,
            @Nullable Ref pod,
            @Nullable Ref secret,
            @Nullable Ref node) {
        public Wanted {
            audiences = List.copyOf(audiences);
        }
    }

    /// @param expiresAt what the client is told; an extended token is accepted longer
    public record Made(String token, Instant issuedAt, Instant expiresAt) {

        /// Never the token.
        @Override
        public String toString() {
            return "Made[until " + expiresAt + "]";
        }
    }

    public Made issue(Wanted wanted) {
        var now = timers.now().truncatedTo(ChronoUnit.SECONDS);
        var told = now.plusSeconds(wanted.expirationSeconds());
        boolean isExtended =
                wanted.expirationSeconds() == WARN_ONLY_SECONDS
                        && wanted.pod() != null
                        && apiAudiences.containsAll(wanted.audiences());
        var claims =
                new TokenClaims(
                        UUID.randomUUID().toString(),
                        issuer,
                        wanted.audiences(),
                        now,
                        now,
                        isExtended ? now.plus(EXTENDED) : told,
                        wanted.namespace(),
                        wanted.serviceAccount(),
                        wanted.pod(),
                        wanted.secret(),
                        wanted.node(),
                        isExtended ? told : null);
        return new Made(signer.sign(claims), now, told);
    }

    /// The token of a Secret of type `kubernetes.io/service-account-token`, which lives as long as
    /// the Secret.
    public String issueLegacy(String namespace, Ref serviceAccount, String secret) {
        return signer.sign(TokenClaims.ofSecret(namespace, serviceAccount, secret));
    }
}
