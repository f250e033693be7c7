package io.j8s.apiserver.access.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.access.rbac.BootstrapPolicy;
import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.request.Query;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.RequestInfos;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.machinery.meta.ObjectKey;

import org.junit.jupiter.api.Test;

import java.util.List;

class NodeAuthorizerTest {

    private final FakeLookup lookup = new FakeLookup();
    private final NodeAuthorizer authorizer =
            new NodeAuthorizer(new NodeGraph(lookup), BootstrapPolicy.load());
    private static final UserInfo N1 = UserInfo.component("system:node:n1", "system:nodes");

    private Decision ask(String verb, String resource, String subresource, String ns, String name) {
        int dot = resource.indexOf('.');
        return authorizer.authorize(
                N1,
                new RequestInfo(
                        true,
                        "",
                        verb,
                        dot < 0 ? "" : resource.substring(dot + 1),
                        "v1",
                        ns,
                        dot < 0 ? resource : resource.substring(0, dot),
                        subresource,
                        name,
                        ""));
    }

    private void given() {
        lookup.put(
                "pods",
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: web, namespace: shop}
                spec:
                  nodeName: n1
                  serviceAccountName: bot
                  imagePullSecrets: [{name: pull}]
                  containers:
                  - name: c
                    env: [{name: A, valueFrom: {secretKeyRef: {name: env, key: k}}}]
                    envFrom: [{configMapRef: {name: from}}]
                  volumes:
                  - {name: a, secret: {secretName: vol}}
                  - {name: b, persistentVolumeClaim: {claimName: data}}
                  - {name: t, projected: {sources: [{configMap: {name: kube-root-ca.crt}}]}}
                """);
        lookup.put(
                "persistentvolumes",
                """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: pv1}
                spec:
                  claimRef: {namespace: shop, name: data}
                  csi: {driver: d, volumeHandle: h, nodeStageSecretRef: {name: stage, namespace: csi}}
                """);
    }

    @Test
    void readsWhatItsPodsNeed() {
        given();
        var allowed = new Decision.Allowed("");
        for (var secret : new String[] {"pull", "env", "vol"}) {
            assertThat(ask("get", "secrets", "", "shop", secret)).as(secret).isEqualTo(allowed);
        }
        assertThat(ask("get", "secrets", "", "csi", "stage")).isEqualTo(allowed);
        assertThat(ask("watch", "configmaps", "", "shop", "from")).isEqualTo(allowed);
        assertThat(ask("get", "configmaps", "", "shop", "kube-root-ca.crt")).isEqualTo(allowed);
        assertThat(ask("get", "persistentvolumeclaims", "", "shop", "data")).isEqualTo(allowed);
        assertThat(ask("get", "persistentvolumes", "", "", "pv1")).isEqualTo(allowed);
        assertThat(ask("create", "serviceaccounts", "token", "shop", "bot")).isEqualTo(allowed);
        lookup.delete("pods", new ObjectKey("shop", "web"));
        assertThat(ask("get", "secrets", "", "shop", "vol"))
                .isEqualTo(
                        new Decision.NoOpinion(
                                "no relationship found between node 'n1' and this object"));
    }

    @Test
    void refusesTheRestWithUpstreamsReasons() {
        given();
        assertThat(ask("list", "secrets", "", "", ""))
                .isEqualTo(new Decision.NoOpinion("can only read namespaced object of this type"));
        assertThat(ask("delete", "secrets", "", "shop", "vol"))
                .isEqualTo(new Decision.NoOpinion("can only read resources of this type"));
        assertThat(ask("list", "persistentvolumes", "", "", ""))
                .isEqualTo(
                        new Decision.NoOpinion("can only get individual resources of this type"));
        assertThat(ask("get", "nodes", "", "", "n2"))
                .isEqualTo(
                        new Decision.NoOpinion(
                                "node 'n1' cannot read 'n2', only its own Node object"));
        assertThat(ask("update", "leases.coordination.k8s.io", "", "kube-node-lease", "n2"))
                .isEqualTo(
                        new Decision.NoOpinion(
                                "can only access node lease with the same name as the requesting"
                                        + " node"));
        assertThat(ask("get", "leases.coordination.k8s.io", "", "kube-system", "n1"))
                .isEqualTo(
                        new Decision.NoOpinion(
                                "can only access leases in the \"kube-node-lease\" system"
                                        + " namespace"));
        assertThat(ask("delete", "deployments.apps", "", "shop", "x"))
                .isEqualTo(new Decision.NoOpinion(""));
    }

    private static RequestInfo asked(String url) {
        int mark = url.indexOf('?');
        return RequestInfos.of("GET", url.substring(0, mark), Query.parse(url.substring(mark + 1)));
    }

    @Test
    void listsOnlyWhatASelectorBindsToIt() {
        var allowed = new Decision.Allowed("");
        for (var path :
                List.of(
                        "/api/v1/pods",
                        "/apis/resource.k8s.io/v1/resourceslices",
                        "/apis/certificates.k8s.io/v1/podcertificaterequests")) {
            var own = asked(path + "?watch=1&fieldSelector=a!%3Db,spec.nodeName%3Dn1");
            assertThat(authorizer.authorize(N1, own)).as(path).isEqualTo(allowed);
            for (var selector : List.of("", "spec.nodeName%3Dn2", "spec.nodeName!%3Dn1", "x")) {
                assertThat(authorizer.authorize(N1, asked(path + "?fieldSelector=" + selector)))
                        .as(path + selector)
                        .isInstanceOf(Decision.NoOpinion.class);
            }
        }
        assertThat(ask("list", "pods", "", "", ""))
                .isEqualTo(
                        new Decision.NoOpinion(
                                "can only list/watch pods with spec.nodeName field selector"));
    }

    @Test
    void readsOnlyPodsBoundToIt() {
        given();
        assertThat(ask("get", "pods", "", "shop", "web")).isEqualTo(new Decision.Allowed(""));
        assertThat(ask("get", "pods", "", "shop", "other"))
                .isEqualTo(
                        new Decision.NoOpinion(
                                "no relationship found between node 'n1' and this object"));
        assertThat(ask("update", "pods", "status", "shop", "web"))
                .isEqualTo(new Decision.Allowed(""));
        assertThat(ask("update", "pods", "", "shop", "web")).isEqualTo(new Decision.NoOpinion(""));
        assertThat(ask("delete", "nodes", "", "", "n1")).isEqualTo(new Decision.NoOpinion(""));
    }

    @Test
    void doesWhatEveryNodeDoes() {
        var allowed = new Decision.Allowed("");
        assertThat(ask("create", "nodes", "", "", "")).isEqualTo(allowed);
        assertThat(ask("patch", "nodes", "status", "", "n1")).isEqualTo(allowed);
        assertThat(ask("create", "leases.coordination.k8s.io", "", "kube-node-lease", ""))
                .isEqualTo(allowed);
        assertThat(ask("create", "events", "", "default", "")).isEqualTo(allowed);
    }
}
