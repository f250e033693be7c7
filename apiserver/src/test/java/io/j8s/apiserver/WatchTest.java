package io.j8s.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.net.URI;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.util.Iterator;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Watches over plain HTTP and over WebSockets.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WatchTest {

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

    private static String path(String namespace) {
        return "/api/v1/namespaces/" + namespace + "/configmaps";
    }

    /// @return its resourceVersion
    private String create(String namespace, String name) throws Exception {
        var response =
                server.send("POST", path(namespace), "{\"metadata\":{\"name\":\"" + name + "\"}}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return response.body().replaceFirst("(?s).*\"resourceVersion\":\"(\\d+)\".*", "$1");
    }

    private Iterator<String> watch(String path) throws Exception {
        var response =
                server.client().send(server.request(path).GET().build(), BodyHandlers.ofLines());
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body().iterator();
    }

    @Test
    void watchesTellWhatIsThereAndThenWhatChanges() throws Exception {
        create("plain", "a");
        var events = watch(path("plain") + "?watch=true&timeoutSeconds=60");
        assertThat(events.next())
                .startsWith(
                        "{\"type\":\"ADDED\",\"object\":{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\"");
        create("plain", "b");
        assertThat(events.next()).contains("\"type\":\"ADDED\"", "\"name\":\"b\"");
        server.send("DELETE", path("plain") + "/a", null);
        assertThat(events.next()).contains("\"type\":\"DELETED\"", "\"name\":\"a\"");
    }

    /// Events have no cache: their watches are the store's.
    @Test
    void eventsAreWatchedFromARevisionOn() throws Exception {
        var since = create("happened", "a");
        var events =
                watch(
                        "/api/v1/namespaces/happened/events?watch=true&timeoutSeconds=60"
                                + "&resourceVersion="
                                + since);
        var event =
                """
                {"metadata":{"name":"e"},"reason":"Because",\
                "involvedObject":{"kind":"ConfigMap","name":"a","namespace":"happened"}}\
                """;
        var made = server.send("POST", "/api/v1/namespaces/happened/events", event);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(events.next()).contains("\"type\":\"ADDED\"", "\"reason\":\"Because\"");
    }

    @Test
    void initialEventsEndWithAMarkedBookmark() throws Exception {
        create("initial", "a");
        var events =
                watch(
                        path("initial")
                                + "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true"
                                + "&resourceVersionMatch=NotOlderThan&timeoutSeconds=60");
        assertThat(events.next()).contains("\"type\":\"ADDED\"", "\"name\":\"a\"");
        assertThat(events.next())
                .startsWith(
                        "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"")
                .contains("\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}");
    }

    @Test
    void watchesEndCleanlyAtTheirTimeout() throws Exception {
        var since = create("elsewhere", "a");
        var events =
                watch(
                        path("timed")
                                + "?watch=true&allowWatchBookmarks=true&timeoutSeconds=1"
                                + "&resourceVersion="
                                + since);
        assertThat(events.next()).contains("\"type\":\"BOOKMARK\"");
        assertThat(events.hasNext()).isFalse();
        var plain = watch(path("timed") + "?watch=true&timeoutSeconds=1&resourceVersion=" + since);
        assertThat(plain.hasNext()).as("without bookmarks asked for").isFalse();
    }

    @Test
    void aThousandInitialEventsArriveInOrderAndWhole() throws Exception {
        for (int i = 0; i < 300; i++) {
            var body =
                    "{\"metadata\":{\"name\":\"m%03d\"},\"data\":{\"x\":\"%s\"}}"
                            .formatted(i, "y".repeat(5000));
            server.send("POST", path("many"), body);
        }
        var events = watch(path("many") + "?watch=true&timeoutSeconds=60");
        for (int i = 0; i < 300; i++) {
            assertThat(events.next()).contains("\"name\":\"m%03d\"".formatted(i)).endsWith("}}");
        }
    }

    @Test
    void webSocketsCarryOneEventInEachMessage() throws Exception {
        create("socket", "a");
        var messages = new LinkedBlockingQueue<String>();
        var text = new StringBuilder();
        var socket =
                server.client()
                        .newWebSocketBuilder()
                        .header("Authorization", "Bearer admin")
                        .buildAsync(
                                URI.create(
                                        server.url().replace("https", "wss")
                                                + path("socket")
                                                + "?watch=true&timeoutSeconds=60"),
                                new WebSocket.Listener() {
                                    @Override
                                    public CompletionStage<?> onText(
                                            WebSocket webSocket, CharSequence data, boolean last) {
                                        text.append(data);
                                        if (last) {
                                            messages.add(text.toString());
                                            text.setLength(0);
                                        }
                                        return WebSocket.Listener.super.onText(
                                                webSocket, data, last);
                                    }
                                })
                        .get(60, TimeUnit.SECONDS);
        assertThat(messages.poll(60, TimeUnit.SECONDS)).contains("\"type\":\"ADDED\"", "\"a\"");
        create("socket", "b");
        assertThat(messages.poll(60, TimeUnit.SECONDS)).contains("\"type\":\"ADDED\"", "\"b\"");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(60, TimeUnit.SECONDS);
    }
}
