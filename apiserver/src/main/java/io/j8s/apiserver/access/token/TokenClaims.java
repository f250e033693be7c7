package io.j8s.apiserver.access.token;

import com.nimbusds.jwt.JWTClaimsSet;

import org.jspecify.annotations.Nullable;

import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a service-account token says (upstream: `pkg/serviceaccount`, public and private claims).
///
/// @param secret of a legacy token or a bound one; null for none, as `pod` and `node`
/// @param warnAfter past it the token still counts but its user should have got a new one
public record TokenClaims(
        String id,
        String issuer,
        List<String> audiences,
        Instant issuedAt,
        Instant notBefore,
        @Nullable Instant expiry,
        String namespace,
        Ref serviceAccount,
        @Nullable Ref pod,
        @Nullable Ref secret,
        @Nullable Ref node,
        @Nullable Instant warnAfter) {

    private static final String PRIVATE = "kubernetes.io";
    private static final String LEGACY = "kubernetes.io/serviceaccount/";

    /// Legacy tokens, which live as long as their Secret, have this issuer.
    public static final String LEGACY_ISSUER = "kubernetes/serviceaccount";

    public TokenClaims {
        audiences = List.copyOf(audiences);
    }

    /// Name and uid of an object a token is bound to.
    public record Ref(String name, String uid) {}

    /// What the token in a Secret of type `kubernetes.io/service-account-token` says: it lives as
    /// long as the Secret.
    public static TokenClaims ofSecret(String namespace, Ref serviceAccount, String secret) {
        return new TokenClaims(
                "",
                LEGACY_ISSUER,
                List.of(),
                Instant.EPOCH,
                Instant.EPOCH,
                null,
                namespace,
                serviceAccount,
                null,
                new Ref(secret, ""),
                null,
                null);
    }

    public boolean isLegacy() {
        return issuer.equals(LEGACY_ISSUER);
    }

    /// `system:serviceaccount:NAMESPACE:NAME`.
    public String userName() {
        return "system:serviceaccount:" + namespace + ":" + serviceAccount.name();
    }

    JWTClaimsSet toJwt() {
        var out = new JWTClaimsSet.Builder().issuer(issuer).subject(userName());
        if (isLegacy()) {
            return legacy(out).build();
        }
        out.audience(audiences).jwtID(id);
        out.issueTime(Date.from(issuedAt)).notBeforeTime(Date.from(notBefore));
        if (expiry != null) {
            out.expirationTime(Date.from(expiry));
        }
        var claims = new LinkedHashMap<String, Object>();
        claims.put("namespace", namespace);
        put(claims, "node", node);
        put(claims, "pod", pod);
        put(claims, "secret", secret);
        put(claims, "serviceaccount", serviceAccount);
        if (warnAfter != null) {
            claims.put("warnafter", warnAfter.getEpochSecond());
        }
        return out.claim(PRIVATE, claims).build();
    }

    private JWTClaimsSet.Builder legacy(JWTClaimsSet.Builder out) {
        out.claim(LEGACY + "namespace", namespace);
        out.claim(LEGACY + "service-account.name", serviceAccount.name());
        out.claim(LEGACY + "service-account.uid", serviceAccount.uid());
        if (secret != null) {
            out.claim(LEGACY + "secret.name", secret.name());
        }
        return out;
    }

    private static void put(Map<String, Object> claims, String name, @Nullable Ref ref) {
        if (ref != null) {
            var value = new LinkedHashMap<String, Object>();
            value.put("name", ref.name());
            value.put("uid", ref.uid());
            claims.put(name, value);
        }
    }

    /// @throws ParseException when a claim has the wrong type
    static TokenClaims of(JWTClaimsSet jwt) throws ParseException {
        var issuer = text(jwt.getIssuer());
        if (issuer.equals(LEGACY_ISSUER)) {
            return ofLegacy(jwt, issuer);
        }
        var claims = jwt.getJSONObjectClaim(PRIVATE);
        Map<String, Object> own = claims == null ? Map.of() : claims;
        var account = ref(own, "serviceaccount");
        return new TokenClaims(
                text(jwt.getJWTID()),
                issuer,
                jwt.getAudience(),
                instant(jwt.getIssueTime()),
                instant(jwt.getNotBeforeTime()),
                jwt.getExpirationTime() == null ? null : jwt.getExpirationTime().toInstant(),
                String.valueOf(own.getOrDefault("namespace", "")),
                account == null ? new Ref("", "") : account,
                ref(own, "pod"),
                ref(own, "secret"),
                ref(own, "node"),
                own.get("warnafter") instanceof Number number
                        ? Instant.ofEpochSecond(number.longValue())
                        : null);
    }

    private static TokenClaims ofLegacy(JWTClaimsSet jwt, String issuer) throws ParseException {
        var secret = text(jwt.getStringClaim(LEGACY + "secret.name"));
        return new TokenClaims(
                "",
                issuer,
                jwt.getAudience(),
                Instant.EPOCH,
                Instant.EPOCH,
                null,
                text(jwt.getStringClaim(LEGACY + "namespace")),
                new Ref(
                        text(jwt.getStringClaim(LEGACY + "service-account.name")),
                        text(jwt.getStringClaim(LEGACY + "service-account.uid"))),
                null,
                secret.isEmpty() ? null : new Ref(secret, ""),
                null,
                null);
    }

    private static Instant instant(@Nullable Date date) {
        return date == null ? Instant.EPOCH : date.toInstant();
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static @Nullable Ref ref(Map<String, Object> claims, String name) {
        return claims.get(name) instanceof Map<?, ?> map
                ? new Ref(textOf(map.get("name")), textOf(map.get("uid")))
                : null;
    }

    private static String textOf(@Nullable Object value) {
        return value instanceof String text ? text : "";
    }
}
