package io.j8s.controllers.auth;

import io.fabric8.kubernetes.api.model.Secret;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.util.List;

/// Deletes bootstrap tokens that have expired (upstream: `pkg/controller/bootstrap/tokencleaner`).
public final class TokenCleanerController implements Controller {

    private final Api api;
    private final Timers timers;
    private final Informer<Secret> tokens;
    private final List<ControllerLoop<?>> loops;

    public TokenCleanerController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.tokens =
                context.informer(Kinds.SECRETS, TokenSecrets.NAMESPACE, TokenSecrets.SELECTOR);
        var queue = context.queue("token_cleaner");
        this.loops = List.of(context.loop(queue, this::reconcile, 1));
        tokens.onChange((_, after) -> {
            if (after != null) {
                queue.add(Meta.key(after));
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    Outcome reconcile(ObjectKey key) {
        var token = tokens.get(key);
        var end = token.flatMap(TokenSecrets::expiration);
        if (token.isEmpty() || end.isEmpty()) {
            return Outcome.DONE;
        }
        var left = Duration.between(timers.now(), end.get());
        if (left.isPositive()) {
            return new Outcome.Again(left);
        }
        try {
            api.delete(Kinds.SECRETS, key, Api.Delete.PLAIN.onlyUid(Meta.uid(token.get())));
        } catch (StatusException refused) {
            if (!refused.isNotFound() && !refused.isConflict()) {
                throw refused;
            }
        }
        return Outcome.DONE;
    }
}
