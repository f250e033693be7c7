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

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Fills the token Secrets that users make for ServiceAccounts, deletes them with their account,
/// and takes deleted ones off their account (upstream: the tokens controller). Without a key to
/// sign with it does nothing, as upstream.
public final class ServiceAccountTokenController implements Controller {

    private final Api api;
    private final Informer<ServiceAccount> accounts;
    private final Informer<Secret> secrets;
    private final AccountTokens rules;
    private final WorkQueue<Account> accountQueue;
    private final WorkQueue<Token> secretQueue;
    private final List<ControllerLoop<?>> loops;

    /// An account that was seen.
    private record Account(ObjectKey key, String uid) {}

    /// A Secret that was seen, and whose it said it was.
    private record Token(ObjectKey key, String uid, Account account) {

        static Token of(Secret secret) {
            var account = new ObjectKey(Meta.namespace(secret), AccountTokens.account(secret));
            return new Token(
                    Meta.key(secret),
                    Meta.uid(secret),
                    new Account(account, AccountTokens.accountUid(secret)));
        }
    }

    public ServiceAccountTokenController(ControllerContext context) {
        this.api = context.api();
        this.accounts = context.informer(Kinds.SERVICE_ACCOUNTS);
        this.secrets = context.informer(Kinds.SECRETS, "", "type=" + AccountTokens.TYPE);
        this.accountQueue = context.keyedQueue("serviceaccount_tokens_service");
        this.secretQueue = context.keyedQueue("serviceaccount_tokens_secret");
        var signer = context.config().accountTokens();
        this.rules = new AccountTokens(context.config().rootCa(), signer);
        this.loops =
                signer == null
                        ? List.of()
                        : List.of(
                                context.loop(accountQueue, this::syncAccount, 5),
                                context.loop(secretQueue, this::syncSecret, 5));
        if (signer != null) {
            listen();
        }
    }

    private void listen() {
        accounts.onChange((before, after) -> {
            if (after == null && before != null) {
                accountQueue.add(new Account(Meta.key(before), Meta.uid(before)));
            }
        });
        secrets.onChange((before, after) -> {
            var secret = after == null ? before : after;
            if (secret != null && AccountTokens.isToken(secret)) {
                secretQueue.add(Token.of(secret));
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    /// An account that is gone takes its tokens along.
    private Outcome syncAccount(Account account) {
        if (known(account).isEmpty()) {
            for (var secret : secrets.list()) {
                if (AccountTokens.isOf(secret, account.key(), account.uid())) {
                    delete(Token.of(secret));
                }
            }
        }
        return Outcome.DONE;
    }

    private Outcome syncSecret(Token token) {
        var found = secrets.get(token.key()).filter(it -> Meta.uid(it).equals(token.uid()));
        if (found.isEmpty()) {
            if (known(token.account()).isPresent()) {
                dropReference(token);
            }
            return Outcome.DONE;
        }
        var account = known(token.account()).or(() -> live(token.account()));
        if (account.isEmpty()) {
            delete(token);
        } else if (rules.isToFill(found.get())) {
            fill(found.get(), account.get());
        }
        return Outcome.DONE;
    }

    private Optional<ServiceAccount> known(Account account) {
        return accounts.get(account.key()).filter(it -> isIt(it, account));
    }

    /// The account as the server has it: the cache may not have heard of a new one.
    private Optional<ServiceAccount> live(Account account) {
        try {
            return Optional.of(api.get(Kinds.SERVICE_ACCOUNTS, account.key()))
                    .filter(it -> isIt(it, account));
        } catch (StatusException refused) {
            if (refused.isNotFound()) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    private static boolean isIt(ServiceAccount found, Account account) {
        return account.uid().isEmpty() || account.uid().equals(Meta.uid(found));
    }

    private void fill(Secret cached, ServiceAccount account) {
        try {
            var live = api.get(Kinds.SECRETS, Meta.key(cached));
            boolean isNewer =
                    !live.getMetadata()
                            .getResourceVersion()
                            .equals(cached.getMetadata().getResourceVersion());
            // what the cache has not heard of yet comes as a change of its own
            if (!isNewer && rules.isToFill(live)) {
                api.update(Kinds.SECRETS, rules.filled(live, account));
            }
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
    }

    /// Accounts list the Secrets that pods may use; one that is gone leaves the list.
    private void dropReference(Token token) {
        var found = live(token.account());
        if (found.isEmpty() || found.get().getSecrets() == null) {
            return;
        }
        var account = found.get();
        var left = new ArrayList<>(account.getSecrets());
        if (left.removeIf(ref -> token.key().name().equals(ref.getName()))) {
            account.setSecrets(left);
            try {
                api.update(Kinds.SERVICE_ACCOUNTS, account);
            } catch (StatusException refused) {
                if (!refused.isNotFound()) {
                    throw refused;
                }
            }
        }
    }

    private void delete(Token token) {
        try {
            api.delete(Kinds.SECRETS, token.key(), Api.Delete.PLAIN.onlyUid(token.uid()));
        } catch (StatusException refused) {
            if (!refused.isNotFound()) { // a conflict is looked at again
                throw refused;
            }
        }
    }
}
