package io.j8s.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.util.List;

/// The verbs over real HTTPS, on a kind without special rules.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VerbsTest {

    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private TestServer server;

    @BeforeAll
    void start() throws Exception {
        server = open();
    }

    /// Other engines' tests open another one.
    TestServer open() throws Exception {
        return new TestServer();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static String map(String name) {
        return "{\"metadata\":{\"name\":\"" + name + "\"},\"data\":{\"a\":\"1\"}}";
    }

    @Test
    void createdObjectsCanBeReadUpdatedPatchedAndDeleted() throws Exception {
        var created = server.send("POST", MAPS, map("crud"));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.body())
                .startsWith(
                        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"crud\",")
                .contains("\"namespace\":\"default\"", "\"uid\":\"", "\"creationTimestamp\":\"")
                .contains(
                        "\"managedFields\":[{\"manager\":\"Java-http-client\",\"operation\":\"Update\"")
                .endsWith("}\n");

        var read = server.get(MAPS + "/crud");
        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(read.body()).isEqualTo(created.body());

        var patched =
                server.send(
                        "PATCH",
                        MAPS + "/crud",
                        "{\"data\":{\"b\":\"2\"}}",
                        "Content-Type",
                        "application/merge-patch+json");
        assertThat(patched.statusCode()).as(patched.body()).isEqualTo(200);
        assertThat(patched.body()).contains("\"data\":{\"a\":\"1\",\"b\":\"2\"}");

        var stale = server.send("PUT", MAPS + "/crud", created.body());
        assertThat(stale.statusCode()).isEqualTo(409);
        assertThat(stale.body())
                .contains(
                        "Operation cannot be fulfilled on configmaps \\\"crud\\\": the object has"
                            + " been modified; please apply your changes to the latest version and"
                            + " try again");

        var updated = server.send("PUT", MAPS + "/crud", map("crud"));
        assertThat(updated.statusCode()).as(updated.body()).isEqualTo(200);
        var again = server.send("PUT", MAPS + "/crud", map("crud"));
        assertThat(again.body()).isEqualTo(updated.body());

        var deleted = server.send("DELETE", MAPS + "/crud", null);
        assertThat(deleted.statusCode()).as(deleted.body()).isEqualTo(200);
        assertThat(deleted.body())
                .startsWith(
                        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Success\",\"details\":{\"name\":\"crud\",\"kind\":\"configmaps\",\"uid\":\"");
        assertThat(server.get(MAPS + "/crud").statusCode()).isEqualTo(404);
    }

    @Test
    void listsAreWholeOrInPages() throws Exception {
        for (int i = 0; i < 5; i++) {
            server.send("POST", "/api/v1/namespaces/pages/configmaps", map("p" + i));
        }
        var all = server.get("/api/v1/namespaces/pages/configmaps");
        assertThat(all.statusCode()).as(all.body()).isEqualTo(200);
        assertThat(all.body())
                .startsWith(
                        "{\"kind\":\"ConfigMapList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"")
                .contains("\"items\":[{\"metadata\":{\"name\":\"p0\"")
                .endsWith("]}\n");
        var first = server.get("/api/v1/namespaces/pages/configmaps?limit=2");
        assertThat(first.body()).contains("\"continue\":\"", "\"remainingItemCount\":3");
        String token = first.body().replaceFirst("(?s).*\"continue\":\"([^\"]*)\".*", "$1");
        var second = server.get("/api/v1/namespaces/pages/configmaps?limit=3&continue=" + token);
        assertThat(second.body())
                .contains("\"name\":\"p2\"", "\"name\":\"p4\"")
                .doesNotContain("\"name\":\"p1\"", "\"continue\"");
    }

    @Test
    void unknownPathsAreNotFoundAndWrongTokensUnauthorized() throws Exception {
        assertThat(server.get("/api/v1/namespaces/default/foos").body())
                .contains("\"message\":\"the server could not find the requested resource\"");
        var response =
                server.client()
                        .send(
                                java.net.http.HttpRequest.newBuilder(
                                                java.net.URI.create(server.url() + MAPS))
                                        .header("Authorization", "Bearer wrong")
                                        .build(),
                                java.net.http.HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.body())
                .isEqualTo(
                        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\"Unauthorized\",\"reason\":\"Unauthorized\",\"code\":401}\n");
    }

    @Test
    void everyAnswerAboutADeprecatedKindSaysSo() throws Exception {
        String maps = "/api/v1/namespaces/default/endpoints";
        String warning =
                "299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1"
                        + " EndpointSlice\"";
        for (var path : List.of(maps, maps + "/absent", maps + "?watch=true&timeoutSeconds=1")) {
            assertThat(server.get(path).headers().allValues("Warning")).containsExactly(warning);
        }
        assertThat(server.get(MAPS).headers().allValues("Warning")).isEmpty();
    }

    @Test
    void pagesForDebuggingAreTextAndObjectsByName() throws Exception {
        for (var path : List.of("/statusz", "/flagz")) {
            var text = server.get(path);
            assertThat(text.headers().firstValue("Content-Type"))
                    .hasValue("text/plain; charset=utf-8");
            assertThat(text.body())
                    .startsWith("\napiserver " + path.substring(1) + "\nWarning: This endpoint is");
            assertThat(server.get(path, "Accept", "application/json").statusCode()).isEqualTo(406);
            assertThat(server.get(path, "Accept", "application/json, */*").body())
                    .isEqualTo(text.body());
        }
        String form = "application/json;g=config.k8s.io;as=";
        assertThat(server.get("/statusz", "Accept", form + "Statusz;v=v1beta1").body())
                .contains(
                        "\"kind\":\"Statusz\"",
                        "\"apiVersion\":\"config.k8s.io/v1beta1\"",
                        "\"metadata\":{\"name\":\"apiserver\"}",
                        "\"uptimeSeconds\":",
                        "\"emulationVersion\":\"1.37\"",
                        "\"/healthz\",\"/livez\",\"/metrics\"");
        var flags = server.get("/flagz", "Accept", form + "Flagz;v=v1alpha1");
        assertThat(flags.body()).contains("\"flags\":{\"test\":\"true\"}");
        assertThat(flags.headers().firstValue("Warning"))
                .hasValue(
                        "299 - \"This version of the flagz endpoint is deprecated. Please use a"
                                + " newer version.\"");
    }

    @Test
    void whatThisServerServesItselfIsAvailable() throws Exception {
        String services = "/apis/apiregistration.k8s.io/v1/apiservices";
        assertThat(
                        server.send(
                                        "POST",
                                        services,
                                        """
                                        {"metadata":{"name":"v1.example.org"},"spec":{"group":"example.org",\
                                        "version":"v1","groupPriorityMinimum":100,"versionPriority":15}}\
                                        """)
                                .body())
                .contains(
                        "\"type\":\"Available\",\"status\":\"True\"",
                        "\"reason\":\"Local\",\"message\":\"Local APIServices are always"
                                + " available\"");
        assertThat(
                        server.get(
                                        services,
                                        "Accept",
                                        "application/json;as=Table;g=meta.k8s.io;v=v1")
                                .body())
                .contains("\"cells\":[\"v1.example.org\",\"Local\",\"True\",\"");
        var refused =
                server.send(
                        "POST",
                        services,
                        """
                        {"metadata":{"name":"v1.x"},"spec":{"version":"v2","insecureSkipTLSVerify":true}}\
                        """);
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body())
                .contains(
                        "metadata.name: Invalid value: \\\"v1.x\\\": must be"
                                + " `spec.version+\\\".\\\"+spec.group`: \\\"v2.\\\"",
                        "spec.group: Required value: only v1 may have an empty group and it better"
                                + " be legacy kube",
                        "spec.groupPriorityMinimum: Invalid value: 0: must be positive and less"
                                + " than 20000",
                        "spec.versionPriority: Invalid value: 0: must be positive and less than"
                                + " 1000",
                        "spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not"
                                + " have insecureSkipTLSVerify");
    }

    @Test
    void whatHealthChecksSaidIsCounted() throws Exception {
        assertThat(server.get("/readyz").body()).isEqualTo("ok");
        assertThat(server.get("/metrics/slis").body())
                .contains(
                        "kubernetes_healthcheck{name=\"etcd\",type=\"readyz\"} 1",
                        "kubernetes_healthchecks_total{name=\"etcd\",status=\"success\",type=\"readyz\"}");
    }

    @Test
    void metricsTellWhoAsks() throws Exception {
        server.get("/api/v1/namespaces/default/configmaps");
        assertThat(server.get("/metrics").body())
                .contains(
                        "j8s_client_requests_total{client=\"other\",resource=\"configmaps\","
                                + "subresource=\"\",verb=\"list\"}");
    }
}
