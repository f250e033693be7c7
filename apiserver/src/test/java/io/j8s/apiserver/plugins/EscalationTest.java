package io.j8s.apiserver.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.Authorizers;
import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.access.rbac.Grants;
import io.j8s.apiserver.access.rbac.RbacAuthorizer;
import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.apiserver.request.UserInfo;

import org.junit.jupiter.api.Test;

import java.util.List;

class EscalationTest {

    private final FakeLookup lookup = new FakeLookup();
    private final Grants grants = new Grants(lookup);
    private final RbacEscalation plugin =
            new RbacEscalation(
                    grants,
                    Authorizers.inOrder(
                            List.of(Authorizers.masters(), new RbacAuthorizer(grants))));

    private static final String ROLE =
            """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: r, namespace: shop}
            rules: [{apiGroups: [""], resources: [pods, secrets], verbs: [get, list]}]
            """;
    private static final String BINDING =
            """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: b, namespace: shop}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
            """;

    @Test
    void nobodyGrantsWhatTheyDoNotHold() {
        assertThat(Asked.refusal(plugin, Asked.create("roles.rbac.authorization.k8s.io", ROLE)))
                .isEqualTo(
                        """
                        roles.rbac.authorization.k8s.io "r" is forbidden: user "jane" \
                        (groups=["system:authenticated"]) is attempting to grant RBAC permissions \
                        not currently held:
                        {APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}
                        {APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}\
                        """);
        assertThat(
                        Asked.refusal(
                                plugin,
                                Asked.of(
                                        Operation.CREATE,
                                        "roles.rbac.authorization.k8s.io",
                                        "",
                                        FakeLookup.tree(ROLE),
                                        null,
                                        UserInfo.component("root", UserInfo.MASTERS_GROUP))))
                .isEmpty();
    }

    @Test
    void bindingNeedsTheRoleAndItsRights() {
        var create = Asked.create("rolebindings.rbac.authorization.k8s.io", BINDING);
        assertThat(Asked.refusal(plugin, create))
                .isEqualTo("roles.rbac.authorization.k8s.io \"r\" not found");
        lookup.put("roles.rbac.authorization.k8s.io", ROLE);
        assertThat(Asked.refusal(plugin, create)).contains("not currently held");
        lookup.put(
                "clusterroles.rbac.authorization.k8s.io",
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: binder}
                rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [bind]}]
                """);
        lookup.put(
                "clusterrolebindings.rbac.authorization.k8s.io",
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: binders}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: binder}
                subjects: [{kind: User, name: jane}]
                """);
        assertThat(Asked.refusal(plugin, create)).isEmpty();
    }
}
