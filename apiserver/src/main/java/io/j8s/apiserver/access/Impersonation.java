package io.j8s.apiserver.access;

import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupResource;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Acting as somebody else by `Impersonate-*` headers (upstream:
/// `endpoints/filters/impersonation.go`).
///
/// @param user `Impersonate-User`; empty for none
/// @param groups `Impersonate-Group`
/// @param uid `Impersonate-Uid`; empty for none
/// @param extra `Impersonate-Extra-KEY`, keys lower case
public record Impersonation(
        String user, List<String> groups, String uid, Map<String, List<String>> extra) {

    private static final String USER = "impersonate-user";
    private static final String GROUP = "impersonate-group";
    private static final String UID = "impersonate-uid";
    private static final String EXTRA = "impersonate-extra-";
    private static final String ACCOUNT = "system:serviceaccount:";
    private static final String AUTHENTICATION = "authentication.k8s.io";

    public Impersonation {
        groups = List.copyOf(groups);
        extra = Map.copyOf(extra);
    }

    /// What the headers ask for.
    ///
    /// @param headers any case of names
    public static Impersonation of(Map<String, List<String>> headers) {
        var user = "";
        var uid = "";
        var groups = new ArrayList<String>();
        var extra = new LinkedHashMap<String, List<String>>();
        for (var header : headers.entrySet()) {
            var name = header.getKey().toLowerCase(Locale.ROOT);
            switch (name) {
                case USER -> user = first(header.getValue());
                case UID -> uid = first(header.getValue());
                case GROUP -> groups.addAll(header.getValue());
                default -> {
                    if (name.startsWith(EXTRA)) {
                        extra.put(unescape(name.substring(EXTRA.length())), header.getValue());
                    }
                }
            }
        }
        return new Impersonation(user, groups, uid, extra);
    }

    private static String first(List<String> values) {
        return values.isEmpty() ? "" : values.getFirst();
    }

    private static String unescape(String key) {
        try {
            return URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return key; // upstream: an encoding that cannot be read is taken as it is
        }
    }

    /// Whether any header of the kind was sent: only then [#apply] must be called.
    public boolean isAsked() {
        return !user.isEmpty() || !groups.isEmpty() || !uid.isEmpty() || !extra.isEmpty();
    }

    /// The user to act as.
    ///
    /// @throws ApiException when `requestor` may not impersonate all of it
    public UserInfo apply(UserInfo requestor, Authorizer authorizer) {
        if (user.isEmpty()) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "requested &user.DefaultInfo{Name:\"\", UID:%s, Groups:%s, Extra:%s} without impersonating a user name"
                                    .formatted(FieldErrors.quote(uid), goList(groups), goMap())));
        }
        boolean isAccount = isServiceAccount(user);
        if (isAccount) {
            var parts = user.substring(ACCOUNT.length()).split(":", 2);
            demand(requestor, authorizer, resource("", "serviceaccounts", parts[0], "", parts[1]));
        } else {
            demand(requestor, authorizer, resource("", "users", "", "", user));
        }
        for (var group : groups) {
            demand(requestor, authorizer, resource("", "groups", "", "", group));
        }
        for (var entry : extra.entrySet()) {
            for (var value : entry.getValue()) {
                demand(
                        requestor,
                        authorizer,
                        resource(AUTHENTICATION, "userextras", "", entry.getKey(), value));
            }
        }
        if (!uid.isEmpty()) {
            demand(requestor, authorizer, resource(AUTHENTICATION, "uids", "", "", uid));
        }
        return new UserInfo(user, uid, allGroups(isAccount), extra);
    }

    private static String goList(List<String> values) {
        return values.isEmpty()
                ? "[]string(nil)"
                : values.stream()
                        .map(FieldErrors::quote)
                        .collect(Collectors.joining(", ", "[]string{", "}"));
    }

    private String goMap() {
        return extra.isEmpty()
                ? "map[string][]string(nil)"
                : extra.entrySet().stream()
                        .map(entry ->
                                FieldErrors.quote(entry.getKey()) + ":" + goList(entry.getValue()))
                        .sorted()
                        .collect(Collectors.joining(", ", "map[string][]string{", "}"));
    }

    /// Upstream: `serviceaccount.SplitUsername`, without its checks of the names' form.
    private static boolean isServiceAccount(String name) {
        return name.startsWith(ACCOUNT)
                && name.substring(ACCOUNT.length()).split(":", -1).length == 2;
    }

    private List<String> allGroups(boolean isAccount) {
        var out = new ArrayList<>(groups);
        if (isAccount && groups.isEmpty()) {
            var namespace = user.substring(ACCOUNT.length()).split(":", 2)[0];
            out.add("system:serviceaccounts");
            out.add("system:serviceaccounts:" + namespace);
        }
        if (user.equals(UserInfo.ANONYMOUS)) {
            if (!out.contains(UserInfo.UNAUTHENTICATED_GROUP)) {
                out.add(UserInfo.UNAUTHENTICATED_GROUP);
            }
        } else if (!out.contains(UserInfo.AUTHENTICATED_GROUP)
                && !out.contains(UserInfo.UNAUTHENTICATED_GROUP)) {
            out.add(UserInfo.AUTHENTICATED_GROUP);
        }
        return out;
    }

    private static RequestInfo resource(
            String group, String resource, String namespace, String subresource, String name) {
        return new RequestInfo(
                true, "", "impersonate", group, "v1", namespace, resource, subresource, name, "");
    }

    private static void demand(UserInfo requestor, Authorizer authorizer, RequestInfo info) {
        var decision = authorizer.authorize(requestor, info);
        if (decision instanceof Decision.Allowed) {
            return;
        }
        var reason =
                switch (decision) {
                    case Decision.Denied(var why) -> why;
                    case Decision.NoOpinion(var why) -> why;
                    case Decision.Allowed(var why) -> why;
                };
        throw new ApiException(
                new ApiError.Forbidden(
                        new GroupResource(info.group(), info.resource()),
                        info.name(),
                        Authorizers.forbiddenCause(requestor, info, reason)));
    }
}
