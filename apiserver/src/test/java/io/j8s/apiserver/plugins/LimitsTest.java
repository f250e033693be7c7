package io.j8s.apiserver.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.access.FakeWriter;
import io.j8s.apiserver.plugins.quota.ResourceQuotaPlugin;
import io.j8s.apiserver.plugins.quota.Usage;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import org.junit.jupiter.api.Test;

class LimitsTest {

    private final FakeLookup lookup = new FakeLookup();
    private final FakeWriter writer = new FakeWriter(lookup);

    private void limits(String limit) {
        lookup.put(
                "limitranges",
                """
                apiVersion: v1
                kind: LimitRange
                metadata: {name: l, namespace: shop}
                spec: {limits: [%s]}
                """
                        .formatted(limit));
    }

    @Test
    void containersGetDefaultsAndAnAnnotation() {
        limits("{type: Container, default: {cpu: 500m, memory: 1Gi}, defaultRequest: {cpu: 100m}}");
        var pod = Asked.pod("{containers: [{name: a, resources: {limits: {cpu: '1'}}}]}");
        assertThat(Asked.refusal(new LimitRanger(lookup), Asked.create("pods", pod))).isEmpty();
        assertThat(pod.stringMap("spec.containers[0].resources.limits"))
                .containsEntry("cpu", "1")
                .containsEntry("memory", "1Gi");
        assertThat(pod.stringMap("spec.containers[0].resources.requests"))
                .containsEntry("cpu", "100m");
        assertThat(pod.stringMap("metadata.annotations"))
                .containsEntry(
                        "kubernetes.io/limit-ranger",
                        "LimitRanger plugin set: cpu request for container a; memory limit for"
                                + " container a");
    }

    @Test
    void boundsAreKeptWithUpstreamsTexts() {
        var plugin = new LimitRanger(lookup);
        limits("{type: Container, min: {cpu: 100m}, max: {memory: 1Gi}}");
        assertThat(
                        Asked.refusal(
                                plugin,
                                Asked.create("pods", Asked.pod("{containers: [{name: a}]}"))))
                .isEqualTo(
                        "pods \"web\" is forbidden: [minimum cpu usage per Container is 100m.  No"
                            + " request is specified, maximum memory usage per Container is 1Gi. "
                            + " No limit is specified]");
        assertThat(
                        Asked.refusal(
                                plugin,
                                Asked.create(
                                        "pods",
                                        Asked.pod(
                                                "{containers: [{name: a, resources: {requests:"
                                                    + " {cpu: 50m}, limits: {memory: 1Gi}}}]}"))))
                .isEqualTo(
                        "pods \"web\" is forbidden: minimum cpu usage per Container is 100m, but"
                                + " request is 50m");
        limits("{type: Pod, max: {cpu: '1'}, maxLimitRequestRatio: {cpu: '2'}}");
        assertThat(
                        Asked.refusal(
                                plugin,
                                Asked.create(
                                        "pods",
                                        Asked.pod(
                                                "{containers: [{name: a, resources: {requests:"
                                                    + " {cpu: 500m}, limits: {cpu: 1500m}}}]}"))))
                .isEqualTo(
                        "pods \"web\" is forbidden: [maximum cpu usage per Pod is 1, but limit is"
                            + " 1500m, cpu max limit to request ratio per Pod is 2, but provided"
                            + " ratio is 3.000000]");
    }

    private void quota(String hard, String used, String more) {
        lookup.put(
                "resourcequotas",
                """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: q, namespace: shop, resourceVersion: "1"}
                spec: {hard: %s%s}
                status: {hard: %s, used: %s}
                """
                        .formatted(hard, more, hard, used));
    }

    private ResourceQuotaPlugin quotaPlugin() {
        return new ResourceQuotaPlugin(
                lookup, writer, UserInfo.component("system:apiserver", UserInfo.MASTERS_GROUP));
    }

    private Tree stored() {
        return lookup.get(new GroupResource("", "resourcequotas"), new ObjectKey("shop", "q"))
                .orElseThrow();
    }

