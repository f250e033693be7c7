package io.j8s.apiserver.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.access.StandingTimers;
import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.Statuses;

import org.junit.jupiter.api.Test;

class PodPluginsTest {

    private final FakeLookup lookup = new FakeLookup();

    private void namespace(String phase) {
        lookup.put(
                "namespaces",
                """
                apiVersion: v1
                kind: Namespace
                metadata: {name: shop}
                status: {phase: %s}
                """
                        .formatted(phase));
    }

    private static final Authorizer NOBODY = (_, _) -> new Authorizer.Decision.NoOpinion("");

    @Test
    void namespaceMustExistAndStay() throws Exception {
        var plugin = new NamespaceLifecycle(lookup);
        var create = Asked.create("pods", Asked.pod("{containers: []}"));
        assertThat(Asked.refusal(plugin, create)).isEqualTo("namespaces \"shop\" not found");
        namespace("Active");
        assertThat(Asked.refusal(plugin, create)).isEmpty();
        namespace("Terminating");
        try {
            plugin.mutate(create);
        } catch (ApiException e) {
            var status = Statuses.of(e.error());
            assertThat(status.toJson())
                    .contains(
                            "\"message\":\"pods \\\"web\\\" is forbidden: unable to create new"
                                    + " content in namespace shop because it is being terminated\"")
                    .contains(
                            "{\"reason\":\"NamespaceTerminating\",\"message\":\"namespace shop is"
                                    + " being terminated\",\"field\":\"metadata.namespace\"}");
        }
        assertThat(Asked.refusal(plugin, create)).isNotEmpty();
        var system =
                FakeLookup.tree(
                        """
                        apiVersion: v1
                        kind: Namespace
                        metadata: {name: kube-system}
                        """);
        assertThat(
                        Asked.refusal(
                                plugin,
                                Asked.of(
                                        Operation.DELETE,
                                        "namespaces",
                                        "",
                                        null,
                                        system,
                                        Asked.JANE)))
                .isEqualTo(
                        "namespaces \"kube-system\" is forbidden: this namespace may not be"
                                + " deleted");
    }

    @Test
    void podsGetTheirAccountSecretsAndToken() {
        lookup.put(
                "serviceaccounts",
                """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: default, namespace: shop}
                imagePullSecrets: [{name: pull}]
                """);
        var plugin = new ServiceAccountPlugin(lookup, new StandingTimers());
        var pod = Asked.pod("{containers: [{name: a}, {name: b}], initContainers: [{name: i}]}");
        assertThat(Asked.refusal(plugin, Asked.create("pods", pod))).isEmpty();
        assertThat(pod.string("spec.serviceAccountName")).isEqualTo("default");
        assertThat(pod.string("spec.serviceAccount")).isEqualTo("default");
        assertThat(pod.string("spec.imagePullSecrets[0].name")).isEqualTo("pull");
        var volume = pod.tree("spec.volumes[0]");
        var name = pod.string("spec.volumes[0].name", "");
        assertThat(name).matches("kube-api-access-[a-z0-9]{5}");
        assertThat(String.valueOf(volume))
                .isEqualTo(
                        "{\"name\":\""
                                + name
                                + "\",\"projected\":{\"sources\":[{\"serviceAccountToken\":"
                                + "{\"expirationSeconds\":3607,\"path\":\"token\"}},{\"configMap\":"
                                + "{\"name\":\"kube-root-ca.crt\",\"items\":[{\"key\":\"ca.crt\","
                                + "\"path\":\"ca.crt\"}]}},{\"downwardAPI\":{\"items\":[{\"path\":"
                                + "\"namespace\",\"fieldRef\":{\"apiVersion\":\"v1\",\"fieldPath\":"
                                + "\"metadata.namespace\"}}]}}],\"defaultMode\":420}}");
        for (var path : new String[] {"containers[0]", "containers[1]", "initContainers[0]"}) {
            assertThat(String.valueOf(pod.tree("spec." + path + ".volumeMounts[0]")))
                    .isEqualTo(
                            "{\"name\":\""
                                    + name
                                    + "\",\"readOnly\":true,\"mountPath\":"
                                    + "\"/var/run/secrets/kubernetes.io/serviceaccount\"}");
        }
        var plain = Asked.pod("{automountServiceAccountToken: false, containers: [{name: a}]}");
        assertThat(Asked.refusal(plugin, Asked.create("pods", plain))).isEmpty();
        assertThat(plain.trees("spec.volumes")).isEmpty();
    }

