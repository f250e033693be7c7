package io.j8s.apiserver.request;

import java.util.List;
import java.util.Map;

/// Who makes a request (upstream: `k8s.io/apiserver/pkg/authentication/user`).
///
/// @param uid empty when unknown
/// @param extra e.g. `authentication.kubernetes.io/pod-name`; keys are lower case
public record UserInfo(
        String name, String uid, List<String> groups, Map<String, List<String>> extra) {

    public static final String ANONYMOUS = "system:anonymous";
    public static final String AUTHENTICATED_GROUP = "system:authenticated";
    public static final String UNAUTHENTICATED_GROUP = "system:unauthenticated";
    public static final String MASTERS_GROUP = "system:masters";

    public UserInfo {
        groups = List.copyOf(groups);
        extra = Map.copyOf(extra);
    }

    /// The identity of a request that carries no credentials at all.
    public static UserInfo anonymous() {
        return new UserInfo(ANONYMOUS, "", List.of(UNAUTHENTICATED_GROUP), Map.of());
    }

    /// A component of the control plane, e.g. `system:kube-scheduler`.
    public static UserInfo component(String name, String... groups) {
        var all = new java.util.ArrayList<>(List.of(groups));
        all.add(AUTHENTICATED_GROUP);
        return new UserInfo(name, "", all, Map.of());
    }

    /// `system:serviceaccount:NAMESPACE:NAME` with the groups that its tokens carry.
    public static UserInfo serviceAccount(String namespace, String name, String uid) {
        return new UserInfo(
                "system:serviceaccount:" + namespace + ":" + name,
                uid,
                List.of(
                        "system:serviceaccounts",
                        "system:serviceaccounts:" + namespace,
                        AUTHENTICATED_GROUP),
                Map.of());
    }

    public boolean isInGroup(String group) {
        return groups.contains(group);
    }
}
