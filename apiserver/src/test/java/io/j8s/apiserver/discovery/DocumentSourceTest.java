package io.j8s.apiserver.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.request.Answer.Header;
import io.j8s.apiserver.request.Query;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.TreeMap;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

class DocumentSourceTest {

    private static final Schema SCHEMA = Schema.load();
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final String AGGREGATED =
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private static final String AGGREGATED_BETA =
            "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

    private static final DocumentSource SOURCE = source();

    private static DocumentSource source() {
        return new DocumentSource(
                SCHEMA,
                ServedApi.builtIn(SCHEMA, RuntimeConfig.DEFAULT),
                "v1.37.0+j8s",
                "10.0.0.1:6443");
    }

    private static Found.Here here(String path, String accept) {
        return here(path, accept, Query.EMPTY);
    }

    private static Found.Here here(String path, String accept, Query query) {
        var found = SOURCE.find(path, accept, query, NOW);
        assertThat(found).isInstanceOf(Found.Here.class);
        return (Found.Here) found;
    }

    private static String text(String path, String accept) {
        return here(path, accept).document().text();
    }

    @Test
    void tellsTheOldestDocumentWithoutApiVersion() {
        assertThat(text("/api", ""))
                .isEqualTo(
                        "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"],\"serverAddressByClientCIDRs\":[{\"clientCIDR\":\"0.0.0.0/0\",\"serverAddress\":\"10.0.0.1:6443\"}]}\n");
    }

    @Test
    void listsGroupsInUpstreamsOrder() {
        assertThat(text("/apis/", "application/json"))
                .startsWith(
                        "{\"kind\":\"APIGroupList\",\"apiVersion\":\"v1\",\"groups\":[{\"name\":\"apiregistration.k8s.io\",\"versions\":[{\"groupVersion\":\"apiregistration.k8s.io/v1\",\"version\":\"v1\"}],\"preferredVersion\":{\"groupVersion\":\"apiregistration.k8s.io/v1\",\"version\":\"v1\"}},{\"name\":\"apps\",")
                .contains(
                        "{\"name\":\"autoscaling\",\"versions\":[{\"groupVersion\":\"autoscaling/v2\",\"version\":\"v2\"},{\"groupVersion\":\"autoscaling/v1\",\"version\":\"v1\"}],\"preferredVersion\":{\"groupVersion\":\"autoscaling/v2\",\"version\":\"v2\"}}")
                .doesNotContain("v1beta1")
                .doesNotContain("internal.apiserver.k8s.io");
        assertThat(text("/apis/apps", ""))
                .isEqualTo(
                        "{\"kind\":\"APIGroup\",\"apiVersion\":\"v1\",\"name\":\"apps\",\"versions\":[{\"groupVersion\":\"apps/v1\",\"version\":\"v1\"}],\"preferredVersion\":{\"groupVersion\":\"apps/v1\",\"version\":\"v1\"}}\n");
    }

    @Test
    void listsResourcesWithTheHashOfTheirStoredVersion() {
        assertThat(text("/api/v1", ""))
                .startsWith(
                        "{\"kind\":\"APIResourceList\",\"groupVersion\":\"v1\",\"resources\":[{\"name\":\"bindings\",\"singularName\":\"binding\",\"namespaced\":true,\"kind\":\"Binding\",\"verbs\":[\"create\"]},")
                .contains(
                        "{\"name\":\"pods\",\"singularName\":\"pod\",\"namespaced\":true,\"kind\":\"Pod\",\"verbs\":[\"create\",\"delete\",\"deletecollection\",\"get\",\"list\",\"patch\",\"update\",\"watch\"],\"shortNames\":[\"po\"],\"categories\":[\"all\"],\"storageVersionHash\":\"xPOwRZ+Yhw8=\"}")
                .contains(
                        "{\"name\":\"pods/eviction\",\"singularName\":\"\",\"namespaced\":true,\"group\":\"policy\",\"version\":\"v1\",\"kind\":\"Eviction\",\"verbs\":[\"create\"]}");
        assertThat(text("/apis/apps/v1", ""))
                .startsWith(
                        "{\"kind\":\"APIResourceList\",\"apiVersion\":\"v1\",\"groupVersion\":\"apps/v1\",")
                .contains("\"storageVersionHash\":\"8aSe+NMegvE=\"")
                .contains(
                        "{\"name\":\"deployments/scale\",\"singularName\":\"\",\"namespaced\":true,\"group\":\"autoscaling\",\"version\":\"v1\",\"kind\":\"Scale\",");
        assertThat(text("/apis/events.k8s.io/v1", "")).contains("r2yiGXH7wu8=");
    }

    @Test
    void aggregatesDiscoveryInBothVersions() {
        var found = here("/apis", AGGREGATED + "," + AGGREGATED_BETA + ",application/json");
        assertThat(found.document().contentType()).isEqualTo(AGGREGATED);
        assertThat(found.document().text())
                .startsWith(
                        "{\"kind\":\"APIGroupDiscoveryList\",\"apiVersion\":\"apidiscovery.k8s.io/v2\",\"metadata\":{},\"items\":[{\"metadata\":{\"name\":\"apiregistration.k8s.io\"")
                .contains(
                        "{\"resource\":\"deployments\",\"responseKind\":{\"group\":\"apps\",\"version\":\"v1\",\"kind\":\"Deployment\"},\"scope\":\"Namespaced\",\"singularResource\":\"deployment\",\"verbs\":[")
                .contains(
                        "\"subresources\":[{\"subresource\":\"scale\",\"responseKind\":{\"group\":\"autoscaling\",\"version\":\"v1\",\"kind\":\"Scale\"},\"verbs\":[\"get\",\"patch\",\"update\"]},{\"subresource\":\"status\",")
                .contains("\"freshness\":\"Current\"");
        assertThat(found.headers())
                .contains(
                        new Header("ETag", '"' + found.document().hash() + '"'),
                        new Header("Vary", "Accept"));
        assertThat(found.document().hash()).matches("[0-9A-F]{128}");
        assertThat(here("/apis", AGGREGATED_BETA).document().text())
                .contains("\"apiVersion\":\"apidiscovery.k8s.io/v2beta1\"");
        assertThat(text("/api", AGGREGATED)).contains("\"resource\":\"pods\"");
        assertThat(text("/apis", "application/json")).contains("APIGroupList");
    }

    @Test
    void refusesFormsThatItHasNot() {
        assertThat(SOURCE.find("/apis", "text/html", Query.EMPTY, NOW))
                .isInstanceOf(Found.NotAcceptable.class);
        assertThat(SOURCE.find("/apis/nope", "", Query.EMPTY, NOW))
                .isInstanceOf(Found.Nothing.class);
        assertThat(here("/apis", "application/vnd.kubernetes.protobuf").document().bytes())
                .startsWith('k', '8', 's', 0);
    }

    @Test
    void servesWhatTheRuntimeConfigurationSays() {
        var all = ServedApi.builtIn(SCHEMA, RuntimeConfig.parse("api/all=true"));
        assertThat(all).anyMatch(g -> g.name().equals("internal.apiserver.k8s.io"));
        var none = ServedApi.builtIn(SCHEMA, RuntimeConfig.parse("batch/v1=false"));
        assertThat(none).noneMatch(g -> g.name().equals("batch"));
        var without = ServedApi.builtIn(SCHEMA, RuntimeConfig.parse("apps/v1/daemonsets=false"));
        assertThat(
                        without.stream()
                                .filter(g -> g.name().equals("apps"))
                                .findFirst()
                                .orElseThrow()
                                .versions()
                                .getFirst()
                                .resources())
                .noneMatch(r -> r.name().startsWith("daemonsets"));
    }

    @Test
    void showsGroupsThatCameLater() {
        var source = source();
        var before = ((Found.Here) source.find("/apis", AGGREGATED, Query.EMPTY, NOW)).document();
        var groups = new ArrayList<>(source.groups());
        var widgets =
                new ServedResource(
                        "widgets",
                        "widget",
                        "Widget",
                        "example.com",
                        "v1",
                        true,
                        List.of("get", "list"),
                        List.of(),
                        List.of(),
                        "x=",
                        null);
        groups.add(
                new ServedGroup(
                        "example.com",
                        ServedGroup.CUSTOM_PRIORITY,
                        List.of(new ServedVersion("example.com", "v1", List.of(widgets)))));
        source.replace(groups);
        var after = ((Found.Here) source.find("/apis", AGGREGATED, Query.EMPTY, NOW)).document();
        assertThat(after.hash()).isNotEqualTo(before.hash());
        assertThat(after.text()).contains("\"resource\":\"widgets\"");
        assertThat(
                        ((Found.Here) source.find("/apis/example.com/v1", "", Query.EMPTY, NOW))
                                .document()
                                .text())
                .contains("\"name\":\"widgets\"");
    }

    @Test
    void redirectsToTheCurrentHash() {
        var index = (TreeMap) JsonCodec.readDynamic(text("/openapi/v3", "").getBytes(UTF_8));
        var entry =
                Objects.requireNonNull(
                        Objects.requireNonNull(index.map("paths")).map("apis/apps/v1"));
        String url = entry.string("serverRelativeURL", "");
        assertThat(url).matches("/openapi/v3/apis/apps/v1\\?hash=[0-9A-F]{128}");
        String query = url.substring(url.indexOf('?') + 1);
        var found = here("/openapi/v3/apis/apps/v1", "", Query.parse(query));
        assertThat(found.headers())
                .contains(
                        new Header("Cache-Control", "public, immutable"),
                        new Header("Expires", "Sat, 2 Jan 2027 03:04:05 GMT"));
        assertThat(found.document().hash()).isEqualTo(query.substring(5));
        assertThat(SOURCE.find("/openapi/v3/apis/apps/v1", "", Query.parse("hash=OLD"), NOW))
                .isEqualTo(new Found.Moved(url));
        assertThat(SOURCE.find("/openapi/v3/apis/nope/v1", "", Query.EMPTY, NOW))
                .isInstanceOf(Found.Nothing.class);
    }

    @Test
    void describesTypesInV3() {
        String json = text("/openapi/v3/apis/apps/v1", "");
        var document = (TreeMap) JsonCodec.readDynamic(json.getBytes(UTF_8));
        var schemas =
                Objects.requireNonNull(
                        Objects.requireNonNull(document.map("components")).map("schemas"));
        var deployment = Objects.requireNonNull(schemas.map("io.k8s.api.apps.v1.Deployment"));
        assertThat(deployment.toString())
                .contains(
                        "\"spec\":{\"allOf\":[{\"$ref\":\"#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec\"}],\"default\":{}")
                .contains(
                        "\"x-kubernetes-group-version-kind\":[{\"group\":\"apps\",\"kind\":\"Deployment\",\"version\":\"v1\"}]");
        assertThat(Objects.requireNonNull(schemas.map("io.k8s.api.core.v1.Container")).toString())
                .contains("\"x-kubernetes-list-map-keys\":[\"containerPort\",\"protocol\"]")
                .contains("\"x-kubernetes-patch-merge-key\":\"containerPort\"")
                .contains("\"required\":[\"name\"]");
        assertThat(json)
                .contains("\"operationId\":\"patchAppsV1NamespacedDeployment\"")
                .contains("\"operationId\":\"listAppsV1DeploymentForAllNamespaces\"")
                .contains("\"operationId\":\"readAppsV1NamespacedDeploymentScale\"");
    }

    /// With `-Dj8s.dump=DIR` the documents are written there, for checks by other programs.
    @Test
    void makesEveryDocument() throws IOException {
        String directory = System.getProperty("j8s.dump", "");
        var index = (TreeMap) JsonCodec.readDynamic(text("/openapi/v3", "").getBytes(UTF_8));
        for (String path : Objects.requireNonNull(index.map("paths")).keys()) {
            var document = here("/openapi/v3/" + path, "").document();
            assertThat(document.bytes()).isNotEmpty();
            var protobuf = here("/openapi/v3/" + path, DocumentSource.OPENAPI_V3_PROTOBUF);
            // Document{1: "3.0.0"}; Go's program in conformance/clients compares all of it
            assertThat(protobuf.document().bytes()).startsWith(10, 5, '3', '.', '0', '.', '0');
            assertThat(protobuf.document().contentType())
                    .isEqualTo("application/com.github.proto-openapi.spec.v3.v1.0+protobuf");
            dump(directory, "v3-" + path.replace('/', '_') + ".json", document);
        }
        dump(directory, "v2.json", here("/openapi/v2", "application/json").document());
        dump(
                directory,
                "v2.pb",
                here("/openapi/v2", DocumentSource.OPENAPI_V2_PROTOBUF).document());
        for (String path : List.of("/api", "/apis")) {
            dump(directory, "agg" + path.replace('/', '_'), here(path, AGGREGATED).document());
        }
    }

    private static void dump(String directory, String name, Document document) throws IOException {
        if (!directory.isEmpty()) {
            Files.write(Path.of(directory, name), document.bytes());
        }
    }
}
