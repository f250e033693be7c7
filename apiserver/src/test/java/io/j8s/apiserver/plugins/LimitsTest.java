package io.j8s.apiserver.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.access.FakeWriter;
import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
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
    void freshQuotaLimitsNothingUntilItsControllerHasSeenIt() {
        assertThat(refusalUnder("")).isEmpty();
        assertThat(refusalUnder("status: {hard: {configmaps: '0'}}"))
                .isEqualTo(
                        "configmaps \"c\" is forbidden: status unknown for quota: q, resources:"
                                + " configmaps");
    }

    private String refusalUnder(String status) {
        lookup.put(
                "resourcequotas",
                """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: q, namespace: shop}
                spec: {hard: {configmaps: "0"}}
                %s
                """
                        .formatted(status));
        return Asked.refusal(
                quotaPlugin(),
                Asked.create(
                        "configmaps",
                        """
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: c, namespace: shop}
                        """));
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
    void deadlineMovesAPodBetweenScopes() {
        quota("{pods: '1'}", "{pods: '0'}", ", scopes: [Terminating]");
        var endless = Asked.pod("{containers: [{name: a}]}");
        var ending = Asked.pod("{activeDeadlineSeconds: 60, containers: [{name: a}]}");
        assertThat(Asked.refusal(quotaPlugin(), Asked.update("pods", endless, endless))).isEmpty();
        assertThat(stored().stringMap("status.used")).containsEntry("pods", "0");
        assertThat(Asked.refusal(quotaPlugin(), Asked.update("pods", ending, endless))).isEmpty();
        assertThat(stored().stringMap("status.used")).containsEntry("pods", "1");
        assertThat(Asked.refusal(quotaPlugin(), Asked.update("pods", ending, ending))).isEmpty();
        assertThat(Asked.refusal(quotaPlugin(), Asked.update("pods", ending, endless)))
                .isEqualTo(
                        "pods \"web\" is forbidden: exceeded quota: q, requested: pods=1, used:"
                                + " pods=1, limited: pods=1");
    }

    private static Tree sized(String asked, String held) {
        var pod =
                Asked.pod(
                        "{containers: [{name: a, resources: {requests: {cpu: %s}}}]}"
                                .formatted(asked));
        var status = pod.ensureList("status.containerStatuses").addTree();
        status.set("name", "a");
        status.set("resources.requests.cpu", held);
        status.set("allocatedResources.cpu", held);
        return pod;
    }

    private String resize(Tree pod, Tree old) {
        return Asked.refusal(
                quotaPlugin(), Asked.of(Operation.UPDATE, "pods", "resize", pod, old, Asked.JANE));
    }

    @Test
    void resizeIsChargedForWhatItAdds() {
        quota("{requests.cpu: '1'}", "{requests.cpu: 300m}", "");
        assertThat(resize(sized("500m", "300m"), sized("300m", "300m"))).isEmpty();
        assertThat(stored().stringMap("status.used")).containsEntry("requests.cpu", "500m");
        assertThat(resize(sized("1100m", "500m"), sized("500m", "500m")))
                .isEqualTo(
                        "pods \"web\" is forbidden: exceeded quota: q, requested:"
                                + " requests.cpu=600m, used: requests.cpu=500m, limited:"
                                + " requests.cpu=1");
        // the node has not yet given back what the pod does not ask for any more
        assertThat(resize(sized("100m", "500m"), sized("500m", "500m"))).isEmpty();
        assertThat(stored().stringMap("status.used")).containsEntry("requests.cpu", "500m");
    }

    @Test
    void resizeThatNoNodeCanGiveCountsForNothing() {
        var pod = sized("8", "1");
        var pods = new GroupResource("", "pods");
        assertThat(Usage.of(pods, pod).get("requests.cpu")).hasToString("8");
        var condition = pod.ensureList("status.conditions").addTree();
        condition.set("type", "PodResizePending");
        condition.set("reason", "Infeasible");
        assertThat(Usage.of(pods, pod).get("requests.cpu")).hasToString("1");
    }

    @Test
    void podThatSaysWhatItNeedsAsAWholeNeedNotSayItOfItsContainers() {
        quota(
                "{requests.cpu: '1', limits.memory: 1Gi}",
                "{requests.cpu: '0', limits.memory: '0'}",
                "");
        var pod = Asked.pod("{resources: {requests: {cpu: 200m}}, containers: [{name: a}]}");
        assertThat(Asked.refusal(quotaPlugin(), Asked.create("pods", pod))).isEmpty();
        assertThat(stored().stringMap("status.used")).containsEntry("requests.cpu", "200m");
    }

    private static Tree service(String type) {
        return FakeLookup.tree(
                """
                apiVersion: v1
                kind: Service
                metadata: {name: s, namespace: shop}
                spec: {type: %s, ports: [{port: 1}, {port: 2}]}
                """
                        .formatted(type));
    }

    @Test
    void serviceIsChargedForTheTypeThatItTakes() {
        quota(
                "{services.loadbalancers: '0', services.nodeports: '2'}",
                "{services.loadbalancers: '0', services.nodeports: '0'}",
                "");
        var inner = service("ClusterIP");
        var outer = service("NodePort");
        assertThat(Asked.refusal(quotaPlugin(), Asked.update("services", outer, inner))).isEmpty();
        assertThat(stored().stringMap("status.used")).containsEntry("services.nodeports", "2");
        assertThat(
                        Asked.refusal(
                                quotaPlugin(),
                                Asked.update("services", service("LoadBalancer"), outer)))
                .isEqualTo(
                        "services \"s\" is forbidden: exceeded quota: q, requested:"
                                + " services.loadbalancers=1, used: services.loadbalancers=0,"
                                + " limited: services.loadbalancers=0");
        assertThat(Asked.refusal(quotaPlugin(), Asked.update("services", inner, outer))).isEmpty();
        assertThat(stored().stringMap("status.used")) // only the controller counts down
                .containsEntry("services.nodeports", "2");
    }

    private static Tree claim(String storage, String more) {
        return FakeLookup.tree(
                """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: c, namespace: shop}
                spec: {resources: {requests: {storage: %s}}%s}
                """
                        .formatted(storage, more));
    }

    @Test
    void claimIsChargedForItsGrowth() {
        quota("{requests.storage: 3Gi}", "{requests.storage: 1Gi}", "");
        var resource = "persistentvolumeclaims";
        var small = claim("1Gi", "");
        assertThat(Asked.refusal(quotaPlugin(), Asked.update(resource, claim("2Gi", ""), small)))
                .isEmpty();
        assertThat(stored().stringMap("status.used")).containsEntry("requests.storage", "2Gi");
        var grown = claim("2Gi", "");
        assertThat(Asked.refusal(quotaPlugin(), Asked.update(resource, claim("4Gi", ""), grown)))
                .isEqualTo(
                        "persistentvolumeclaims \"c\" is forbidden: exceeded quota: q, requested:"
                                + " requests.storage=2Gi, used: requests.storage=2Gi, limited:"
                                + " requests.storage=3Gi");
        var promised = claim("2Gi", "");
        promised.set("status.allocatedResources.storage", "4Gi");
        assertThat(
                        Asked.refusal(
                                quotaPlugin(),
                                Asked.of(
                                        Operation.UPDATE,
                                        resource,
                                        "status",
                                        promised,
                                        grown,
                                        Asked.JANE)))
                .isEmpty();
        assertThat(stored().stringMap("status.used")).containsEntry("requests.storage", "4Gi");
    }

    @Test
    void claimIsChargedInFullWhenItTakesAClass() {
        quota(
                "{requests.storage: 3Gi}",
                "{requests.storage: '0'}",
                ", scopeSelector: {matchExpressions: [{scopeName: VolumeAttributesClass, operator:"
                        + " In, values: [gold]}]}");
        var plain = claim("2Gi", "");
        var gold = claim("2Gi", ", volumeAttributesClassName: gold");
        var resource = "persistentvolumeclaims";
        assertThat(Asked.refusal(quotaPlugin(), Asked.update(resource, gold, plain))).isEmpty();
        assertThat(stored().stringMap("status.used")).containsEntry("requests.storage", "2Gi");
        assertThat(Asked.refusal(quotaPlugin(), Asked.update(resource, gold, plain)))
                .contains("exceeded quota: q, requested: requests.storage=2Gi");
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

    @Test
    void resourceClaimsCountWithTheMostDevicesOfEachClass() {
        var claim =
                FakeLookup.tree(
                        """
                        apiVersion: resource.k8s.io/v1
                        kind: ResourceClaim
                        metadata: {name: c, namespace: shop}
                        spec:
                          devices:
                            requests:
                            - {name: a, exactly: {deviceClassName: gpu, allocationMode: ExactCount, count: 2}}
                            - name: b
                              firstAvailable:
                              - {name: x, deviceClassName: gpu, allocationMode: ExactCount, count: 1}
                              - {name: y, deviceClassName: gpu, allocationMode: ExactCount, count: 4}
                              - {name: z, deviceClassName: nic, allocationMode: All}
                        """);
        assertThat(
                        ResourceAmounts.print(
                                Usage.of(
                                        new GroupResource("resource.k8s.io", "resourceclaims"),
                                        claim)))
                .isEqualTo(
                        "count/resourceclaims.resource.k8s.io=1,"
                                + "gpu.deviceclass.resource.k8s.io/devices=6,"
                                + "nic.deviceclass.resource.k8s.io/devices=32");
    }
}
