package io.j8s.controllers.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.j8s.certs.BootstrapToken;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

final class TokenSecretsTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final BootstrapToken TOKEN = new BootstrapToken("abcdef", "0123456789abcdef");

    @Test
    void onlyUsableTokensSign() {
        assertThat(TokenSecrets.forSigning(secret(Map.of()), NOW)).contains(TOKEN);
        assertThat(
                        TokenSecrets.forSigning(
                                secret(Map.of("expiration", "2026-01-02T03:04:04Z")), NOW))
                .isEmpty();
        assertThat(TokenSecrets.forSigning(secret(Map.of("usage-bootstrap-signing", "false")), NOW))
                .isEmpty();
        assertThat(TokenSecrets.forSigning(secret(Map.of("token-id", "zzzzzz")), NOW)).isEmpty();
    }

    @Test
    void anUnreadableEndHasPassed() {
        assertThat(TokenSecrets.expiration(secret(Map.of()))).isEmpty();
        assertThat(TokenSecrets.expiration(secret(Map.of("expiration", "soon"))))
                .contains(Instant.EPOCH);
        assertThat(
                        TokenSecrets.expiration(
                                secret(Map.of("expiration", "2026-01-02T04:04:05+01:00"))))
                .contains(NOW);
    }

    @Test
    void clusterInfoHasOneSignatureForEachToken() {
        var data = Map.of("kubeconfig", "content", "jws-kubeconfig-oldone", "x", "other", "y");
        var signed = BootstrapSignerController.signed(data, List.of(TOKEN));
        assertThat(signed)
                .containsOnlyKeys("kubeconfig", "jws-kubeconfig-abcdef", "other")
                .containsEntry("jws-kubeconfig-abcdef", TOKEN.sign("content"));
        assertThat(BootstrapSignerController.signed(signed, List.of(TOKEN))).isEqualTo(signed);
    }

    private static Secret secret(Map<String, String> changes) {
        var data = new HashMap<>(Map.of("token-id", TOKEN.id(), "token-secret", TOKEN.secret()));
        data.put("usage-bootstrap-signing", "true");
        data.putAll(changes);
        data.replaceAll((_, text) ->
                Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace("kube-system")
                .withName("bootstrap-token-abcdef")
                .endMetadata()
                .withType("bootstrap.kubernetes.io/token")
                .withData(data)
                .build();
    }
}
