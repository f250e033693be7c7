package io.j8s.apiserver.subresource;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.TestServer;
import io.j8s.certs.AltNames;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateRequest;
import io.j8s.certs.CertificateSpec;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/// Parts of resources with paths of their own, over real HTTPS.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SubresourceTest {

    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String SETS = "/apis/apps/v1/namespaces/default/deployments";

    private TestServer server;

    @BeforeAll
    void start() throws Exception {
        server = new TestServer();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private void pod(String name) throws Exception {
        var created =
                server.send(
                        "POST",
                        PODS,
                        """
                        {"metadata":{"name":"%s","labels":{"app":"x"}},
                         "spec":{"containers":[{"name":"c","image":"i"}]}}\
                        """
                                .formatted(name));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.body()).contains("\"phase\":\"Pending\"");
    }

    private static String binding(String pod, String node) {
        return """
        {"apiVersion":"v1","kind":"Binding","metadata":{"name":"%s"},
         "target":{"apiVersion":"v1","kind":"Node","name":"%s"}}\
        """
                .formatted(pod, node);
    }

    @Test
    void bindingsPutPodsOnNodesOnce() throws Exception {
        pod("bound");
        var first = server.send("POST", PODS + "/bound/binding", binding("bound", "n1"));
        assertThat(first.statusCode()).as(first.body()).isEqualTo(201);
        assertThat(first.body())
                .isEqualTo(
                        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Success\",\"code\":201}\n");
        assertThat(server.get(PODS + "/bound").body())
                .contains("\"nodeName\":\"n1\"", "\"type\":\"PodScheduled\"");
        var second = server.send("POST", PODS + "/bound/binding", binding("bound", "n2"));
        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(second.body())
                .contains(
                        "Operation cannot be fulfilled on pods/binding \\\"bound\\\": pod bound is"
                                + " already assigned to node \\\"n1\\\"");
    }

    @Test
    void bindingsTakeNominationsBack() throws Exception {
        pod("nominated");
        String pod = server.get(PODS + "/nominated").body();
        var told =
                server.send(
                        "PUT",
                        PODS + "/nominated/status",
                        pod.replace(
                                "\"phase\":\"Pending\"",
                                "\"phase\":\"Pending\",\"nominatedNodeName\":\"n2\""));
        assertThat(told.body()).contains("\"nominatedNodeName\":\"n2\"");
        server.send("POST", PODS + "/nominated/binding", binding("nominated", "n1"));
        assertThat(server.get(PODS + "/nominated").body())
                .contains("\"nodeName\":\"n1\"")
                .doesNotContain("\"nominatedNodeName\":\"");
    }

    @Test
    void bindingsKeepNothingOfTheConditionThatSaidWhyNot() throws Exception {
        pod("waiting");
        var told =
                server.send(
                        "PUT",
                        PODS + "/waiting/status",
                        server.get(PODS + "/waiting")
                                .body()
                                .replace(
                                        "\"phase\":\"Pending\"",
                                        "\"phase\":\"Pending\",\"conditions\":[{\"type\":\"PodScheduled\","
                                            + "\"status\":\"False\",\"reason\":\"Unschedulable\","
                                            + "\"message\":\"full\",\"observedGeneration\":1}]"));
        assertThat(told.body()).contains("\"observedGeneration\":1", "\"message\":\"full\"");
        server.send("POST", PODS + "/waiting/binding", binding("waiting", "n1"));
        assertThat(server.get(PODS + "/waiting").body())
                .contains("\"nodeName\":\"n1\"")
                .doesNotContain("\"observedGeneration\":", "\"message\":\"", "Unschedulable");
    }

    @Test
    void boundPodsGetTheirGracePeriod() throws Exception {
        pod("graceful");
        server.send("POST", PODS + "/graceful/binding", binding("graceful", "n1"));
        var deleted = server.send("DELETE", PODS + "/graceful", null);
        assertThat(deleted.body())
                .contains("\"deletionTimestamp\":\"", "\"deletionGracePeriodSeconds\":30");
        var told =
                server.send(
                        "PUT",
                        PODS + "/graceful/status",
                        deleted.body().replace("\"phase\":\"Pending\"", "\"phase\":\"Succeeded\""));
        assertThat(told.body()).contains("\"phase\":\"Succeeded\"", "\"deletionTimestamp\":\"");
        var again = server.send("DELETE", PODS + "/graceful?gracePeriodSeconds=0", null);
        assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
        assertThat(server.get(PODS + "/graceful").statusCode()).isEqualTo(404);
    }

    @Test
    void statusWritesTouchOnlyTheStatusAndOthersNever() throws Exception {
        pod("status");
        String pod = server.get(PODS + "/status").body();
        var updated =
                server.send(
                        "PUT",
                        PODS + "/status/status",
                        pod.replace("\"phase\":\"Pending\"", "\"phase\":\"Running\"")
                                .replace("\"image\":\"i\"", "\"image\":\"other\""));
        assertThat(updated.statusCode()).as(updated.body()).isEqualTo(200);
        assertThat(updated.body())
                .contains("\"phase\":\"Running\"", "\"image\":\"i\"")
                .doesNotContain("\"image\":\"other\"");
    }

    @Test
    void evictionsRespectTheBudget() throws Exception {
        pod("evicted");
        var eviction =
                "{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"evicted\"}}";
        var created =
                server.send(
                        "POST",
                        "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
                        """
                        {"metadata":{"name":"b"},
                         "spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"x"}}}}\
                        """);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        String pod = server.get(PODS + "/evicted").body();
        server.send("PUT", PODS + "/evicted/status", pod.replace("\"Pending\"", "\"Running\""));
        var refused = server.send("POST", PODS + "/evicted/eviction", eviction);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(429);
        assertThat(refused.body())
                .contains(
                        "Cannot evict pod as it would violate the pod's disruption budget.",
                        "\"reason\":\"DisruptionBudget\"",
                        "\"retryAfterSeconds\":10");
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("10");
        server.send("DELETE", "/apis/policy/v1/namespaces/default/poddisruptionbudgets/b", null);
        for (int i = 0; i < 100; i++) { // the caches follow the store
            var response = server.send("POST", PODS + "/evicted/eviction", eviction);
            if (response.statusCode() == 201) {
                return;
            }
        }
        assertThat(server.get(PODS + "/evicted").statusCode()).isEqualTo(404);
    }

    @Test
    void evictedPodsSayWhyTheyGo() throws Exception {
        pod("held");
        server.send(
                "PATCH",
                PODS + "/held",
                "{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}",
                "Content-Type",
                "application/merge-patch+json");
        String eviction = "{\"metadata\":{\"name\":\"held\"}%s}";
        String other = ",\"deleteOptions\":{\"preconditions\":{\"resourceVersion\":\"1\"}}";
        var refused = server.send("POST", PODS + "/held/eviction", eviction.formatted(other));
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(409);
        assertThat(server.get(PODS + "/held").body()).doesNotContain("DisruptionTarget");
        var evicted = server.send("POST", PODS + "/held/eviction", eviction.formatted(""));
        assertThat(evicted.statusCode()).as(evicted.body()).isEqualTo(201);
        assertThat(server.get(PODS + "/held").body())
                .contains(
                        "\"type\":\"DisruptionTarget\",\"status\":\"True\"",
                        "\"reason\":\"EvictionByEvictionAPI\"",
                        "\"message\":\"Eviction API: evicting\"",
                        "\"deletionTimestamp\"");
    }

    @Test
    void appliedScalesOwnTheReplicas() throws Exception {
        String workload =
                """
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"applied"},
                 "spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},
                  "template":{"metadata":{"labels":{"a":"b"}},
                   "spec":{"containers":[{"name":"c","image":"i"}]}}}}\
                """;
        var created = apply(SETS + "/applied?fieldManager=owner", workload);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        String scale =
                """
                {"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"applied"},
                 "spec":{"replicas":3}}\
                """;
        assertThat(apply(SETS + "/applied/scale?fieldManager=scaler", scale).body())
                .contains(
                        "Apply failed with 1 conflict: conflict with \\\"owner\\\":"
                                + " .spec.replicas");
        var forced = apply(SETS + "/applied/scale?fieldManager=scaler&force=true", scale);
        assertThat(forced.body()).contains("\"kind\":\"Scale\"", "\"spec\":{\"replicas\":3}");
        assertThat(server.get(SETS + "/applied").body())
                .contains(
                        "{\"manager\":\"scaler\",\"operation\":\"Apply\",\"apiVersion\":\"apps/v1\"",
                        "\"fieldsV1\":{\"f:spec\":{\"f:replicas\":{}}},\"subresource\":\"scale\"}");
        assertThat(apply(SETS + "/applied/scale?fieldManager=scaler", workload).body())
                .contains("invalid object type: apps/v1, Kind=Deployment");
    }

    private java.net.http.HttpResponse<String> apply(String path, String body) throws Exception {
        return server.send("PATCH", path, body, "Content-Type", "application/apply-patch+yaml");
    }

    @Test
    void scalesShowAndChangeReplicas() throws Exception {
        var created =
                server.send(
                        "POST",
                        SETS,
                        """
                        {"metadata":{"name":"d"},"spec":{"replicas":2,
                         "selector":{"matchLabels":{"a":"b"}},
                         "template":{"metadata":{"labels":{"a":"b"}},
                          "spec":{"containers":[{"name":"c","image":"i"}]}}}}\
                        """);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.body()).contains("\"generation\":1");
        var scale = server.get(SETS + "/d/scale");
        assertThat(scale.body())
                .startsWith("{\"kind\":\"Scale\",\"apiVersion\":\"autoscaling/v1\"")
                .contains(
                        "\"spec\":{\"replicas\":2},\"status\":{\"replicas\":0,\"selector\":\"a=b\"}");
        var changed =
                server.send(
                        "PUT",
                        SETS + "/d/scale",
                        scale.body()
                                .replace("\"spec\":{\"replicas\":2}", "\"spec\":{\"replicas\":5}"));
        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
        var patched =
                server.send(
                        "PATCH",
                        SETS + "/d/scale",
                        "{\"spec\":{\"replicas\":7}}",
                        "Content-Type",
                        "application/merge-patch+json");
        assertThat(patched.body()).contains("\"spec\":{\"replicas\":7}");
        assertThat(server.get(SETS + "/d").body()).contains("\"replicas\":7", "\"generation\":3");
        assertThat(server.send("PUT", SETS + "/d/scale", scale.body()).statusCode()).isEqualTo(409);
    }

    @Test
    void namespacesStayUntilTheyAreFinalized() throws Exception {
        var created =
                server.send("POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"gone\"}}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        var deleted = server.send("DELETE", "/api/v1/namespaces/gone", null);
        assertThat(deleted.body())
                .contains("\"phase\":\"Terminating\"", "\"deletionTimestamp\":\"")
                .doesNotContain("deletionGracePeriodSeconds");
        var finalized =
                server.send(
                        "PUT",
                        "/api/v1/namespaces/gone/finalize",
                        deleted.body()
                                .replace("\"finalizers\":[\"kubernetes\"]", "\"finalizers\":[]"));
        assertThat(finalized.statusCode()).as(finalized.body()).isEqualTo(200);
        assertThat(server.get("/api/v1/namespaces/gone").statusCode()).isEqualTo(404);
    }

    @Test
    void finalizersHoldWhatIsDeleted() throws Exception {
        String maps = "/api/v1/namespaces/default/configmaps";
        server.send(
                "POST",
                maps,
                "{\"metadata\":{\"name\":\"held\",\"finalizers\":[\"example.com/x\"]}}");
        var deleted = server.send("DELETE", maps + "/held", null);
        assertThat(deleted.body())
                .contains("\"deletionGracePeriodSeconds\":0", "\"deletionTimestamp\"");
        var added =
                server.send(
                        "PATCH",
                        maps + "/held",
                        "{\"metadata\":{\"finalizers\":[\"example.com/x\",\"example.com/y\"]}}",
                        "Content-Type",
                        "application/merge-patch+json");
        assertThat(added.statusCode()).isEqualTo(422);
        assertThat(added.body())
                .contains(
                        "no new finalizers can be added if the object is being deleted, found new"
                                + " finalizers []string{\\\"example.com/y\\\"}");
        var released =
                server.send(
                        "PATCH",
                        maps + "/held",
                        "{\"metadata\":{\"finalizers\":null}}",
                        "Content-Type",
                        "application/merge-patch+json");
        assertThat(released.statusCode()).as(released.body()).isEqualTo(200);
        assertThat(server.get(maps + "/held").statusCode()).isEqualTo(404);
    }

    @Test
    void certificateRequestsAreDecidedByApprovalOnly() throws Exception {
        String csrs = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
        String request =
                CertificateRequest.create(
                        CertificateSpec.kubeletServing("n1", AltNames.of(List.of("n1"))),
                        CertificateAuthority.newKeys());
        var created =
                server.send(
                        "POST",
                        csrs,
                        """
                        {"metadata":{"name":"c"},"spec":{"request":"%s","usages":["client auth"],
                         "signerName":"example.com/x","username":"forged"}}\
                        """
                                .formatted(
                                        Base64.getEncoder()
                                                .encodeToString(
                                                        request.getBytes(
                                                                StandardCharsets.US_ASCII))));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.body())
                .contains("\"username\":\"admin\"", "\"groups\":[\"system:masters\",")
                .doesNotContain("forged");
        String decided =
                created.body()
                        .replace(
                                "\"status\":{}",
                                "\"status\":{\"conditions\":[{\"type\":\"Approved\",\"status\":\"True\"}]}");
        var sneaked = server.send("PUT", csrs + "/c/status", decided);
        assertThat(sneaked.statusCode()).isEqualTo(422);
        assertThat(sneaked.body()).contains("updates may not add a condition of type");
        decided =
                server.get(csrs + "/c")
                        .body()
                        .replace(
                                "\"status\":{}",
                                "\"status\":{\"conditions\":[{\"type\":\"Approved\",\"status\":\"True\"}]}");
        var approved = server.send("PUT", csrs + "/c/approval", decided);
        assertThat(approved.statusCode()).as(approved.body()).isEqualTo(200);
        assertThat(approved.body()).contains("\"type\":\"Approved\"");
    }

    @Test
    void componentStatusesAreHealthyWhileTheServerAnswers() throws Exception {
        assertThat(server.get("/api/v1/componentstatuses/etcd-0").body())
                .contains("\"type\":\"Healthy\",\"status\":\"True\",\"message\":\"ok\"");
        assertThat(
                        server.get(
                                        "/api/v1/componentstatuses",
                                        "Accept",
                                        "application/json;as=Table;v=v1;g=meta.k8s.io")
                                .body())
                .contains("\"rows\":[{\"cells\":[\"controller-manager\",\"Healthy\",\"ok\",\"\"]");
    }
}
