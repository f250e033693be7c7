package io.j8s.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.chain.Inflight;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.ProtobufCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.memory.MemoryStore;
import io.prometheus.metrics.core.metrics.Counter;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The forms that answers come in, and what the server tells of itself.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FormsTest {

    private static final String MAPS = "/api/v1/namespaces/forms/configmaps";
    private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";

    private TestServer server;

    @BeforeAll
    void start() throws Exception {
        server = open();
        server.send("POST", MAPS, "{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"v\"}}");
    }

    /// Other engines' tests open another one.
    TestServer open() throws Exception {
        return new TestServer();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /// As upstream since 1.37: of several that say so the newest is it, of one age the first by
    /// name.
    @Test
    void onlyAListTellsWhichStorageClassIsTheDefault() throws Exception {
        var classes = "/apis/storage.k8s.io/v1/storageclasses";
        for (var name : List.of("fast", "slow")) {
            server.send(
                    "POST",
                    classes,
                    """
                    {"metadata":{"name":"%s","annotations":
                     {"storageclass.kubernetes.io/is-default-class":"true"}},"provisioner":"example.com/x"}
                    """
                            .formatted(name));
        }
        var accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
        assertThat(server.get(classes, "Accept", accept).body())
                .containsPattern("\"cells\":\\[\"(fast|slow) \\(default\\)\"")
                .containsPattern("\"cells\":\\[\"(fast|slow)\"");
        assertThat(server.get(classes + "/fast", "Accept", accept).body())
                .contains("\"cells\":[\"fast\"");
        server.send("DELETE", classes + "/fast", "");
        server.send("DELETE", classes + "/slow", "");
    }

    @Test
    void objectsComeAsJsonYamlAndProtobuf() throws Exception {
        assertThat(server.get(MAPS + "/a", "Accept", "application/yaml").body())
                .startsWith("apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\nmetadata:\n");
        assertThat(server.get(MAPS + "/a?pretty=true").body())
                .startsWith("{\n  \"kind\": \"ConfigMap\",\n  \"apiVersion\": \"v1\",\n")
                .endsWith("}");
        var response =
                server.client()
                        .send(
                                server.request(MAPS + "/a").header("Accept", PROTOBUF).build(),
                                BodyHandlers.ofByteArray());
        assertThat(response.headers().firstValue("Content-Type")).hasValue(PROTOBUF);
        var type = Schema.load().type(new GroupVersionKind("", "v1", "ConfigMap"));
        var tree = ProtobufCodec.read(response.body(), type);
        tree.set("apiVersion", "v1").set("kind", "ConfigMap");
        assertThat(new String(JsonCodec.write(tree), StandardCharsets.UTF_8) + "\n")
                .isEqualTo(server.get(MAPS + "/a").body());
    }

    @Test
    void listsComeAsProtobuf() throws Exception {
        var response =
                server.client()
                        .send(
                                server.request(MAPS).header("Accept", PROTOBUF).build(),
                                BodyHandlers.ofByteArray());
        var kind = ProtobufCodec.envelope(response.body()).kind();
        assertThat(kind).isEqualTo(new GroupVersionKind("", "v1", "ConfigMapList"));
        var list = ProtobufCodec.read(response.body(), Schema.load().type(kind));
        assertThat(list.trees("items").size()).isPositive();
        assertThat(list.trees("items").getFirst().string("metadata.name")).isEqualTo("a");
        assertThat(list.trees("items").getFirst().string("metadata.resourceVersion")).isNotEmpty();
    }

    @Test
    void tablesHaveTheKindsColumns() throws Exception {
        var table =
                server.get(
                        MAPS,
                        "Accept",
                        "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
        assertThat(table.body())
                .startsWith(
                        "{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{\"resourceVersion\":\"")
                .contains(
                        "\"columnDefinitions\":[{\"name\":\"Name\",\"type\":\"string\",\"format\":\"name\"",
                        "{\"name\":\"Data\",",
                        "\"rows\":[{\"cells\":[\"a\",",
                        "\"object\":{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{\"name\":\"a\"");
        assertThat(
                        server.get(
                                        MAPS + "?includeObject=None",
                                        "Accept",
                                        "application/json;as=Table;v=v1;g=meta.k8s.io")
                                .body())
                .contains("\"object\":null");
    }

    @Test
    void kindsOfTheControlPlaneHaveTheirColumnsToo() throws Exception {
        assertCells(
                "/apis/autoscaling/v2/namespaces/forms/horizontalpodautoscalers",
                "{\"metadata\":{\"name\":\"h\"},\"spec\":{\"maxReplicas\":3,\"scaleTargetRef\":"
                        + "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"d\"}}}",
                "[\"h\",\"Deployment/d\",\"cpu: \\u003cunknown\\u003e/80%\",\"1\",3,0,");
        assertCells(
                "/apis/networking.k8s.io/v1/servicecidrs",
                "{\"metadata\":{\"name\":\"c\"},\"spec\":{\"cidrs\":[\"10.1.0.0/16\"]}}",
                "[\"c\",\"10.1.0.0/16\",");
        assertCells(
                "/apis/networking.k8s.io/v1/ipaddresses",
                "{\"metadata\":{\"name\":\"10.1.0.9\"},\"spec\":{\"parentRef\":{\"resource\":"
                        + "\"services\",\"namespace\":\"n\",\"name\":\"s\"}}}",
                "[\"10.1.0.9\",\"services/n/s\"]");
        assertCells(
                "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas",
                "{\"metadata\":{\"name\":\"f\"},\"spec\":{\"matchingPrecedence\":7,"
                        + "\"priorityLevelConfiguration\":{\"name\":\"p\"}}}",
                "[\"f\",\"p\",7,\"\\u003cnone\\u003e\",");
        assertCells(
                "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations",
                "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"type\":\"Limited\",\"limited\":{"
                    + "\"nominalConcurrencyShares\":5,\"limitResponse\":{\"type\":\"Reject\"}}}}",
                "[\"p\",\"Limited\",5,\"\\u003cnone\\u003e\",\"\\u003cnone\\u003e\",\"\\u003cnone\\u003e\",");
    }

    private void assertCells(String path, String body, String cells) throws Exception {
        assertThat(server.send("POST", path, body).body()).contains("\"uid\"");
        assertThat(
                        server.get(path, "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
                                .body())
                .contains(cells);
    }

    @Test
    void metadataCanBeHadAlone() throws Exception {
        assertThat(
                        server.get(
                                        MAPS,
                                        "Accept",
                                        "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")
                                .body())
                .startsWith(
                        "{\"kind\":\"PartialObjectMetadataList\",\"apiVersion\":\"meta.k8s.io/v1\"")
                .contains("\"name\":\"a\"")
                .doesNotContain("\"data\"");
    }

    @Test
    void errorsComeInTheFormAskedFor() throws Exception {
        var response =
                server.client()
                        .send(
                                server.request(MAPS + "/none").header("Accept", PROTOBUF).build(),
                                BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(ProtobufCodec.envelope(response.body()).kind())
                .isEqualTo(new GroupVersionKind("", "v1", "Status"));
    }

    @Test
    void everyAnswerSaysThatItMustNotBeKept() throws Exception {
        var response = server.get(MAPS + "/a");
        assertThat(response.headers().allValues("Cache-Control"))
                .containsExactly("no-cache, private");
        assertThat(response.headers().firstValue("Audit-Id")).isPresent();
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    }

    @Test
    void largeAnswersAreCompressedForThoseWhoTakeIt() throws Exception {
        server.send(
                "POST",
                MAPS,
                "{\"metadata\":{\"name\":\"large\"},\"data\":{\"k\":\""
                        + "v".repeat(300_000)
                        + "\"}}");
        var response =
                server.client()
                        .send(
                                server.request(MAPS + "/large")
                                        .header("Accept-Encoding", "gzip")
                                        .build(),
                                BodyHandlers.ofInputStream());
        assertThat(response.headers().firstValue("Content-Encoding")).hasValue("gzip");
        try (var plain = new java.util.zip.GZIPInputStream(response.body())) {
            var text = new String(plain.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(text.equals(server.get(MAPS + "/large").body())).isTrue();
        }
        var list =
                server.client()
                        .send(
                                server.request(MAPS).header("Accept-Encoding", "gzip").build(),
                                BodyHandlers.ofInputStream());
        assertThat(list.headers().firstValue("Content-Encoding")).hasValue("gzip");
        try (var plain = new java.util.zip.GZIPInputStream(list.body())) {
            var text = new String(plain.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(text.equals(server.get(MAPS).body())).isTrue();
        }
        server.send("DELETE", MAPS + "/large", null);
    }

    @Test
    void healthTellsItsChecks() throws Exception {
        assertThat(server.get("/readyz").body()).isEqualTo("ok");
        assertThat(server.get("/livez?verbose").body())
                .isEqualTo("[+]ping ok\n[+]log ok\n[+]etcd ok\nlivez check passed\n");
        assertThat(server.get("/livez?verbose&exclude=etcd&exclude=foo").body())
                .contains(
                        "[+]etcd excluded: ok\n",
                        "warn: some health checks cannot be excluded: no matches for \"foo\"\n");
        assertThat(server.get("/livez/etcd").body()).isEqualTo("ok");
    }

    @Test
    void theServerCountsItsRequestsUnderUpstreamsNames() throws Exception {
        server.get(MAPS + "/a");
        server.get("/livez");
        server.get(MAPS + "?watch=true&timeoutSeconds=1");
        assertThat(server.get("/metrics").body())
                .contains(
                        "# HELP apiserver_request_total [STABLE] Counter of apiserver requests",
                        "apiserver_request_total{code=\"200\",component=\"\",dry_run=\"\",group=\"\",resource=\"\",scope=\"\",subresource=\"/livez\",verb=\"GET\",version=\"\"}",
                        "apiserver_request_duration_seconds_count{component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"configmaps\",scope=\"namespace\",subresource=\"\",verb=\"WATCH\",version=\"v1\"}",
                        "apiserver_request_sli_duration_seconds_bucket{component=\"apiserver\",group=\"\",resource=\"configmaps\",scope=\"resource\",subresource=\"\",verb=\"GET\",version=\"v1\",le=\"0.05\"}",
                        "apiserver_current_inflight_requests{request_kind=\"mutating\"} ",
                        "apiserver_request_total{code=\"200\",component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"configmaps\",scope=\"resource\",subresource=\"\",verb=\"GET\",version=\"v1\"}",
                        "apiserver_request_duration_seconds_bucket{",
                        "apiserver_storage_objects{resource=\"configmaps\"}",
                        "process_cpu_seconds_total");
    }

    @Test
    void aRequestThatWasOneTooManyIsCountedAndNoLongerUnderWay() throws Exception {
        try (var busy =
                new TestServer(new MemoryStore(new SystemTimers()), 0, new Inflight(9, 0))) {
            assertThat(busy.send("POST", MAPS, "{}").statusCode()).isEqualTo(429);
            assertThat(busy.get("/metrics").body())
                    .contains(
                            "apiserver_request_total{code=\"429\",",
                            "apiserver_current_inflight_requests{request_kind=\"mutating\"} 0.0");
        }
    }

    @Test
    void theServerTellsOfItsBuildFeaturesAndProcessAsUpstream() throws Exception {
        assertThat(server.get("/metrics").body())
                .contains(
                        "# HELP kubernetes_build_info [BETA] A metric with a constant '1' value",
                        "kubernetes_build_info{build_date=\"1970-01-01T00:00:00Z\",compiler=\"java\",git_commit=\"\",git_tree_state=\"clean\",git_version=\"v1.37.2+j8s\",go_version=\"\",major=\"1\",minor=\"37\",platform=\"linux/",
                        "# HELP kubernetes_feature_enabled [BETA] ",
                        "kubernetes_feature_enabled{name=\"APIServerIdentity\",stage=\"BETA\"} 1.0",
                        "kubernetes_feature_enabled{name=\"JobManagedBy\",stage=\"\"} 1.0",
                        "# HELP apiserver_storage_objects [STABLE] (Deprecated since 1.34.0) ",
                        "apiserver_resource_objects{group=\"apps\",resource=\"deployments\"} ",
                        "process_max_fds ",
                        "process_open_fds ",
                        "process_resident_memory_bytes ",
                        "process_virtual_memory_bytes ",
                        "process_start_time_seconds ");
    }

    @Test
    void theServerTellsWhatOthersInItsProcessCount() throws Exception {
        var counter = Counter.builder().name("scheduler_things").register(server.otherMetrics());
        // a name of the server's own: its own number is the one that is told
        Counter.builder().name("apiserver_request").register(server.otherMetrics());
        counter.inc();
        assertThat(server.get("/metrics").body())
                .contains("scheduler_things_total 1.0", "apiserver_request_total{");
    }

    @Test
    void theVersionIsUpstreamsShape() throws Exception {
        assertThat(server.get("/version").body())
                .startsWith("{\n  \"major\": \"1\",\n  \"minor\": \"37\",")
                .contains("\"gitVersion\": \"v1.37.2+j8s\"");
    }
}
