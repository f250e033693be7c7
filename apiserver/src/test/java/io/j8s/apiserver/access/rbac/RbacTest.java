package io.j8s.apiserver.access.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.Authorizers;
import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.machinery.meta.ObjectKey;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class RbacTest {

    private final FakeLookup lookup = new FakeLookup();
    private final Grants grants = new Grants(lookup);
    private final RbacAuthorizer rbac = new RbacAuthorizer(grants);

    private static final UserInfo JANE =
            new UserInfo("jane", "", List.of("dev", "system:authenticated"), Map.of());

    private void given() {
        lookup.put(
                "clusterroles.rbac.authorization.k8s.io",
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: reader}
                rules:
                - {apiGroups: [""], resources: [pods, "*/log"], verbs: [get, list]}
                - {apiGroups: [apps], resources: ["*"], verbs: [get], resourceNames: [web]}
                - {nonResourceURLs: [/metrics/*, /healthz], verbs: [get]}
                """);
        lookup.put(
                "clusterrolebindings.rbac.authorization.k8s.io",
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: readers}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
                subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: dev}]
                """);
        lookup.put(
                "roles.rbac.authorization.k8s.io",
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: writer, namespace: shop}
                rules:
                - {apiGroups: [""], resources: [configmaps], verbs: ["*"]}
                """);
        lookup.put(
                "rolebindings.rbac.authorization.k8s.io",
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: writers, namespace: shop}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: writer}
                subjects: [{kind: ServiceAccount, name: bot}]
                """);
    }

    @Test
    void allowsByGroupAndSaysWhy() {
        given();
        assertThat(rbac.authorize(JANE, get("", "pods", "", "shop", "a")))
                .isEqualTo(
                        new Decision.Allowed(
                                "RBAC: allowed by ClusterRoleBinding \"readers\" of ClusterRole"
                                        + " \"reader\" to Group \"dev\""));
    }

    @Test
    void serviceAccountOfABindingLivesInItsNamespaceByDefault() {
        given();
        var bot = UserInfo.serviceAccount("shop", "bot", "u1");
        assertThat(rbac.authorize(bot, request("delete", "", "configmaps", "", "shop", "x")))
                .isEqualTo(
                        new Decision.Allowed(
                                "RBAC: allowed by RoleBinding \"writers/shop\" of Role \"writer\""
                                        + " to ServiceAccount \"bot/shop\""));
        assertThat(rbac.authorize(bot, request("delete", "", "configmaps", "", "other", "x")))
                .isEqualTo(new Decision.NoOpinion(""));
    }

    @Test
    void namesSubresourcesAndUrlsMatchAsUpstream() {
        given();
        assertThat(allowed(get("", "pods", "log", "shop", "a"))).isTrue();
        assertThat(allowed(get("", "pods", "exec", "shop", "a"))).isFalse();
        assertThat(allowed(get("apps", "deployments", "", "shop", "web"))).isTrue();
        assertThat(allowed(get("apps", "deployments", "", "shop", "db"))).isFalse();
        assertThat(allowed(request("list", "apps", "deployments", "", "shop", ""))).isFalse();
        assertThat(allowed(path("get", "/metrics/slis"))).isTrue();
        assertThat(allowed(path("get", "/metrics"))).isFalse();
        assertThat(allowed(path("post", "/healthz"))).isFalse();
    }

    @Test
    void missingRoleIsNamed() {
        given();
        lookup.delete("clusterroles.rbac.authorization.k8s.io", ObjectKey.clusterScoped("reader"));
        assertThat(rbac.authorize(JANE, get("", "pods", "", "", "a")))
                .isEqualTo(
                        new Decision.NoOpinion(
                                "RBAC: clusterrole.rbac.authorization.k8s.io \"reader\" not"
                                        + " found"));
    }

    @Test
    void deletedBindingEndsAtOnce() {
        given();
        lookup.delete(
                "clusterrolebindings.rbac.authorization.k8s.io",
                ObjectKey.clusterScoped("readers"));
        assertThat(allowed(get("", "pods", "", "shop", "a"))).isFalse();
    }

    @Test
    void forbiddenTextIsUpstreams() {
        assertThat(
                        Authorizers.forbiddenCause(
                                JANE, request("list", "apps", "deployments", "", "shop", ""), ""))
                .isEqualTo(
                        "User \"jane\" cannot list resource \"deployments\" in API group \"apps\""
                                + " in the namespace \"shop\"");
        assertThat(Authorizers.forbiddenCause(JANE, get("", "nodes", "", "", "n"), "because"))
                .isEqualTo(
                        "User \"jane\" cannot get resource \"nodes\" in API group \"\" at the"
                                + " cluster scope: because");
        assertThat(Authorizers.forbiddenCause(UserInfo.anonymous(), path("get", "/x"), ""))
                .isEqualTo("User \"system:anonymous\" cannot get path \"/x\"");
    }

    @Test
    void missingRulesAreListedCompact() {
        var held = List.of(rule(List.of("get"), List.of(""), List.of("pods")));
        var wanted =
                List.of(
                        rule(List.of("get", "list"), List.of(""), List.of("pods", "secrets")),
                        new PolicyRule(
                                List.of("get"), List.of(), List.of(), List.of(), List.of("/x")));
        assertThat(RuleCover.describe(RuleCover.missing(held, wanted)))
                .isEqualTo(
                        """
                        {APIGroups:[""], Resources:["pods"], Verbs:["list"]}
                        {APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}
                        {NonResourceURLs:["/x"], Verbs:["get"]}\
                        """);
    }

    @Test
    void bootstrapPolicyReads() {
        var policy = BootstrapPolicy.load();
        assertThat(policy.roles())
                .extracting(role -> role.namespace() + "/" + role.name())
                .doesNotHaveDuplicates();
        assertThat(policy.roles())
                .extracting(BootstrapPolicy.Role::name)
                .contains(
                        "cluster-admin",
                        "admin",
                        "edit",
                        "view",
                        "system:node",
                        "system:kube-scheduler",
                        "system:controller:replicaset-controller");
        var edit = policy.roles().stream().filter(r -> r.name().equals("edit")).findFirst().get();
        assertThat(edit.aggregates()).isEqualTo("rbac.authorization.k8s.io/aggregate-to-edit");
        assertThat(edit.labels())
                .containsExactly(Map.entry("rbac.authorization.k8s.io/aggregate-to-admin", "true"));
        // every binding names a role of the table
        for (var binding : policy.bindings()) {
            assertThat(policy.roles())
                    .anyMatch(role ->
                            role.name().equals(binding.role())
                                    && (role.namespace().isEmpty()
                                            || role.namespace().equals(binding.namespace())));
        }
    }

    private static PolicyRule rule(
            List<String> verbs, List<String> groups, List<String> resources) {
        return new PolicyRule(verbs, groups, resources, List.of(), List.of());
    }

    private boolean allowed(RequestInfo info) {
        return rbac.authorize(JANE, info) instanceof Decision.Allowed;
    }

    private static RequestInfo get(
            String group, String resource, String subresource, String namespace, String name) {
        return request("get", group, resource, subresource, namespace, name);
    }

    private static RequestInfo request(
            String verb,
            String group,
            String resource,
            String subresource,
            String namespace,
            String name) {
        return new RequestInfo(
                true, "", verb, group, "v1", namespace, resource, subresource, name, "");
    }

    private static RequestInfo path(String verb, String path) {
        return new RequestInfo(false, path, verb, "", "", "", "", "", "", "");
    }
}