    @Test
    void unknownAccountIsRefused() {
        assertThat(
                        Asked.refusal(
                                new ServiceAccountPlugin(lookup, new StandingTimers()),
                                Asked.create(
                                        "pods",
                                        Asked.pod("{serviceAccountName: x, containers: []}"))))
                .isEqualTo(
                        "pods \"web\" is forbidden: error looking up service account shop/x:"
                                + " serviceaccount \"x\" not found");
    }

    @Test
    void priorityComesFromTheClass() {
        lookup.put(
                "priorityclasses.scheduling.k8s.io",
                """
                apiVersion: scheduling.k8s.io/v1
                kind: PriorityClass
                metadata: {name: high}
                value: 1000
                preemptionPolicy: Never
                """);
        var plugin = new PriorityPlugin(lookup);
        var pod = Asked.pod("{priorityClassName: high, containers: []}");
        assertThat(Asked.refusal(plugin, Asked.create("pods", pod))).isEmpty();
        assertThat(pod.intValue("spec.priority", 0)).isEqualTo(1000);
        assertThat(pod.string("spec.preemptionPolicy")).isEqualTo("Never");
        var plain = Asked.pod("{containers: []}");
        assertThat(Asked.refusal(plugin, Asked.create("pods", plain))).isEmpty();
        assertThat(plain.intValue("spec.priority", -1)).isZero();
        assertThat(plain.string("spec.preemptionPolicy")).isEqualTo("PreemptLowerPriority");
        assertThat(
                        Asked.refusal(
                                plugin,
                                Asked.create(
                                        "pods",
                                        Asked.pod("{priorityClassName: no, containers: []}"))))
                .isEqualTo("pods \"web\" is forbidden: no PriorityClass with name no was found");
        assertThat(
                        Asked.refusal(
                                plugin,
                                Asked.create("pods", Asked.pod("{priority: 7, containers: []}"))))
                .isEqualTo(
                        "pods \"web\" is forbidden: the integer value of priority (7) must not be"
                                + " provided in pod spec; priority admission controller computed 0"
                                + " from the given PriorityClass name");
    }

    @Test
    void tolerationsForSickNodesAreAdded() {
        var pod = Asked.pod("{containers: []}");
        assertThat(Asked.refusal(new DefaultTolerationSeconds(), Asked.create("pods", pod)))
                .isEmpty();
        assertThat(pod.trees("spec.tolerations").toString())
                .isEqualTo(
                        "[{\"key\":\"node.kubernetes.io/not-ready\",\"operator\":\"Exists\",\"effect\":\"NoExecute\",\"tolerationSeconds\":300},"
                            + " {\"key\":"
                            + "\"node.kubernetes.io/unreachable\",\"operator\":\"Exists\","
                            + "\"effect\":\"NoExecute\",\"tolerationSeconds\":300}]");
        var all = Asked.pod("{containers: [], tolerations: [{operator: Exists}]}");
        assertThat(Asked.refusal(new DefaultTolerationSeconds(), Asked.create("pods", all)))
                .isEmpty();
        assertThat(all.trees("spec.tolerations")).hasSize(1);
    }

    @Test
    void newNodesAreTainted() {
        var node =
                FakeLookup.tree(
                        """
                        apiVersion: v1
                        kind: Node
                        metadata: {name: n1}
                        """);
        assertThat(Asked.refusal(new TaintNodesByCondition(), Asked.create("nodes", node)))
                .isEmpty();
        assertThat(node.string("spec.taints[0].key")).isEqualTo("node.kubernetes.io/not-ready");
        assertThat(node.string("spec.taints[0].effect")).isEqualTo("NoSchedule");
    }

    @Test
    void runtimeClassGivesOverheadAndPlace() {
        lookup.put(
                "runtimeclasses.node.k8s.io",
                """
                apiVersion: node.k8s.io/v1
                kind: RuntimeClass
                metadata: {name: kata}
                handler: kata
                overhead: {podFixed: {cpu: 250m}}
                scheduling: {nodeSelector: {kata: "yes"}, tolerations: [{key: kata}]}
                """);
        var plugin = new RuntimeClassPlugin(lookup);
        var pod = Asked.pod("{runtimeClassName: kata, containers: []}");
        assertThat(Asked.refusal(plugin, Asked.create("pods", pod))).isEmpty();
        assertThat(pod.stringMap("spec.overhead")).containsEntry("cpu", "250m");
        assertThat(pod.stringMap("spec.nodeSelector")).containsEntry("kata", "yes");
        assertThat(pod.string("spec.tolerations[0].key")).isEqualTo("kata");
        assertThat(
                        Asked.refusal(
                                plugin,
                                Asked.create(
                                        "pods",
                                        Asked.pod("{runtimeClassName: no, containers: []}"))))
                .isEqualTo(
                        "pods \"web\" is forbidden: pod rejected: RuntimeClass \"no\" not found");
        assertThat(
                        Asked.refusal(
                                plugin,
                                Asked.create(
                                        "pods",
                                        Asked.pod(
                                                "{runtimeClassName: kata, containers: [],"
                                                        + " nodeSelector: {kata: 'no'}}"))))
                .isEqualTo(
                        "pods \"web\" is forbidden: conflict:"
                                + " runtimeClass.scheduling.nodeSelector[kata] = yes;"
                                + " pod.spec.nodeSelector[kata] = no");
    }

