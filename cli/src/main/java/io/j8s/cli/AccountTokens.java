package io.j8s.cli;

import io.j8s.apiserver.access.token.TokenClaims;
import io.j8s.apiserver.access.token.TokenSigner;
import io.j8s.certs.ServiceAccountKeys;
import io.j8s.controllers.runtime.ControllerConfig;

import org.jspecify.annotations.Nullable;

import java.util.function.Supplier;

/// Signs the tokens of Secrets. The signer is made for the first token: most clusters never ask for
/// one. Safe for use by many threads.
final class AccountTokens implements ControllerConfig.AccountTokenSigner {

    private final Supplier<ServiceAccountKeys> keys;
    private @Nullable TokenSigner signer;

    AccountTokens(Supplier<ServiceAccountKeys> keys) {
        this.keys = keys;
    }

    @Override
    public String sign(String namespace, String account, String accountUid, String secret) {
        return signer().sign(
                        TokenClaims.ofSecret(
                                namespace, new TokenClaims.Ref(account, accountUid), secret));
    }

    private synchronized TokenSigner signer() {
        if (signer == null) {
            signer = new TokenSigner(keys.get());
        }
        return signer;
    }
}
