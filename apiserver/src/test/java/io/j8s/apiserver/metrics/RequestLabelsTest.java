package io.j8s.apiserver.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.request.RequestInfo;

import org.junit.jupiter.api.Test;

/// Each row is what upstream v1.37's `pkg/endpoints/metrics` makes of the request.
class RequestLabelsTest {

    private static RequestInfo pods(
            String verb, String namespace, String name, String subresource) {
        return new RequestInfo(
                true, "/api/v1/pods", verb, "", "v1", namespace, "pods", subresource, name, "");
    }

    private static RequestInfo path(String verb) {
        return new RequestInfo(false, "/apis", verb, "", "", "", "", "", "", "");
    }

    @Test
    void verbsAreHttpsExceptWhereHttpDoesNotTellThemApart() {
        assertThat(RequestMetrics.verb(pods("create", "ns", "", ""), null)).isEqualTo("POST");
        assertThat(RequestMetrics.verb(pods("update", "ns", "a", ""), null)).isEqualTo("PUT");
        assertThat(RequestMetrics.verb(pods("list", "ns", "", ""), null)).isEqualTo("LIST");
        assertThat(RequestMetrics.verb(pods("watch", "ns", "", ""), null)).isEqualTo("WATCH");
        assertThat(RequestMetrics.verb(pods("deletecollection", "ns", "", ""), null))
                .isEqualTo("DELETE");
        assertThat(RequestMetrics.verb(path("head"), null)).isEqualTo("GET");
    }

    @Test
    void anApplyIsNoPatch() {
        var patch = pods("patch", "ns", "a", "");
        assertThat(RequestMetrics.verb(patch, "application/apply-patch+yaml")).isEqualTo("APPLY");
        assertThat(RequestMetrics.verb(patch, "application/merge-patch+json")).isEqualTo("PATCH");
    }

    @Test
    void whatConnectsSaysSoWhicheverMethodItHas() {
        assertThat(RequestMetrics.verb(pods("get", "ns", "a", "log"), null)).isEqualTo("CONNECT");
        assertThat(RequestMetrics.verb(pods("create", "ns", "a", "exec"), null))
                .isEqualTo("CONNECT");
        assertThat(RequestMetrics.verb(pods("get", "ns", "a", "status"), null)).isEqualTo("GET");
    }

    @Test
    void aMethodThatAClientMadeUpIsNoLabel() {
        assertThat(RequestMetrics.verb(path("brew"), null)).isEqualTo("other");
    }

    @Test
    void oneObjectIsAResourceAlsoBeforeItHasAName() {
        assertThat(RequestMetrics.scope(pods("create", "ns", "", ""))).isEqualTo("resource");
        assertThat(RequestMetrics.scope(pods("get", "ns", "a", ""))).isEqualTo("resource");
        assertThat(RequestMetrics.scope(pods("list", "ns", "", ""))).isEqualTo("namespace");
        assertThat(RequestMetrics.scope(pods("list", "", "", ""))).isEqualTo("cluster");
        assertThat(RequestMetrics.scope(pods("deletecollection", "ns", "", "")))
                .isEqualTo("namespace");
        assertThat(RequestMetrics.scope(path("get"))).isEmpty();
    }

    @Test
    void aSelectorsNameCountsOnlyAmongTheLongRunning() {
        var watch = pods("watch", "ns", "a", "");
        assertThat(RequestMetrics.scope(watch)).isEqualTo("namespace");
        assertThat(RequestMetrics.scopeOfLong(watch)).isEqualTo("resource");
    }
}
