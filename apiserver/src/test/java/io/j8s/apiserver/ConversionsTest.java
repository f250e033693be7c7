package io.j8s.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.schema.ProtobufCodec;
import io.j8s.machinery.meta.GroupVersionKind;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.DataInputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/// One stored object seen through several versions and forms.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConversionsTest {

    private static final String EVENTS = "/apis/events.k8s.io/v1/namespaces/default/events";
    private static final String CORE = "/api/v1/namespaces/default/events";
    private static final String SCALERS = "/namespaces/default/horizontalpodautoscalers";

    private TestServer server;

    @BeforeAll
    void start() throws Exception {
        server = new TestServer();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void eventsAreTheSameInBothGroups() throws Exception {
        var created =
                server.send(
                        "POST",
                        EVENTS,
                        """
                        {"metadata":{"name":"e"},"eventTime":"2026-01-01T00:00:00.000000Z",
                         "reportingController":"example.com/c","reportingInstance":"c-1",
                         "action":"Act","reason":"Why","type":"Normal","note":"said",
                         "regarding":{"kind":"Pod","name":"p","namespace":"default"}}\
                        """);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.body())
                .contains("\"apiVersion\":\"events.k8s.io/v1\"", "\"note\":\"said\"");
        assertThat(server.get(CORE + "/e").body())
                .contains(
                        "\"kind\":\"Event\",\"apiVersion\":\"v1\"",
                        "\"involvedObject\":{\"kind\":\"Pod\"",
                        "\"message\":\"said\"",
                        "\"reportingComponent\":\"example.com/c\"");
        assertThat(server.get(EVENTS).body())
                .startsWith("{\"kind\":\"EventList\",\"apiVersion\":\"events.k8s.io/v1\"")
                .contains("\"regarding\":{\"kind\":\"Pod\"");
        assertThat(server.get(CORE + "?fieldSelector=involvedObject.name%3Dp").body())
                .contains("\"message\":\"said\"");
        assertThat(server.get(CORE + "?fieldSelector=involvedObject.name%3Dq").body())
                .contains("\"items\":[]");
        assertThat(server.get(EVENTS + "?fieldSelector=regarding.name%3Dp").body())
                .contains("\"note\":\"said\"");
        assertThat(server.get(EVENTS + "?fieldSelector=reportingController%3Dother").body())
                .contains("\"items\":[]");
        assertThat(server.get(EVENTS + "?fieldSelector=involvedObject.name%3Dp").body())
                .contains("field label not supported: involvedObject.name");
        assertThat(
                        server.client()
                                .send(
                                        server.request(CORE + "?watch=true&timeoutSeconds=60")
                                                .build(),
                                        BodyHandlers.ofLines())
                                .body()
                                .iterator()
                                .next())
                .contains("\"type\":\"ADDED\"", "\"message\":\"said\"");
    }

    @Test
    void fieldsHaveTheNamesUpstreamSelectsBy() throws Exception {
        assertThat(server.get("/api/v1/pods?fieldSelector=spec.host%3Dn,status.podIPs%21%3Da"))
                .returns(200, HttpResponse::statusCode);
        assertThat(server.get("/api/v1/namespaces?fieldSelector=name%3Dn").body())
                .contains("field label not supported: name");
        assertThat(server.get("/apis/apps/v1/replicasets?fieldSelector=status.replicas%3D1").body())
                .contains("is not a known field selector");
    }

    @Test
    void autoscalersAreTheSameInBothVersions() throws Exception {
        var created =
                server.send(
                        "POST",
                        "/apis/autoscaling/v1" + SCALERS,
                        """
                        {"metadata":{"name":"h"},"spec":{"maxReplicas":3,
                         "scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"},
                         "targetCPUUtilizationPercentage":70}}\
                        """);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.body())
                .contains(
                        "\"apiVersion\":\"autoscaling/v1\"",
                        "\"targetCPUUtilizationPercentage\":70");
        assertThat(server.get("/apis/autoscaling/v2" + SCALERS + "/h").body())
                .contains("\"apiVersion\":\"autoscaling/v2\"", "\"averageUtilization\":70");
    }

    @Test
    void watchesComeInProtobufWithTheirLengths() throws Exception {
        String maps = "/api/v1/namespaces/protobuf/configmaps";
        server.send("POST", maps, "{\"metadata\":{\"name\":\"a\"}}");
        var response =
                server.client()
                        .send(
                                server.request(maps + "?watch=true&timeoutSeconds=60")
                                        .header(
                                                "Accept",
                                                "application/vnd.kubernetes.protobuf;stream=watch")
                                        .build(),
                                BodyHandlers.ofInputStream());
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValue("application/vnd.kubernetes.protobuf;stream=watch");
        try (var in = new DataInputStream(response.body())) {
            byte[] event = new byte[in.readInt()];
            in.readFully(event);
            assertThat(new String(event, 2, 5, StandardCharsets.UTF_8)).isEqualTo("ADDED");
            int object = new String(event, StandardCharsets.ISO_8859_1).indexOf("k8s\0");
            byte[] enveloped = java.util.Arrays.copyOfRange(event, object, event.length);
            assertThat(ProtobufCodec.envelope(enveloped).kind())
                    .isEqualTo(new GroupVersionKind("", "v1", "ConfigMap"));
        }
    }

    @Test
    void watchedTablesDescribeTheirColumnsOnce() throws Exception {
        String maps = "/api/v1/namespaces/tables/configmaps";
        server.send("POST", maps, "{\"metadata\":{\"name\":\"a\"}}");
        server.send("POST", maps, "{\"metadata\":{\"name\":\"b\"}}");
        var lines =
                server.client()
                        .send(
                                server.request(maps + "?watch=true&timeoutSeconds=60")
                                        .header(
                                                "Accept",
                                                "application/json;as=Table;v=v1;g=meta.k8s.io")
                                        .build(),
                                BodyHandlers.ofLines())
                        .body()
                        .iterator();
        assertThat(lines.next())
                .contains("\"kind\":\"Table\"", "\"columnDefinitions\":[{\"name\":\"Name\"");
        assertThat(lines.next()).contains("\"columnDefinitions\":null", "\"cells\":[\"b\"");
    }
}
