package io.j8s.controllers.auth;

import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.Expiring;
import io.j8s.controllers.runtime.Kinds;

/// Deletes bootstrap tokens that have expired (upstream: `pkg/controller/bootstrap/tokencleaner`).
public final class TokenCleanerController {

    private TokenCleanerController() {}

    public static Controller of(ControllerContext context) {
        return new Expiring<>(
                context,
                "token_cleaner",
                context.informer(Kinds.SECRETS, TokenSecrets.NAMESPACE, TokenSecrets.SELECTOR),
                TokenSecrets::expiration);
    }
}
