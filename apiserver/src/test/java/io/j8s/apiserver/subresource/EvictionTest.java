package io.j8s.apiserver.subresource;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.TestServer;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.Statuses;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.http.HttpResponse;

/// What upstream says when a budget lets no pod go, word by word (`registry/core/pod/storage`).
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EvictionTest {

    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    private static final String REFUSED =
            "Cannot evict pod as it would violate the pod's disruption budget.";

    private TestServer server;

    @BeforeAll
    void start() throws Exception {
        server = new TestServer();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "few | 'desiredHealthy':2,'currentHealthy':2 | needs 2 healthy pods and has 2"
                        + " currently",
                "sync |"
                    + " 'currentHealthy':1,'conditions':[{'type':'DisruptionAllowed','status':'False','reason':'SyncFailed','message':'no"
                    + " scale','lastTransitionTime':'2030-01-01T00:00:00Z'}] | does not allow"
                    + " evicting pods currently because it failed sync: no scale",
                "other |"
                    + " 'currentHealthy':1,'conditions':[{'type':'DisruptionAllowed','status':'False','reason':'Held','message':'by"
                    + " hand','lastTransitionTime':'2030-01-01T00:00:00Z'}] | does not allow"
                    + " evicting pods currently (Held): by hand",
                "silent | 'currentHealthy':1 | does not allow evicting pods currently"
            })
    void anExhaustedBudgetSaysWhy(String name, String status, String cause) throws Exception {
        readyPod(name);
        budget(name, name, "'observedGeneration':1,'disruptionsAllowed':0," + status);

        var answer = evict(name);

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body())
                .contains(
                        "\"message\":\"" + REFUSED + "\",\"reason\":\"TooManyRequests\"",
                        "\"causes\":[{\"reason\":\"DisruptionBudget\",\"message\":"
                                + "\"The disruption budget %s %s\"}]".formatted(name, cause))
                .doesNotContain("retryAfterSeconds");
        assertThat(answer.headers().firstValue("Retry-After")).isEmpty();
    }

    /// No such status can be written by the API, only found in a store.
    @Test
    void aBudgetThatIsNegativeForbids() {
        var said =
                Statuses.of(
                        new ApiError.BrokenDisruptionBudget("b", "it is negative", "why it is"));

        assertThat(said.code()).isEqualTo(403);
        assertThat(said.message())
                .isEqualTo("poddisruptionbudget.policy \"b\" is forbidden: it is negative");
        assertThat(said.toString()).contains("DisruptionBudget", "why it is");
    }

    @Test
    void twoBudgetsOfOnePodAreAFailureWithoutAReason() throws Exception {
        readyPod("twice");
        budget("twice-a", "twice", "'observedGeneration':1,'disruptionsAllowed':1");
        budget("twice-b", "twice", "'observedGeneration':1,'disruptionsAllowed':1");

        var answer = evict("twice");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body())
                .contains(
                        "\"message\":\"This pod has more than one PodDisruptionBudget, which the"
                                + " eviction subresource does not support.\",\"code\":500")
                .doesNotContain("reason");
    }

    @Test
    void theLastDisruptionIsToldAtOnce() throws Exception {
        readyPod("last");
        budget("last", "last", "'observedGeneration':1,'disruptionsAllowed':1");

        assertThat(evict("last").statusCode()).isEqualTo(201);

        assertThat(server.get(BUDGETS + "/last").body())
                .contains(
                        "\"disruptionsAllowed\":0",
                        "\"disruptedPods\":{\"last\":",
                        "\"type\":\"DisruptionAllowed\",\"status\":\"False\"",
                        "\"reason\":\"InsufficientPods\"");
    }

    private void readyPod(String name) throws Exception {
        server.send(
                "POST",
                PODS,
                json(
                        "{'metadata':{'name':'%s','labels':{'app':'%s'}},'spec':{'containers':[{'name':'c','image':'i'}]}}"
                                .formatted(name, name)));
        patch(
                PODS + "/" + name,
                "{'status':{'phase':'Running','conditions':[{'type':'Ready','status':'True'}]}}");
    }

    private void budget(String name, String app, String status) throws Exception {
        var made =
                server.send(
                        "POST",
                        BUDGETS,
                        json(
                                "{'metadata':{'name':'%s'},'spec':{'minAvailable':1,'selector':{'matchLabels':{'app':'%s'}}}}"
                                        .formatted(name, app)));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        patch(BUDGETS + "/" + name, "{'status':{" + status + "}}");
    }

    private void patch(String path, String body) throws Exception {
        var done =
                server.send(
                        "PATCH",
                        path + "/status",
                        json(body),
                        "Content-Type",
                        "application/merge-patch+json");
        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
    }

    private HttpResponse<String> evict(String pod) throws Exception {
        return server.send(
                "POST",
                PODS + "/" + pod + "/eviction",
                json(
                        "{'apiVersion':'policy/v1','kind':'Eviction','metadata':{'name':'%s'}}"
                                .formatted(pod)));
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }
}
