package io.j8s.controllers.auth;

import io.fabric8.kubernetes.api.model.Secret;
import io.j8s.certs.BootstrapToken;
import io.j8s.controllers.runtime.Meta;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Secrets that hold bootstrap tokens (upstream: `k8s.io/cluster-bootstrap/token/util/secrets`).
/// Pure.
final class TokenSecrets {

    static final String NAMESPACE = "kube-system";
    static final String SELECTOR = "type=bootstrap.kubernetes.io/token";
    private static final String PREFIX = "bootstrap-token-";

    private TokenSecrets() {}

    /// When the token ends; a time that nobody can read counts as passed. Empty for one that stays.
    static Optional<Instant> expiration(Secret secret) {
        var text = data(secret, "expiration");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Objects.requireNonNull(Meta.time(text)));
        } catch (DateTimeException _) {
            return Optional.of(Instant.EPOCH);
        }
    }

    /// The token, if it may sign `cluster-info`.
    static Optional<BootstrapToken> forSigning(Secret secret, Instant now) {
        var token =
                BootstrapToken.parse(data(secret, "token-id") + "." + data(secret, "token-secret"));
        boolean isUsable =
                token.isPresent()
                        && Meta.name(secret).equals(PREFIX + token.get().id())
                        && data(secret, "usage-bootstrap-signing").equals("true")
                        && expiration(secret).filter(end -> end.isBefore(now)).isEmpty();
        return isUsable ? token : Optional.empty();
    }

    private static String data(Secret secret, String name) {
        Map<String, String> data = secret.getData();
        var encoded = data == null ? null : data.get(name);
        try {
            return encoded == null
                    ? ""
                    : new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return "";
        }
    }
}
