package io.j8s.apiserver.access.review;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.Access;
import io.j8s.apiserver.access.AccessConfig;
import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.access.StandingTimers;
import io.j8s.apiserver.registry.VirtualResource;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.certs.ServiceAccountKeys;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.Statuses;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;

class ReviewsTest {

    private final FakeLookup lookup = new FakeLookup();
    private final StandingTimers timers = new StandingTimers();
    private Access access;

    ReviewsTest() throws Exception {
        access =
                Access.of(
                        AccessConfig.of(
                                List.of(),
                                null,
                                ServiceAccountKeys.create(),
                                "cluster.local",
                                "192.168.7.9",
                                6443),
                        lookup,
                        timers);
    }

    @BeforeEach
    void given() {
        lookup.put(
                "serviceaccounts",
                """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: bot, namespace: shop, uid: sa-1}
                """);
        lookup.put(
                "pods",
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: web, namespace: shop, uid: pod-1}
                spec: {nodeName: n1, serviceAccountName: bot, containers: []}
                """);
        lookup.put(
                "pods",
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: other, namespace: shop, uid: pod-2}
                spec: {serviceAccountName: default, containers: []}
                """);
        lookup.put(
                "clusterroles.rbac.authorization.k8s.io",
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: boss}
                rules:
                - {apiGroups: [""], resources: [users, groups, serviceaccounts], verbs: [impersonate]}
                - {apiGroups: [authentication.k8s.io], resources: [userextras/scope], verbs: [impersonate]}
                """);
        lookup.put(
                "clusterrolebindings.rbac.authorization.k8s.io",
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: bosses}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: boss}
                subjects: [{kind: User, name: boss}]
                """);
    }

    private VirtualResource resource(String name) {
        return access.reviews().stream()
                .filter(r -> (r.resource().resource() + "/" + r.subresource()).equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Tree ask(String resource, UserInfo user, String namespace, String name, String yaml)
            throws InterruptedException {
        var info = new RequestInfo(true, "", "create", "", "v1", namespace, resource, "", name, "");
        var context =
                new RequestContext("a", info, user, "", timers.deadline(Duration.ofMinutes(1)));
        return resource(resource).create(context, FakeLookup.tree(yaml));
    }

    private String refusal(String resource, String namespace, String name, String yaml) {
        try {
            ask(resource, UserInfo.component("jane"), namespace, name, yaml);
            return "";
        } catch (ApiException e) {
            return String.valueOf(Statuses.of(e.error()).message());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String tokenRequest(String spec) {
        return """
        apiVersion: authentication.k8s.io/v1
        kind: TokenRequest
        spec: %s
        """
                .formatted(spec);
    }

    private String tokenRefusal(String spec) {
        return refusal("serviceaccounts/token", "shop", "bot", tokenRequest(spec));
    }

    @Test
    void tokenIsForTheAccountThatTheClientMeans() throws Exception {
        String body = tokenRequest("{audiences: []}") + "metadata: {uid: %s}\n";
        assertThat(refusal("serviceaccounts/token", "shop", "bot", body.formatted("gone")))
                .startsWith(
                        "Operation cannot be fulfilled on TokenRequest.authentication.k8s.io"
                                + " \"bot\": the UID in the token request (gone) does not match");
        var jane = UserInfo.component("jane");
        var answer =
                ask("serviceaccounts/token", jane, "shop", "bot", tokenRequest("{audiences: []}"));
        String uid = answer.string("metadata.uid", "");
        assertThat(uid).isNotEmpty();
        assertThat(refusal("serviceaccounts/token", "shop", "bot", body.formatted(uid))).isEmpty();
    }

    @Test
    void tokenForNoWebhookAttestsNothing() {
        assertThat(tokenRefusal("{audiences: [], attestations: {x: [y]}}"))
                .contains("spec.attestations: Invalid value:")
                .endsWith(
                        "attestations may only be specified with a webhook bound object reference");
    }

    @Test
    void tokenIsBoundToItsPodAndReviewedAsSuch() throws Exception {
        var answer =
                ask(
                        "serviceaccounts/token",
                        UserInfo.component("jane"),
                        "shop",
                        "bot",
                        tokenRequest(
                                "{audiences: [], boundObjectRef: {apiVersion: v1, kind: Pod, name:"
                                        + " web, uid: pod-1}}"));
        assertThat(answer.intValue("spec.expirationSeconds", 0)).isEqualTo(3600);
        assertThat(answer.strings("spec.audiences"))
                .containsExactly("https://kubernetes.default.svc.cluster.local");
        assertThat(answer.string("status.expirationTimestamp")).isEqualTo("2026-11-23T13:00:00Z");
        var review =
                ask(
                        "tokenreviews/",
                        UserInfo.component("jane"),
                        "",
                        "",
                        """
                        apiVersion: authentication.k8s.io/v1
                        kind: TokenReview
                        spec: {token: "%s"}
                        """
                                .formatted(answer.string("status.token")));
        assertThat(review.bool("status.authenticated", false)).isTrue();
        assertThat(review.string("status.user.username"))
                .isEqualTo("system:serviceaccount:shop:bot");
        assertThat(String.valueOf(review.map("status.user.extra")))
                .contains("\"authentication.kubernetes.io/pod-name\":[\"web\"]")
                .contains("\"authentication.kubernetes.io/node-name\":[\"n1\"]");
    }

    @Test
    void tokenRequestsAreRefusedWithUpstreamsTexts() {
        assertThat(tokenRefusal("{audiences: [], expirationSeconds: 599}"))
                .isEqualTo(
                        "TokenRequest.authentication.k8s.io \"\" is invalid:"
                                + " spec.expirationSeconds: Invalid value: 599: may not specify a"
                                + " duration less than 10 minutes");
        assertThat(tokenRefusal("{audiences: [], expirationSeconds: 4294967297}"))
                .endsWith("may not specify a duration larger than 2^32 seconds");
        assertThat(
                        tokenRefusal(
                                "{audiences: [], boundObjectRef: {apiVersion: v1, kind: ConfigMap,"
                                        + " name: x}}"))
                .isEqualTo("cannot bind token to object of type /v1, Kind=ConfigMap");
        assertThat(
                        tokenRefusal(
                                "{audiences: [], boundObjectRef: {apiVersion: v1, kind: Pod, name:"
                                        + " other}}"))
                .isEqualTo(
                        "cannot bind token for serviceaccount \"bot\" to pod running with different"
                                + " serviceaccount name.");
        assertThat(
                        tokenRefusal(
                                "{audiences: [], boundObjectRef: {apiVersion: v1, kind: Pod, name:"
                                        + " web, uid: old}}"))
                .contains(
                        "the UID in the bound object reference (old) does not match the UID in"
                                + " record. The object might have been deleted and then recreated");
        assertThat(
                        refusal(
                                "serviceaccounts/token",
                                "shop",
                                "nobody",
                                tokenRequest("{audiences: []}")))
                .isEqualTo("serviceaccounts \"nobody\" not found");
    }

    @Test
    void reviewedTokenOfNobodyIsNotAuthenticated() throws Exception {
        var review =
                ask(
                        "tokenreviews/",
                        UserInfo.component("jane"),
                        "",
                        "",
                        """
                        apiVersion: authentication.k8s.io/v1
                        kind: TokenReview
                        spec: {token: abc}
                        """);
        assertThat(review.bool("status.authenticated", false)).isFalse();
        assertThat(review.has("status.error")).isFalse();
    }

    @Test
    void accessReviewsSayWhatIsMissing() {
        assertThat(
                        refusal(
                                "localsubjectaccessreviews/",
                                "shop",
                                "",
                                """
                                apiVersion: authorization.k8s.io/v1
                                kind: LocalSubjectAccessReview
                                metadata: {namespace: shop}
                                spec: {user: x, resourceAttributes: {verb: get, namespace: other}}
                                """))
                .isEqualTo(
                        ".authorization.k8s.io \"\" is invalid: spec.resourceAttributes.namespace:"
                                + " Invalid value: \"other\": must match metadata.namespace");
    }

    @Test
    void rulesReviewListsWhatOneHolds() throws Exception {
        var review =
                ask(
                        "selfsubjectrulesreviews/",
                        UserInfo.component("boss"),
                        "",
                        "",
                        """
                        apiVersion: authorization.k8s.io/v1
                        kind: SelfSubjectRulesReview
                        spec: {namespace: shop}
                        """);
        assertThat(review.trees("status.resourceRules")).hasSize(2);
        assertThat(review.bool("status.incomplete", true)).isFalse();
    }

    @Test
    void impersonationNeedsTheRightForEachPart() {
        var boss = UserInfo.component("boss");
        assertThat(impersonate(boss, Map.of("Impersonate-User", List.of("jane"))))
                .isEqualTo("jane [system:authenticated] {}");
        assertThat(
                        impersonate(
                                boss,
                                Map.of(
                                        "impersonate-user",
                                        List.of("jane"),
                                        "IMPERSONATE-GROUP",
                                        List.of("a", "b"),
                                        "Impersonate-Extra-Scope",
                                        List.of("x"))))
                .isEqualTo("jane [a, b, system:authenticated] {scope=[x]}");
        assertThat(
                        impersonate(
                                boss,
                                Map.of(
                                        "Impersonate-User",
                                        List.of("system:serviceaccount:shop:bot"))))
                .isEqualTo(
                        "system:serviceaccount:shop:bot [system:serviceaccounts,"
                                + " system:serviceaccounts:shop, system:authenticated] {}");
        assertThat(
                        impersonate(
                                boss,
                                Map.of(
                                        "Impersonate-User",
                                        List.of("jane"),
                                        "Impersonate-Uid",
                                        List.of("7"))))
                .isEqualTo(
                        "uids.authentication.k8s.io \"7\" is forbidden: User \"boss\" cannot"
                                + " impersonate resource \"uids\" in API group"
                                + " \"authentication.k8s.io\" at the cluster scope");
        assertThat(
                        impersonate(
                                UserInfo.component("jane"),
                                Map.of("Impersonate-User", List.of("boss"))))
                .isEqualTo(
                        "users \"boss\" is forbidden: User \"jane\" cannot impersonate resource"
                                + " \"users\" in API group \"\" at the cluster scope");
    }

    private String impersonate(UserInfo user, Map<String, List<String>> headers) {
        try {
            var result = access.impersonate(user, headers);
            return result.name() + " " + result.groups() + " " + result.extra();
        } catch (ApiException e) {
            return String.valueOf(Statuses.of(e.error()).message());
        }
    }
}
