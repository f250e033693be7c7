package io.j8s.apiserver.subresource;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.TestServer;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.memory.MemoryStore;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.Txn;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/// Pods that change while they are evicted: the store lets another write go first.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EvictionRaceTest {

    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    private static final Pattern VERSION = Pattern.compile("\"resourceVersion\":\"(\\d+)\"");

    private final Queue<Callable<?>> first = new ConcurrentLinkedQueue<>();
    private TestServer server;

    @BeforeAll
    void start() throws Exception {
        server = new TestServer(letting(new MemoryStore(new SystemTimers())), 0);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private Store letting(Store real) {
        return (Store)
                Proxy.newProxyInstance(
                        Store.class.getClassLoader(),
                        new Class<?>[] {Store.class},
                        (_, method, arguments) -> {
                            if (method.getName().equals("txn") && isMark((Txn) arguments[0])) {
                                var other = first.poll();
                                if (other != null) {
                                    other.call();
                                }
                            }
                            try {
                                return method.invoke(real, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private static boolean isMark(Txn txn) {
        return txn.then().stream()
                .anyMatch(op ->
                        op instanceof Op.Put put
                                && new String(put.value().array(), StandardCharsets.UTF_8)
                                        .contains("EvictionByEvictionAPI"));
    }

    private void pod(String name) throws Exception {
        var created =
                server.send(
                        "POST",
                        PODS,
                        """
                        {"metadata":{"name":"%s","labels":{"app":"%s"}},
                         "spec":{"containers":[{"name":"c","image":"i"}]}}\
                        """
                                .formatted(name, name));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
    }

    private void budget(String name, String more) throws Exception {
        server.send(
                "POST",
                BUDGETS,
                """
                {"metadata":{"name":"%s"},
                 "spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"%s"}}%s}}\
                """
                        .formatted(name, name, more));
        var told =
                patch(
                        BUDGETS + "/" + name + "/status",
                        """
                        {"status":{"observedGeneration":1,"disruptionsAllowed":0,"expectedPods":1,
                         "desiredHealthy":1,"currentHealthy":1}}\
                        """);
        assertThat(told.statusCode()).as(told.body()).isEqualTo(200);
        var version = VERSION.matcher(told.body());
        assertThat(version.find()).isTrue();
        // answered when the cache, from which evictions read, has it
        assertThat(server.get(BUDGETS + "?resourceVersion=" + version.group(1)).body())
                .contains("\"" + name + "\"");
    }

    private HttpResponse<String> patch(String path, String body) throws Exception {
        return server.send("PATCH", path, body, "Content-Type", "application/merge-patch+json");
    }

    private HttpResponse<String> status(String pod, String phase, String ready) throws Exception {
        return patch(
                PODS + "/" + pod + "/status",
                """
                {"status":{"phase":"%s","conditions":[{"type":"Ready","status":"%s"}]}}\
                """
                        .formatted(phase, ready));
    }

    private HttpResponse<String> evict(String pod, String more) throws Exception {
        var response =
                server.send(
                        "POST",
                        PODS + "/" + pod + "/eviction",
                        "{\"metadata\":{\"name\":\"%s\"}%s}".formatted(pod, more));
        assertThat(first).as("writes that should have come first").isEmpty();
        return response;
    }

    @Test
    void podThatStartsMeanwhileIsLeftToItsBudget() throws Exception {
        pod("starts");
        budget("starts", "");
        first.add(() -> status("starts", "Running", "True"));
        var refused = evict("starts", "");
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(429);
        assertThat(refused.body()).contains("needs 1 healthy pods and has 1 currently");
        assertThat(server.get(PODS + "/starts").body()).doesNotContain("DisruptionTarget");
    }

    @Test
    void pendingPodThatOnlyChangesIsEvictedAllTheSame() throws Exception {
        pod("changes");
        first.add(() -> patch(PODS + "/changes", "{\"metadata\":{\"labels\":{\"more\":\"yes\"}}}"));
        var evicted = evict("changes", "");
        assertThat(evicted.statusCode()).as(evicted.body()).isEqualTo(201);
        assertThat(server.get(PODS + "/changes").statusCode()).isEqualTo(404);
    }

    @Test
    void podThatGetsReadyMeanwhileIsNotTakenFromItsBudget() throws Exception {
        pod("ready");
        status("ready", "Running", "False");
        budget("ready", ",\"unhealthyPodEvictionPolicy\":\"AlwaysAllow\"");
        first.add(() -> status("ready", "Running", "True"));
        var refused = evict("ready", "");
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(429);
        assertThat(refused.body())
                .contains(
                        "The disruption budget ready is still being processed by the server.",
                        "\"retryAfterSeconds\":10");
        assertThat(server.get(PODS + "/ready").body()).doesNotContain("DisruptionTarget");
    }

    @Test
    void clientThatNamesAVersionHearsOfTheConflictAtOnce() throws Exception {
        pod("named");
        var version = VERSION.matcher(server.get(PODS + "/named").body());
        assertThat(version.find()).isTrue();
        first.add(() -> patch(PODS + "/named", "{\"metadata\":{\"labels\":{\"more\":\"yes\"}}}"));
        var refused =
                evict(
                        "named",
                        ",\"deleteOptions\":{\"preconditions\":{\"resourceVersion\":\"%s\"}}"
                                .formatted(version.group(1)));
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(409);
        assertThat(refused.body()).contains("the ResourceVersion in the precondition");
    }
}
