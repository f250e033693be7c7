package io.j8s.apiserver.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RequestInfosTest {

    private static RequestInfo of(String method, String path) {
        int mark = path.indexOf('?');
        return mark < 0
                ? RequestInfos.of(method, path, Query.EMPTY)
                : RequestInfos.of(
                        method, path.substring(0, mark), Query.parse(path.substring(mark + 1)));
    }

    /// Upstream's own table of cases (`requestinfo_test.go`), in our words.
    @ParameterizedTest
    @CsvSource({
        "GET,/api/v1/namespaces,list,'','',namespaces,'',''",
        "GET,/api/v1/namespaces/other,get,'',other,namespaces,'',other",
        "GET,/api/v1/namespaces/other/pods,list,'',other,pods,'',''",
        "GET,/api/v1/namespaces/other/pods/foo,get,'',other,pods,'',foo",
        "HEAD,/api/v1/namespaces/other/pods/foo,get,'',other,pods,'',foo",
        "GET,/api/v1/pods,list,'','',pods,'',''",
        "GET,/api/v1/namespaces/other/pods/foo/status,get,'',other,pods,status,foo",
        "PUT,/api/v1/namespaces/other/finalize,update,'',other,namespaces,finalize,other",
        "PUT,/api/v1/namespaces/other/status,update,'',other,namespaces,status,other",
        "POST,/apis/apps/v1/namespaces/other/deployments,create,apps,other,deployments,'',''",
        "DELETE,/api/v1/namespaces/other/pods,deletecollection,'',other,pods,'',''",
        "DELETE,/api/v1/namespaces/other/pods/foo,delete,'',other,pods,'',foo",
        "PATCH,/api/v1/nodes/foo,patch,'','',nodes,'',foo",
        "GET,/api/v1/pods?watch=true,watch,'','',pods,'',''",
        "GET,/api/v1/pods?watch=0,list,'','',pods,'',''",
        "GET,/api/v1/watch/namespaces/other/pods,watch,'',other,pods,'',''",
        "GET,/api/v1/watch/pods,watch,'','',pods,'',''",
        "GET,/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Dfoo,list,'',a,pods,'',foo",
    })
    void resourcesAreReadOffThePath(
            String method,
            String path,
            String verb,
            String group,
            String namespace,
            String resource,
            String subresource,
            String name) {
        var info = of(method, path);
        assertThat(info.isResourceRequest()).isTrue();
        assertThat(info.verb()).isEqualTo(verb);
        assertThat(info.group()).isEqualTo(group);
        assertThat(info.namespace()).isEqualTo(namespace);
        assertThat(info.resource()).isEqualTo(resource);
        assertThat(info.subresource()).isEqualTo(subresource);
        assertThat(info.name()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({
        "/",
        "/api",
        "/api/v1",
        "/apis",
        "/apis/apps",
        "/apis/apps/v1",
        "/healthz",
        "/x/y/z"
    })
    void otherPathsNameNoResource(String path) {
        var info = of("GET", path);
        assertThat(info.isResourceRequest()).isFalse();
        assertThat(info.verb()).isEqualTo("get");
        assertThat(info.path()).isEqualTo(path);
    }

    @Test
    void proxiesKeepTheRestOfThePath() {
        var info = of("GET", "/api/v1/namespaces/a/services/s:80/proxy/some/path");
        assertThat(info.subresource()).isEqualTo("proxy");
        assertThat(info.name()).isEqualTo("s:80");
        assertThat(info.rest()).isEqualTo("some/path");
    }
}
