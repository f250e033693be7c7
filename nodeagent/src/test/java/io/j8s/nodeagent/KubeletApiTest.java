package io.j8s.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerBuilder;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;

@Tag("runtime")
class KubeletApiTest {

    private static RunningAgent agent;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        agent = new RunningAgent(directory, 27);
        var container =
                new ContainerBuilder(
                                TestPods.container(
                                        "main",
                                        "echo one; echo two; trap 'exit 0' TERM; while true; do"
                                                + " sleep 0.1; done"))
                        .withNewReadinessProbe()
                        .withNewExec()
                        .withCommand("true")
                        .endExec()
                        .withPeriodSeconds(1)
                        .endReadinessProbe()
                        .build();
        var pod = agent.cluster.submit(TestPods.pod("seen", "Always", container));
        agent.await(
                pod,
                "ready",
                current ->
                        current.getStatus() != null
                                && current.getStatus().getContainerStatuses().stream()
                                        .anyMatch(status -> status.getReady()));
        agent.awaitLog("seen/main", "one\ntwo\n");
    }

    @AfterAll
    static void stop() throws Exception {
        for (var pod : java.util.List.copyOf(agent.cluster.pods.values())) {
            agent.cluster.delete(pod, 0);
            agent.awaitGone(pod);
        }
        agent.close();
    }

    private static HttpResponse<String> send(String method, String path, String token)
            throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + agent.port() + path))
                            .method(method, HttpRequest.BodyPublishers.noBody());
            if (!token.isEmpty()) {
                request.header("Authorization", "Bearer " + token);
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET  | /healthz                                 | 200 | ok",
                "GET  | /healthz/ping                            | 200 | ok",
                "GET  | /healthz/log                             | 200 | ok",
                "GET  | /healthz/syncloop                        | 200 | ok",
                "GET  | /healthz/nothing                         | 404 | 404 page not found",
                "GET  | /healthz?verbose                         | 200 | [+]ping ok",
                "GET  | /configz                                 | 200 |"
                        + " \"kubeletconfig\":{\"kind\":\"KubeletConfiguration\"",
                "GET  | /pods                                    | 200 | \"name\":\"seen\"",
                "GET  | /runningpods/                            | 200 | \"name\":\"seen\"",
                "GET  | /stats/summary                           | 200 | \"nodeName\":\"node-1\"",
                "GET  | /metrics                                 | 200 | kubelet_node_name",
                "GET  | /metrics/resource                        | 200 |"
                        + " node_cpu_usage_seconds_total",
                "GET  | /metrics/cadvisor                        | 200 |"
                        + " container_cpu_usage_seconds_total{cpu=\"total\",container=\"main\"",
                "GET  | /metrics/probes                          | 200 |"
                    + " prober_probe_total{container=\"main\",namespace=\"default\",pod=\"seen\"",
                "GET  | /logs/                                   | 200 | <pre>",
                "GET  | /logs/..%2f..%2fetc/passwd               | 404 | 404 page not found",
                "POST | /run/default/seen/main?cmd=echo%20hello  | 200 | hello",
                "POST | /checkpoint/default/seen/main            | 500 | checkpointing of"
                        + " default/seen/main failed (rpc error: code = Unimplemented",
                "POST | /checkpoint/default/none/main            | 404 | pod does not exist",
                "GET  | /containerLogs/default/none/main         | 404 | pod \"none\" does not"
                        + " exist",
                "GET  | /containerLogs/default/seen/none         | 404 | container \"none\" not"
                        + " found in pod \"seen\"",
                "GET  | /containerLogs/default/seen/main?tailLines=1 | 200 | two",
                "GET  | /containerLogs/default/seen/main?tailLines=x | 400 | {\"message\": \"Unable"
                        + " to decode query.\"}",
                "GET  | /containerLogs/default/seen/main?limitBytes=0 | 422 | {\"message\":"
                        + " \"Invalid request.\"}",
                "GET  | /containerLogs/default/seen/main?previous=true | 400 | previous terminated"
                        + " container \"main\" in pod \"seen\" not found",
                "GET  | /nothing                                 | 404 | 404 page not found"
            })
    void answersAsTheKubeletDoes(String method, String path, int status, String part)
            throws Exception {
        var answer = send(method, path, "test");
        assertThat(answer.body()).contains(part);
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    @Test
    void nothingIsOpenToEverybody() throws Exception {
        assertThat(send("GET", "/healthz", "").statusCode()).isEqualTo(401);
        assertThat(send("GET", "/pods", "").statusCode()).isEqualTo(401);
    }
}