    @Test
    void usageIsReservedUntilItIsUsedUp() {
        quota("{pods: '2', requests.cpu: '1'}", "{pods: '1', requests.cpu: 500m}", "");
        var pod = Asked.pod("{containers: [{name: a, resources: {requests: {cpu: 300m}}}]}");
        assertThat(Asked.refusal(quotaPlugin(), Asked.create("pods", pod))).isEmpty();
        assertThat(stored().stringMap("status.used"))
                .containsEntry("pods", "2")
                .containsEntry("requests.cpu", "800m");
        assertThat(Asked.refusal(quotaPlugin(), Asked.create("pods", pod)))
                .isEqualTo(
                        "pods \"web\" is forbidden: exceeded quota: q, requested:"
                                + " pods=1,requests.cpu=300m, used: pods=2,requests.cpu=800m,"
                                + " limited: pods=2,requests.cpu=1");
    }

    @Test
    void whatAQuotaLimitsMustBeNamed() {
        quota(
                "{limits.memory: 1Gi, requests.cpu: '1'}",
                "{limits.memory: '0', requests.cpu: '0'}",
                "");
        assertThat(
                        Asked.refusal(
                                quotaPlugin(),
                                Asked.create(
                                        "pods", Asked.pod("{containers: [{name: a}, {name: b}]}"))))
                .isEqualTo(
                        "pods \"web\" is forbidden: failed quota: q: must specify limits.memory"
                                + " for: a,b; requests.cpu for: a,b");
    }

    @Test
    void freshQuotaHasNoStatusYet() {
        lookup.put(
                "resourcequotas",
                """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: q, namespace: shop}
                spec: {hard: {configmaps: "1"}}
                """);
        assertThat(
                        Asked.refusal(
                                quotaPlugin(),
                                Asked.create(
                                        "configmaps",
                                        """
                                        apiVersion: v1
                                        kind: ConfigMap
                                        metadata: {name: c, namespace: shop}
                                        """)))
                .isEqualTo(
                        "configmaps \"c\" is forbidden: status unknown for quota: q, resources:"
                                + " configmaps");
    }

    @Test
    void scopesChooseTheirPods() {
        quota(
                "{pods: '0'}",
                "{pods: '0'}",
                ", scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In,"
                        + " values: [high]}]}");
        assertThat(
                        Asked.refusal(
                                quotaPlugin(), Asked.create("pods", Asked.pod("{containers: []}"))))
                .isEmpty();
        assertThat(
                        Asked.refusal(
                                quotaPlugin(),
                                Asked.create(
                                        "pods",
                                        Asked.pod("{priorityClassName: high, containers: []}"))))
                .contains("exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0");
    }

    @Test
    void everyKindCounts() {
        var service =
                FakeLookup.tree(
                        """
                        apiVersion: v1
                        kind: Service
                        metadata: {name: s, namespace: shop}
                        spec: {type: NodePort, ports: [{port: 1}, {port: 2}]}
                        """);
        assertThat(ResourceAmounts.print(Usage.of(new GroupResource("", "services"), service)))
                .isEqualTo(
                        "count/services=1,services=1,services.loadbalancers=0,services.nodeports=2");
        var claim =
                FakeLookup.tree(
                        """
                        apiVersion: v1
                        kind: PersistentVolumeClaim
                        metadata: {name: c, namespace: shop}
                        spec: {storageClassName: fast, resources: {requests: {storage: 2Gi}}}
                        """);
        assertThat(
                        ResourceAmounts.print(
                                Usage.of(new GroupResource("", "persistentvolumeclaims"), claim)))
                .isEqualTo(
                        "count/persistentvolumeclaims=1,fast.storageclass.storage.k8s.io/"
                            + "persistentvolumeclaims=1,fast.storageclass.storage.k8s.io/"
                            + "requests.storage=2Gi,persistentvolumeclaims=1,requests.storage=2Gi");
        assertThat(ResourceAmounts.print(Usage.of(new GroupResource("apps", "deployments"), claim)))
                .isEqualTo("count/deployments.apps=1");
    }
}
