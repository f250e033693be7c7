package io.j8s.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/// What clients do wrong is answered with upstream's code, reason and words.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {

    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String MERGE = "application/merge-patch+json";

    private TestServer server;

    @BeforeAll
    void start() throws Exception {
        server = open();
        server.send("POST", MAPS, "{\"metadata\":{\"name\":\"here\"}}");
    }

    /// Other engines' tests open another one.
    TestServer open() throws Exception {
        return new TestServer();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static void assertStatus(
            HttpResponse<String> response, int code, String reason, String... texts) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(code);
        assertThat(response.body())
                .startsWith("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{}")
                .contains("\"reason\":\"" + reason + "\"", "\"code\":" + code)
                .contains("\"status\":\"Failure\"");
        for (String text : texts) {
            assertThat(response.body()).contains(text);
        }
    }

    @Test
    void strangersAreForbiddenByName() throws Exception {
        var response =
                server.client()
                        .send(
                                HttpRequest.newBuilder(URI.create(server.url() + MAPS + "/a"))
                                        .build(),
                                BodyHandlers.ofString());
        assertStatus(
                response,
                403,
                "Forbidden",
                "configmaps \\\"a\\\" is forbidden: User \\\"system:anonymous\\\" cannot get"
                        + " resource \\\"configmaps\\\" in API group \\\"\\\" in the namespace"
                        + " \\\"default\\\"",
                "\"details\":{\"name\":\"a\",\"kind\":\"configmaps\"}");
        var path =
                server.client()
                        .send(
                                HttpRequest.newBuilder(URI.create(server.url() + "/x")).build(),
                                BodyHandlers.ofString());
        assertStatus(
                path,
                403,
                "Forbidden",
                "forbidden: User \\\"system:anonymous\\\" cannot get path \\\"/x\\\"",
                "\"details\":{}");
    }

    @Test
    void unknownFieldsAreRefusedWarnedAboutOrIgnored() throws Exception {
        String body =
                "{\"metadata\":{\"name\":\"f\"},\"dat\":{},\"data\":{\"a\":\"1\",\"a\":\"2\"}}";
        assertStatus(
                server.send("POST", MAPS + "?fieldValidation=Strict&dryRun=All", body),
                400,
                "BadRequest",
                "strict decoding error: unknown field \\\"dat\\\", duplicate field \\\"data.a\\\"");
        var warned = server.send("POST", MAPS + "?dryRun=All", body);
        assertThat(warned.statusCode()).as(warned.body()).isEqualTo(201);
        assertThat(warned.headers().allValues("Warning"))
                .containsExactly(
                        "299 - \"unknown field \\\"dat\\\"\"",
                        "299 - \"duplicate field \\\"data.a\\\"\"");
        var ignored = server.send("POST", MAPS + "?fieldValidation=Ignore&dryRun=All", body);
        assertThat(ignored.headers().allValues("Warning")).isEmpty();
        assertStatus(
                server.send("POST", MAPS + "?fieldValidation=Maybe", body),
                422,
                "Invalid",
                "CreateOptions.meta.k8s.io \\\"\\\" is invalid: fieldValidation: Unsupported value:"
                    + " \\\"Maybe\\\": supported values: \\\"\\\", \\\"Ignore\\\", \\\"Strict\\\","
                    + " \\\"Warn\\\"");
    }

    @Test
    void brokenBodiesAreBadRequests() throws Exception {
        assertStatus(server.send("POST", MAPS, "{\"metadata\":"), 400, "BadRequest");
        assertStatus(
                server.send("POST", MAPS, "{\"metadata\":{\"name\":\"x\"},\"data\":5}"),
                400,
                "BadRequest",
                "ConfigMap in version \\\"v1\\\" cannot be handled as a ConfigMap: json: cannot"
                        + " unmarshal number into Go struct field ConfigMap.data");
        assertStatus(
                server.send(
                        "POST",
                        MAPS,
                        "not protobuf",
                        "Content-Type",
                        "application/vnd.kubernetes.protobuf"),
                400,
                "BadRequest");
        assertStatus(
                server.send("POST", MAPS, "{\"kind\":\"Pod\",\"apiVersion\":\"v1\"}"),
                400,
                "BadRequest",
                "Pod in version \\\"v1\\\" cannot be handled as a ConfigMap");
    }

    @Test
    void bodiesOverThreeMebibytesAreTooLarge() throws Exception {
        String body =
                "{\"metadata\":{\"name\":\"big\"},\"data\":{\"a\":\""
                        + "x".repeat(5 << 20)
                        + "\"}}";
        assertStatus(
                server.send("POST", MAPS, body),
                413,
                "RequestEntityTooLarge",
                "Request entity too large: limit is 3145728");
    }

    @Test
    void namesAndLabelsAreCheckedWithAllCauses() throws Exception {
        assertStatus(
                server.send(
                        "POST",
                        MAPS,
                        "{\"metadata\":{\"name\":\"Bad_\",\"labels\":{\"a b\":\"c\"}}}"),
                422,
                "Invalid",
                "ConfigMap \\\"Bad_\\\" is invalid: [metadata.name: Invalid value: \\\"Bad_\\\": a"
                        + " lowercase RFC 1123 subdomain must consist of",
                "metadata.labels: Invalid value: \\\"a b\\\": name part must consist of",
                "\"field\":\"metadata.labels\"");
        assertStatus(
                server.send("POST", MAPS, "{\"metadata\":{}}"),
                422,
                "Invalid",
                "metadata.name: Required value: name or generateName is required");
        assertStatus(
                server.send(
                        "POST", MAPS, "{\"metadata\":{\"name\":\"x\",\"namespace\":\"other\"}}"),
                400,
                "BadRequest",
                "the namespace of the provided object does not match the namespace sent on the"
                        + " request");
        assertStatus(
                server.send(
                        "POST", MAPS, "{\"metadata\":{\"name\":\"x\",\"resourceVersion\":\"5\"}}"),
                400,
                "BadRequest",
                "resourceVersion should not be set on objects to be created");
        assertStatus(
                server.send("POST", MAPS, "{\"metadata\":{\"name\":\"here\"}}"),
                409,
                "AlreadyExists",
                "configmaps \\\"here\\\" already exists");
    }

    @Test
    void identityNeverChanges() throws Exception {
        assertStatus(
                server.send("PUT", MAPS + "/here", "{\"metadata\":{\"name\":\"other\"}}"),
                400,
                "BadRequest",
                "the name of the object (other) does not match the name on the URL (here)");
        assertStatus(
                server.send(
                        "PUT",
                        MAPS + "/here",
                        "{\"metadata\":{\"name\":\"here\",\"uid\":\"wrong\"}}"),
                409,
                "Conflict",
                "Precondition failed: UID in precondition: wrong, UID in object meta: ");
        assertStatus(
                server.send("PUT", MAPS + "/nowhere", "{\"metadata\":{\"name\":\"nowhere\"}}"),
                404,
                "NotFound",
                "configmaps \\\"nowhere\\\" not found");
        assertStatus(
                server.send(
                        "DELETE",
                        MAPS + "/here",
                        "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"preconditions\":{\"uid\":\"wrong\"}}"),
                409,
                "Conflict",
                "Operation cannot be fulfilled on ConfigMap \\\"here\\\": the UID in the"
                        + " precondition (wrong) does not match the UID in record");
        assertStatus(
                server.send("PATCH", MAPS + "/here", "{\"kind\":\"Pod\"}", "Content-Type", MERGE),
                422,
                "Invalid",
                "converting (v1.Pod) to (core.ConfigMap): unknown conversion");
    }

    @Test
    void timeoutsAreDurationsAndHold() throws Exception {
        assertStatus(
                server.get(MAPS + "/here?timeout=soon"),
                400,
                "BadRequest",
                "invalid timeout specified in the request URL - time: invalid duration"
                        + " \\\"soon\\\"");
        assertThat(server.get(MAPS + "/here?timeout=1h").statusCode()).isEqualTo(200);
        assertThat(server.get(MAPS + "/here?timeout=-1s").statusCode()).isEqualTo(200);
        assertStatus(
                server.get(MAPS + "?resourceVersion=999999&timeout=100ms"),
                504,
                "Timeout",
                "Timeout: ");
    }

    @Test
    void deleteOptionsAreReadAsUpstreamsCodecDoes() throws Exception {
        assertStatus(
                server.send("DELETE", MAPS + "/here", "{\"a"),
                400,
                "BadRequest",
                "\"message\":\"couldn't get version/kind; json parse error: unexpected end of JSON"
                        + " input\"");
        assertStatus(
                server.send("DELETE", MAPS + "/here", "{\"propagationPolicy\":\"Later\"}"),
                422,
                "Invalid",
                "supported values: \\\"Foreground\\\", \\\"Background\\\", \\\"Orphan\\\","
                        + " \\\"nil\\\"");
        assertStatus(
                server.send("DELETE", MAPS + "/here?dryRun=Some", null),
                422,
                "Invalid",
                "dryRun: Unsupported value: [\\\"Some\\\"]: supported values: \\\"All\\\"");
        assertStatus(
                server.send(
                        "DELETE",
                        MAPS + "/here",
                        "{\"ignoreStoreReadErrorWithClusterBreakingPotential\":true}"),
                409,
                "Conflict",
                "AdditionalErrorMsg: unsafe deletion is not allowed because the object is decodable"
                        + " from storage");
        assertThat(
                        server.send(
                                        "DELETE",
                                        MAPS + "/here?dryRun=All",
                                        "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"apps/v1\",\"dryRun\":[\"All\"]}")
                                .statusCode())
                .isEqualTo(200);
    }

    @Test
    void refusalsCarryTheWarningsToo() throws Exception {
        var refused = server.send("POST", MAPS, "{\"metadata\":{\"name\":\"A\"},\"foo\":1}");
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.headers().allValues("Warning"))
                .containsExactly("299 - \"unknown field \\\"foo\\\"\"");
    }

    @Test
    void generatedNamesAreOfUpstreamsAlphabet() throws Exception {
        var created = server.send("POST", MAPS, "{\"metadata\":{\"generateName\":\"gen-\"}}");
        assertThat(created.body())
                .containsPattern("\"name\":\"gen-[bcdfghjklmnpqrstvwxz2456789]{5}\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "resourceVersionMatch=Exact | resourceVersionMatch is forbidden unless"
                        + " resourceVersion is provided",
                "resourceVersion=0&resourceVersionMatch=Exact | resourceVersionMatch \\\"exact\\\""
                        + " is forbidden for resourceVersion \\\"0\\\"",
                "resourceVersion=1&resourceVersionMatch=x | resourceVersionMatch: Unsupported"
                    + " value: \\\"x\\\": supported values: \\\"Exact\\\", \\\"NotOlderThan\\\","
                    + " \\\"\\\"",
                "sendInitialEvents=true | sendInitialEvents is forbidden for list",
                "watch=1&sendInitialEvents=true | sendInitialEvents requires setting"
                        + " resourceVersionMatch to NotOlderThan",
                "watch=1&resourceVersionMatch=NotOlderThan | resourceVersionMatch is forbidden for"
                        + " watch unless sendInitialEvents is provided",
            })
    void listOptionsThatContradictAreInvalid(String query, String text) throws Exception {
        assertStatus(
                server.get(MAPS + "?" + query),
                422,
                "Invalid",
                "ListOptions.meta.k8s.io \\\"\\\" is invalid: ",
                text.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "resourceVersion=abc | resourceVersion: Invalid value: \\\"abc\\\"",
                "continue=abc | invalid continue token: continue key is not valid",
                "limit=x | strconv.ParseInt: parsing \\\"x\\\": invalid syntax",
                "labelSelector=a=b=c | ",
                "fieldSelector=spec.x%3D1 | is not a known field selector",
            })
    void listOptionsThatCannotBeReadAreBadRequests(String query, String text) throws Exception {
        assertStatus(
                server.get(MAPS + "?" + query),
                400,
                "BadRequest",
                text == null ? "" : text.strip());
    }

    @Test
    void revisionsFromTheFutureTimeOut() throws Exception {
        assertStatus(
                server.get(MAPS + "?resourceVersion=999999&resourceVersionMatch=NotOlderThan"),
                504,
                "Timeout",
                "Timeout: Too large resource version: 999999, current: ",
                "\"reason\":\"ResourceVersionTooLarge\"");
    }

    @Test
    void formsNobodyCanMakeAreRefused() throws Exception {
        assertStatus(
                server.get(MAPS, "Accept", "text/html"),
                406,
                "NotAcceptable",
                "406: Not Acceptable\\n\\nAvailable representations: application/json,"
                        + " application/yaml, application/vnd.kubernetes.protobuf,"
                        + " application/json;stream=watch,"
                        + " application/vnd.kubernetes.protobuf;stream=watch");
        assertStatus(
                server.get(MAPS, "Accept", "application/json;as=Table;v=v9;g=meta.k8s.io"),
                406,
                "NotAcceptable",
                "only the following media types are accepted: application/json, application/yaml,"
                        + " application/vnd.kubernetes.protobuf");
        assertStatus(
                server.get(
                        MAPS,
                        "Accept",
                        "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"),
                406,
                "NotAcceptable",
                "you requested PartialObjectMetadata, but the requested object is a list"
                        + " (*core.ConfigMapList)");
        assertStatus(
                server.send("POST", MAPS, "x", "Content-Type", "text/plain"),
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include:"
                    + " application/json, application/yaml, application/vnd.kubernetes.protobuf");
        assertStatus(
                server.send("PATCH", MAPS + "/here", "{}", "Content-Type", "text/plain"),
                415,
                "UnsupportedMediaType",
                "415: Unsupported Media Type");
    }

    @Test
    void applyWantsAManagerAndOnlyApplyMayForce() throws Exception {
        assertStatus(
                server.send(
                        "PATCH",
                        MAPS + "/here",
                        "{}",
                        "Content-Type",
                        "application/apply-patch+yaml"),
                422,
                "Invalid",
                "PatchOptions.meta.k8s.io \\\"\\\" is invalid: fieldManager: Required value: is"
                        + " required for apply patch");
        assertStatus(
                server.send("PATCH", MAPS + "/here?force=true", "{}", "Content-Type", MERGE),
                422,
                "Invalid",
                "force: Forbidden: may not be specified for non-apply patch");
    }

    @Test
    void methodsAndPathsThatAreNotThereSaySo() throws Exception {
        String notAllowed =
                "\"message\":\"the server does not allow this method on the requested resource\","
                        + "\"reason\":\"MethodNotAllowed\",\"details\":{}";
        String[][] wrong = {
            {"PUT", MAPS},
            {"POST", "/api/v1/configmaps"},
            {"POST", MAPS + "/here"},
            {"DELETE", "/api/v1/namespaces"},
            {"POST", "/apis/apps/v1/namespaces/default/deployments/x/scale"},
            {"OPTIONS", MAPS},
        };
        for (String[] request : wrong) {
            assertStatus(
                    server.send(request[0], request[1], null), 405, "MethodNotAllowed", notAllowed);
        }
        String unknown =
                "\"message\":\"the server could not find the requested resource\","
                        + "\"reason\":\"NotFound\",";
        for (String path :
                new String[] {
                    "/api/v2/pods",
                    "/api/v1/namespaces/default/foos",
                    MAPS + "/here/foo",
                    "/apis/apps/v9/deployments"
                }) {
            assertStatus(server.get(path), 404, "NotFound", unknown + "\"details\":{}");
        }
        for (String path : new String[] {"/nowhere", "/apis/none.example/v1/x"}) {
            assertThat(server.get(path).body()).isEqualTo("404 page not found\n");
        }
    }

    @Test
    void manyWritersOfOneObjectNeverLoseAWrite() throws Exception {
        server.send("POST", MAPS, "{\"metadata\":{\"name\":\"many\"}}");
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                String body = "{\"data\":{\"k%d\":\"v\"}}".formatted(i);
                threads.execute(() -> {
                    try {
                        int code = 409;
                        while (code == 409) {
                            code =
                                    server.client()
                                            .send(
                                                    server.request(MAPS + "/many")
                                                            .header("Content-Type", MERGE)
                                                            .method(
                                                                    "PATCH",
                                                                    BodyPublishers.ofString(body))
                                                            .build(),
                                                    BodyHandlers.ofString())
                                            .statusCode();
                        }
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
        }
        String body = server.get(MAPS + "/many").body();
        for (int i = 0; i < 20; i++) {
            assertThat(body).contains("\"k" + i + "\":\"v\"");
        }
    }
}
