package io.j8s.apiserver.resources;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.TestServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What a client sees of the kinds' rules, over HTTP.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RefusalTest {

    private TestServer server;

    @BeforeAll
    void start() throws Exception {
        server = new TestServer();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    @Test
    void anInvalidPodIsAnsweredWithAllItsCauses() throws Exception {
        var answer =
                server.send(
                        "POST",
                        "/api/v1/namespaces/default/pods",
                        json(
                                "{'metadata':{'name':'a_b'},'spec':{'containers':[{'name':'c'}],"
                                        + "'restartPolicy':'Sometimes'}}"));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body())
                .contains(
                        "Pod \\\"a_b\\\" is invalid: [metadata.name: Invalid value: \\\"a_b\\\"",
                        "spec.containers[0].image: Required value, spec.restartPolicy: Unsupported"
                                + " value: \\\"Sometimes\\\"",
                        "\"reason\":\"FieldValueRequired\"",
                        "\"field\":\"spec.containers[0].image\"");
    }

    @Test
    void anotherImageIsTakenAndAnotherCommandIsNot() throws Exception {
        String pod = "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}]}}";
        assertThat(server.send("POST", "/api/v1/namespaces/default/pods", json(pod)).statusCode())
                .isEqualTo(201);
        String path = "/api/v1/namespaces/default/pods/p";
        String type = "application/strategic-merge-patch+json";
        var image =
                server.send(
                        "PATCH",
                        path,
                        json("{'spec':{'containers':[{'name':'c','image':'j'}]}}"),
                        "Content-Type",
                        type);
        assertThat(image.statusCode()).as(image.body()).isEqualTo(200);
        assertThat(image.body()).contains("\"generation\":2");
        var command =
                server.send(
                        "PATCH",
                        path,
                        json("{'spec':{'containers':[{'name':'c','command':['x']}]}}"),
                        "Content-Type",
                        type);
        assertThat(command.statusCode()).isEqualTo(422);
        assertThat(command.body())
                .contains("spec: Forbidden: pod updates may not change fields other than");
    }

    @Test
    void whatIsProbablyNotMeantComesWithAWarning() throws Exception {
        var answer =
                server.send(
                        "POST",
                        "/api/v1/namespaces/default/pods",
                        json(
                                "{'metadata':{'name':'w'},'spec':{'nodeSelector':"
                                    + "{'beta.kubernetes.io/os':'linux'},"
                                    + "'containers':[{'name':'c','image':'i','env':"
                                    + "[{'name':'A','value':'1'},{'name':'A','value':'2'}]}]}}"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(answer.headers().allValues("Warning"))
                .containsExactly(
                        "299 - \"spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14;"
                                + " use \\\"kubernetes.io/os\\\" instead\"",
                        "299 - \"spec.containers[0].env[1]: hides previous definition of \\\"A\\\","
                                + " which may be dropped when using apply\"");
    }
}