    @Test
    void nodesWriteOnlyTheirOwn() {
        var plugin = new NodeRestriction(lookup, NOBODY);
        var n1 = UserInfo.component("system:node:n1", "system:nodes");
        var plain = Asked.pod("{nodeName: n1, containers: []}");
        assertThat(Asked.refusal(plugin, Asked.of(Operation.CREATE, "pods", "", plain, null, n1)))
                .isEqualTo(
                        "pods \"web\" is forbidden: pod does not have"
                            + " \"kubernetes.io/config.mirror\" annotation, node \"n1\" can only"
                            + " create mirror pods");
        var other =
                FakeLookup.tree(
                        """
                        apiVersion: v1
                        kind: Node
                        metadata: {name: n2}
                        """);
        assertThat(Asked.refusal(plugin, Asked.of(Operation.UPDATE, "nodes", "", other, other, n1)))
                .isEqualTo(
                        "nodes \"n2\" is forbidden: node \"n1\" is not allowed to modify node"
                                + " \"n2\"");
        assertThat(NodeRestriction.isForbiddenLabel("node-restriction.kubernetes.io/x")).isTrue();
        assertThat(NodeRestriction.isForbiddenLabel("node-role.kubernetes.io/x")).isTrue();
        assertThat(NodeRestriction.isForbiddenLabel("kubernetes.io/hostname")).isFalse();
        assertThat(NodeRestriction.isForbiddenLabel("node.kubernetes.io/x")).isFalse();
        assertThat(NodeRestriction.isForbiddenLabel("example.org/x")).isFalse();
    }

    @Test
    void nodesAskForCertificatesOfTheirOwnPodsOnly() {
        lookup.put("nodes", "{apiVersion: v1, kind: Node, metadata: {name: n1, uid: n-1}}");
        lookup.put(
                "serviceaccounts",
                "{apiVersion: v1, kind: ServiceAccount, metadata: {name: default, namespace: shop,"
                        + " uid: a-1}}");
        lookup.put(
                "pods",
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: web, namespace: shop, uid: p-1}
                spec:
                  nodeName: n1
                  serviceAccountName: default
                  containers: []
                  volumes:
                  - name: v
                    projected: {sources: [{podCertificate: {signerName: example.com/s}}]}
                """);
        assertThat(asksForCertificate("n1", "p-1", "example.com/s")).isEmpty();
        assertThat(asksForCertificate("n2", "p-1", "example.com/s"))
                .contains("which is not the requesting node \"n1\"");
        assertThat(asksForCertificate("n1", "p-2", "example.com/s"))
                .isEqualTo(
                        "PodCertificateRequest for pod \"shop/web\" contains pod UID (\"p-2\")"
                                + " which differs from running pod \"p-1\"");
        assertThat(asksForCertificate("n1", "p-1", "example.com/t"))
                .contains(
                        "pod \"shop/web\" does not mount a podCertificate projected volume for"
                                + " signer \"example.com/t\"");
    }

    private String asksForCertificate(String node, String podUid, String signer) {
        var request =
                FakeLookup.tree(
                        """
                        apiVersion: certificates.k8s.io/v1
                        kind: PodCertificateRequest
                        metadata: {name: r, namespace: shop}
                        spec: {nodeName: %s, nodeUID: n-1, podName: web, podUID: %s,
                          serviceAccountName: default, serviceAccountUID: a-1, signerName: %s}
                        """
                                .formatted(node, podUid, signer));
        return Asked.refusal(
                new NodeRestriction(lookup, NOBODY),
                Asked.of(
                        Operation.CREATE,
                        "podcertificaterequests.certificates.k8s.io",
                        "",
                        request,
                        null,
                        UserInfo.component("system:node:n1", "system:nodes")));
    }
}
