package io.j8s.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.memory.MemoryStore;
import io.j8s.storage.model.Store;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What lies below the compaction revision is gone, and clients are told how to go on.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HorizonTest {

    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private Store store;
    private TestServer server;

    @BeforeAll
    void start() throws Exception {
        store = open();
        server = new TestServer(store, 0);
    }

    /// Other engines' tests open another one.
    Store open() throws Exception {
        return new MemoryStore(new SystemTimers());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static String field(String body, String name) {
        return body.replaceFirst("(?s).*?\"" + name + "\":\"([^\"]*)\".*", "$1");
    }

    @Test
    void expiredPagesGoOnInconsistentlyAndOldRevisionsAreGone() throws Exception {
        for (int i = 0; i < 4; i++) {
            server.send("POST", MAPS, "{\"metadata\":{\"name\":\"m%d\"}}".formatted(i));
        }
        var first = server.get(MAPS + "?limit=2").body();
        server.send("POST", MAPS, "{\"metadata\":{\"name\":\"m9\"}}");
        String consistent =
                server.get(MAPS + "?limit=2&continue=" + field(first, "continue")).body();
        assertThat(consistent)
                .contains("\"name\":\"m2\"", "\"name\":\"m3\"")
                .doesNotContain("\"name\":\"m9\"")
                .contains("\"resourceVersion\":\"" + field(first, "resourceVersion") + "\"");

        store.compact(store.revision());
        var expired = server.get(MAPS + "?limit=2&continue=" + field(first, "continue"));
        assertThat(expired.statusCode()).as(expired.body()).isEqualTo(410);
        assertThat(expired.body())
                .contains(
                        "\"reason\":\"Expired\"",
                        "The provided continue parameter is too old to display a consistent list"
                                + " result.");
        var rest = server.get(MAPS + "?continue=" + field(expired.body(), "continue"));
        assertThat(rest.statusCode()).as(rest.body()).isEqualTo(200);
        assertThat(rest.body()).contains("\"name\":\"m2\"", "\"name\":\"m9\"");

        var exact = server.get(MAPS + "?resourceVersion=2&resourceVersionMatch=Exact");
        assertThat(exact.statusCode()).as(exact.body()).isEqualTo(410);
    }
}
