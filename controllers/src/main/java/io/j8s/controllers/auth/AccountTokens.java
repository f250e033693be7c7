package io.j8s.controllers.auth;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.j8s.controllers.runtime.ControllerConfig;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/// What a Secret of type `kubernetes.io/service-account-token` must hold: token, `ca.crt` and
/// namespace, and annotations that name its account. Pure, but for what signs.
final class AccountTokens {

    static final String TYPE = "kubernetes.io/service-account-token";
    private static final String ACCOUNT = "kubernetes.io/service-account.name";
    private static final String ACCOUNT_UID = "kubernetes.io/service-account.uid";
    private static final String TOKEN = "token";
    private static final String ROOT_CA = "ca.crt";
    private static final String NAMESPACE = "namespace";

    private final String rootCa;
    private final ControllerConfig.@Nullable AccountTokenSigner signer;

    /// @param rootCa encoded; empty when none is to be published
    /// @param signer null makes no tokens
    AccountTokens(String rootCa, ControllerConfig.@Nullable AccountTokenSigner signer) {
        this.rootCa = rootCa.isEmpty() ? "" : encoded(rootCa);
        this.signer = signer;
    }

    static boolean isToken(Secret secret) {
        return TYPE.equals(secret.getType());
    }

    /// The name of the account that a Secret says it belongs to.
    static String account(Secret secret) {
        return Meta.annotations(secret).getOrDefault(ACCOUNT, "");
    }

    static String accountUid(Secret secret) {
        return Meta.annotations(secret).getOrDefault(ACCOUNT_UID, "");
    }

    /// Upstream: `IsServiceAccountToken`, which wants the uid too.
    static boolean isOf(Secret secret, ObjectKey account, String uid) {
        return isToken(secret)
                && Meta.namespace(secret).equals(account.namespace())
                && account(secret).equals(account.name())
                && accountUid(secret).equals(uid);
    }

    boolean isToFill(Secret secret) {
        var data = data(secret);
        return isCaToBeSet(data) || isEmpty(data, NAMESPACE) || isEmpty(data, TOKEN);
    }

    /// The Secret with what it lacks. A `ca.crt` that is not ours is replaced, a token that is
    /// there stays.
    Secret filled(Secret secret, ServiceAccount account) {
        var data = new HashMap<>(data(secret));
        if (isCaToBeSet(data)) {
            data.put(ROOT_CA, rootCa);
        }
        if (isEmpty(data, NAMESPACE)) {
            data.put(NAMESPACE, encoded(Meta.namespace(secret)));
        }
        if (isEmpty(data, TOKEN) && signer != null) {
            data.put(
                    TOKEN,
                    encoded(
                            signer.sign(
                                    Meta.namespace(account),
                                    Meta.name(account),
                                    Meta.uid(account),
                                    Meta.name(secret))));
        }
        return new SecretBuilder(secret)
                .withData(data)
                .editMetadata()
                .addToAnnotations(ACCOUNT, Meta.name(account))
                .addToAnnotations(ACCOUNT_UID, Meta.uid(account))
                .endMetadata()
                .build();
    }

    private boolean isCaToBeSet(Map<String, String> data) {
        return !rootCa.isEmpty() && !rootCa.equals(data.get(ROOT_CA));
    }

    private static boolean isEmpty(Map<String, String> data, String name) {
        return data.getOrDefault(name, "").isEmpty();
    }

    private static Map<String, String> data(Secret secret) {
        return secret.getData() == null ? Map.of() : secret.getData();
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
