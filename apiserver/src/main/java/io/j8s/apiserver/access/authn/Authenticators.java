package io.j8s.apiserver.access.authn;

import io.j8s.apiserver.chain.Authenticator;
import io.j8s.apiserver.chain.Authenticator.Credentials;
import io.j8s.apiserver.chain.Authenticator.Result;
import io.j8s.apiserver.request.UserInfo;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Joins authenticators (upstream: `authentication/request/union`, `group` and `anonymous`).
public final class Authenticators {

    private Authenticators() {}

    /// Asks one after the other. The first that knows the user wins, whatever others said of the
    /// same request; if none does, one refusal is enough for 401, and a request without credentials
    /// (or with a certificate that names nobody) is anonymous.
    public static Authenticator inOrder(List<Authenticator> all) {
        return inOrder(all, true);
    }

    /// @param takesAnonymous `--anonymous-auth`; without it such a request is refused too
    public static Authenticator inOrder(List<Authenticator> all, boolean takesAnonymous) {
        var order = List.copyOf(all);
        return credentials -> {
            String refusal = null;
            for (var authenticator : order) {
                switch (authenticator.authenticate(credentials)) {
                    case Result.Authenticated(var user) -> {
                        return new Result.Authenticated(withAuthenticatedGroup(user));
                    }
                    case Result.Rejected(var why) -> {
                        refusal = refusal == null ? why : refusal + "; " + why;
                    }
                    case Result.NotMine() -> {}
                }
            }
            if (refusal != null) {
                return new Result.Rejected(refusal);
            }
            if (!credentials.bearerToken().isEmpty()) {
                return new Result.Rejected("invalid bearer token");
            }
            return takesAnonymous
                    ? new Result.Authenticated(UserInfo.anonymous())
                    : new Result.Rejected("no credentials provided");
        };
    }

    /// A token that always means the same user, for tests and for a static admin.
    public static Authenticator fixedToken(String token, UserInfo user) {
        var expected = token.getBytes(StandardCharsets.UTF_8);
        return credentials -> {
            var given = credentials.bearerToken().getBytes(StandardCharsets.UTF_8);
            return given.length > 0 && MessageDigest.isEqual(given, expected)
                    ? new Result.Authenticated(user)
                    : new Result.NotMine();
        };
    }

    /// Credentials that hold only a token, as a TokenReview brings one.
    public static Credentials token(String token) {
        return new Credentials(List.of(), token);
    }

    /// Upstream: `NewAuthenticatedGroupAdder`.
    static UserInfo withAuthenticatedGroup(UserInfo user) {
        if (user.name().equals(UserInfo.ANONYMOUS)
                || user.isInGroup(UserInfo.AUTHENTICATED_GROUP)
                || user.isInGroup(UserInfo.UNAUTHENTICATED_GROUP)) {
            return user;
        }
        var groups = new ArrayList<>(user.groups());
        groups.add(UserInfo.AUTHENTICATED_GROUP);
        return new UserInfo(user.name(), user.uid(), groups, Map.copyOf(user.extra()));
    }
}
