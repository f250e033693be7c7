package io.j8s.controllers.auth;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.machinery.meta.ObjectKey;

import java.util.List;

/// Deletes the token Secrets of ServiceAccounts that are gone (upstream: the tokens controller, in
/// the part that cleans up). It looks when an account is deleted and once at its start, so that no
/// cache has to hold every Secret of the cluster.
public final class ServiceAccountTokenController implements Controller {

    private static final String TYPE = "kubernetes.io/service-account-token";
    private static final String ACCOUNT = "kubernetes.io/service-account.name";
    private static final String ACCOUNT_UID = "kubernetes.io/service-account.uid";
    private static final String EVERYWHERE = "";

    private final Api api;
    private final Informer<ServiceAccount> accounts;
    private final WorkQueue<String> queue;
    private final List<ControllerLoop<?>> loops;

    public ServiceAccountTokenController(ControllerContext context) {
        this.api = context.api();
        this.accounts = context.informer(Kinds.SERVICE_ACCOUNTS);
        this.queue = context.keyedQueue("serviceaccount_tokens_secret");
        this.loops = List.of(context.loop(queue, this::cleanUp, 1));
        accounts.onChange((before, after) -> {
            if (before == null && after != null) {
                // it may have the name of one that was deleted before this cache was filled
                queue.add(Meta.namespace(after));
            } else if (after == null && before != null) {
                queue.add(Meta.namespace(before));
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    @Override
    public void started() {
        queue.add(EVERYWHERE);
    }

    /// @param namespace where accounts were deleted, or all
    Outcome cleanUp(String namespace) {
        var query = Api.Query.all(namespace).fields("type=" + TYPE);
        for (var secret : api.list(Kinds.SECRETS, query).items()) {
            if (TYPE.equals(secret.getType()) && !hasAccount(secret)) {
                delete(secret);
            }
        }
        return Outcome.DONE;
    }

    private boolean hasAccount(Secret secret) {
        var name = Meta.orEmpty(Meta.annotations(secret).get(ACCOUNT));
        if (name.isEmpty()) {
            return true; // upstream: validation lets none of these in
        }
        var key = new ObjectKey(Meta.namespace(secret), name);
        var known = accounts.get(key);
        if (known.isPresent() && isOf(secret, known.get())) {
            return true;
        }
        try {
            return isOf(secret, api.get(Kinds.SERVICE_ACCOUNTS, key)); // made again just now
        } catch (StatusException refused) {
            if (refused.isNotFound()) {
                return false;
            }
            throw refused;
        }
    }

    private static boolean isOf(Secret secret, ServiceAccount account) {
        var uid = Meta.orEmpty(Meta.annotations(secret).get(ACCOUNT_UID));
        return uid.isEmpty() || uid.equals(Meta.uid(account));
    }

    private void delete(Secret secret) {
        try {
            api.delete(Kinds.SECRETS, Meta.key(secret), Api.Delete.PLAIN.onlyUid(Meta.uid(secret)));
        } catch (StatusException refused) {
            if (!refused.isNotFound()) { // a conflict is looked at again
                throw refused;
            }
        }
    }
}
