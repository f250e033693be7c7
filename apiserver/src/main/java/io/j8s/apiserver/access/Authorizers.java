package io.j8s.apiserver.access;

import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.machinery.errors.FieldErrors;

import java.util.ArrayList;
import java.util.List;

/// Joins authorizers (upstream: `authorization/union` and `NewPrivilegedGroups`).
public final class Authorizers {

    private Authorizers() {}

    /// Asks one after the other until one has an opinion.
    public static Authorizer inOrder(List<Authorizer> all) {
        var order = List.copyOf(all);
        return (user, info) -> {
            var reasons = new ArrayList<String>(0);
            for (var authorizer : order) {
                switch (authorizer.authorize(user, info)) {
                    case Decision.NoOpinion(var reason) -> {
                        if (!reason.isEmpty()) {
                            reasons.add(reason);
                        }
                    }
                    case Decision decision -> {
                        return decision;
                    }
                }
            }
            return new Decision.NoOpinion(String.join("\n", reasons));
        };
    }

    /// The authorizer with its name before the reasons that it gives for having no opinion, as
    /// upstream's union of authorizers tells them.
    public static Authorizer named(String name, Authorizer authorizer) {
        return (user, info) ->
                switch (authorizer.authorize(user, info)) {
                    case Decision.NoOpinion(var reason) when !reason.isEmpty() ->
                            new Decision.NoOpinion(name + ": " + reason);
                    case Decision decision -> decision;
                };
    }

    /// `system:masters` may do everything, whatever RBAC says.
    public static Authorizer masters() {
        return (user, _) ->
                user.isInGroup(UserInfo.MASTERS_GROUP)
                        ? new Decision.Allowed("")
                        : new Decision.NoOpinion("");
    }

    /// Mode `AlwaysAllow`.
    static Authorizer always() {
        return (_, _) -> new Decision.Allowed("");
    }

    /// Mode `AlwaysDeny` has no opinion, and no opinion is a refusal.
    static Authorizer never() {
        return (_, _) -> new Decision.NoOpinion("Everything is forbidden.");
    }

    /// The cause of a 403 as upstream words it: what `ApiError.Forbidden` says behind `is
    /// forbidden: `.
    public static String forbiddenCause(UserInfo user, RequestInfo info, String reason) {
        var text = cannot(user, info);
        return reason.isEmpty() ? text : text + ": " + reason;
    }

    private static String cannot(UserInfo user, RequestInfo info) {
        var who = "User " + FieldErrors.quote(user.name()) + " cannot " + info.verb();
        if (!info.isResourceRequest()) {
            return who + " path " + FieldErrors.quote(info.path());
        }
        var resource =
                info.subresource().isEmpty()
                        ? info.resource()
                        : info.resource() + "/" + info.subresource();
        var what =
                "%s resource %s in API group %s"
                        .formatted(
                                who, FieldErrors.quote(resource), FieldErrors.quote(info.group()));
        return info.namespace().isEmpty()
                ? what + " at the cluster scope"
                : what + " in the namespace " + FieldErrors.quote(info.namespace());
    }
}
