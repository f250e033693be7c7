package io.j8s.apiserver.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

final class TreeTest {

    private static final Schema SCHEMA = Schema.load();

    private static Tree deployment(String json) {
        return read("io.k8s.api.apps.v1.Deployment", json);
    }

    private static Tree pod(String json) {
        return read("io.k8s.api.core.v1.Pod", json);
    }

    private static Tree read(String type, String json) {
        return JsonCodec.read(json.getBytes(UTF_8), SCHEMA.type(type)).tree();
    }

    @Test
    void readsByDottedPath() {
        var tree =
                deployment(
                        """
                        {"metadata":{"name":"a","labels":{"x.y/z":"1"}},"spec":{"replicas":3,
                        "template":{"spec":{"containers":[{"name":"c","image":"i"},{"name":"d"}]}}}}
                        """);
        assertThat(tree.string("metadata.name")).isEqualTo("a");
        assertThat(tree.intValue("spec.replicas", 0)).isEqualTo(3);
        assertThat(tree.string("spec.template.spec.containers[1].name")).isEqualTo("d");
        assertThat(tree.string("spec.template.spec.containers[2].name")).isNull();
        assertThat(tree.trees("spec.template.spec.containers")).hasSize(2);
        assertThat(tree.stringMap("metadata.labels")).isEqualTo(Map.of("x.y/z", "1"));
        assertThat(tree.has("spec.selector")).isFalse();
    }

    @Test
    void namesThatTheTypeDoesNotHaveAreMistakes() {
        assertThatThrownBy(() -> deployment("{\"spec\":{}}").get("spec.replica"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("DeploymentSpec has no field replica");
    }

    @Test
    void setsAndMakesWhatIsMissing() {
        var tree = deployment("{}");
        tree.set("spec.replicas", 2)
                .set("metadata.labels.app", "x")
                .set("metadata.creationTimestamp", Instant.parse("2026-01-02T03:04:05.678Z"))
                .set("spec.template.spec.nodeSelector", Map.of("a", "b"))
                .set("spec.template.spec.containers", List.of(Map.of("name", "c")));
        assertThat(tree.toString())
                .isEqualTo(
                        "{\"metadata\":{\"creationTimestamp\":\"2026-01-02T03:04:05Z\",\"labels\":{\"app\":\"x\"}},"
                            + "\"spec\":{\"replicas\":2,\"selector\":null,\"template\":{\"metadata\":{},"
                            + "\"spec\":{\"containers\":[{\"name\":\"c\",\"resources\":{}}],\"nodeSelector\":{\"a\":\"b\"}}},"
                            + "\"strategy\":{}},\"status\":{}}");
        tree.set("spec.replicas", null);
        assertThat(tree.has("spec.replicas")).isFalse();
    }

    @Test
    void defaultsAreSetWhereGoSeesNothing() {
        var tree =
                pod("{\"spec\":{\"containers\":[],\"restartPolicy\":\"\",\"hostNetwork\":false}}");
        assertThat(tree.setDefault("spec.restartPolicy", "Always")).isTrue();
        assertThat(tree.setDefault("spec.dnsPolicy", "ClusterFirst")).isTrue();
        assertThat(tree.setDefault("spec.dnsPolicy", "Other")).isFalse();
        // below a pointer that is nil nothing is made
        assertThat(tree.setDefault("spec.affinity.nodeAffinity", Map.of())).isFalse();
        // a pointer's zero value is a value
        tree.set("spec.terminationGracePeriodSeconds", 0);
        assertThat(tree.setDefault("spec.terminationGracePeriodSeconds", 30)).isFalse();
        assertThat(tree.string("spec.restartPolicy")).isEqualTo("Always");
    }

    @Test
    void keepsASubtreeOfTheOldObjectOrItsAbsence() {
        var old = deployment("{\"status\":{\"replicas\":1}}");
        var updated = deployment("{\"status\":{\"replicas\":9}}");
        updated.keep("status", old);
        assertThat(updated.intValue("status.replicas", 0)).isEqualTo(1);
        updated.set("status.replicas", 5);
        assertThat(old.intValue("status.replicas", 0)).isEqualTo(1);
        updated.keep("status", deployment("{}"));
        assertThat(updated.has("status")).isFalse();
    }

    @Test
    void semanticEqualityIsUpstreams() {
        assertThat(
                        pod("{\"metadata\":{\"labels\":{}},\"spec\":{\"containers\":[{\"resources\":{\"limits\":{\"memory\":\"1Gi\"}}}]}}")
                                .semanticallyEquals(
                                        pod(
                                                "{\"spec\":{\"hostNetwork\":false,\"containers\":[{\"name\":\"\",\"resources\":{\"limits\":{\"memory\":\"1073741824\"}}}]},\"status\":{}}")))
                .isTrue();
        assertThat(
                        pod("{\"spec\":{\"terminationGracePeriodSeconds\":0}}")
                                .semanticallyEquals(pod("{\"spec\":{}}")))
                .isFalse();
        assertThat(
                        pod("{\"spec\":{\"nodeName\":\"a\"}}")
                                .semanticallyEquals(
                                        pod(
                                                "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"nodeName\":\"a\"}}"),
                                        "spec"))
                .isTrue();
    }

    @Test
    void aCopyIsEqualAndIndependent() {
        var tree =
                pod(
                        "{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\"}]}}");
        var copy = tree.copy();
        assertThat(copy).isEqualTo(tree).hasSameHashCodeAs(tree);
        copy.set("spec.containers[0].name", "d");
        copy.set("metadata.labels.a", "c");
        assertThat(tree.string("spec.containers[0].name")).isEqualTo("c");
        assertThat(tree.stringMap("metadata.labels")).containsEntry("a", "b");
        assertThat(copy).isNotEqualTo(tree);
    }

    @Test
    void walksEveryValueWithItsPath() {
        var paths = new ArrayList<String>();
        pod("{\"metadata\":{\"labels\":{\"a.b\":\"c\"}},\"spec\":{\"containers\":[{\"name\":\"x\"}]}}")
                .walk((path, _, _) -> {
                    paths.add(path);
                    return true;
                });
        assertThat(paths)
                .containsExactly(
                        "metadata",
                        "metadata.labels",
                        "metadata.labels[a.b]",
                        "spec",
                        "spec.containers",
                        "spec.containers[0]",
                        "spec.containers[0].name");
    }

    @Test
    void tableDefaultsReachIntoWhatIsThere() {
        var tree = pod("{\"spec\":{\"containers\":[{\"ports\":[{\"containerPort\":1}]}]}}");
        TableDefaults.apply(tree);
        assertThat(tree.string("spec.containers[0].ports[0].protocol")).isEqualTo("TCP");
        var controller = read("io.k8s.api.core.v1.ReplicationController", "{}");
        TableDefaults.apply(controller);
        assertThat(controller.intValue("spec.replicas", 0)).isEqualTo(1);
    }

    @Test
    void customResourcesKeepNullsOddTypesAndWhatTheirSchemaPreserves() {
        var spec =
                TypeSchema.custom(
                        "spec",
                        List.of(),
                        List.of(
                                FieldSchema.of("size", ValueType.Scalar.INT64),
                                FieldSchema.of("name", ValueType.Scalar.STRING)),
                        FieldSchema.MapType.UNSTATED,
                        true);
        var type =
                TypeSchema.custom(
                        "Widget",
                        List.of(),
                        List.of(
                                FieldSchema.of("kind", ValueType.Scalar.STRING),
                                FieldSchema.of("apiVersion", ValueType.Scalar.STRING),
                                FieldSchema.of("metadata", SCHEMA.objectMeta().alphabetical()),
                                FieldSchema.of("spec", spec)),
                        FieldSchema.MapType.UNSTATED,
                        false);
        var decoded =
                JsonCodec.read(
                        """
                        {"kind":"Widget","apiVersion":"a/v1","dropped":1,
                        "metadata":{"uid":"u","name":"n","labels":{"b":"2","a":"1"}},
                        "spec":{"zeta":[1,1.50,null,{"b":1,"a":2}],"size":"odd","name":null,"alpha":true}}
                        """
                                .getBytes(UTF_8),
                        type);
        assertThat(decoded.strictErrors()).containsExactly("unknown field \"dropped\"");
        assertThat(decoded.tree())
                .hasToString(
                        "{\"apiVersion\":\"a/v1\",\"kind\":\"Widget\",\"metadata\":{\"labels\":{\"a\":\"1\",\"b\":\"2\"},"
                            + "\"name\":\"n\",\"uid\":\"u\"},\"spec\":{\"alpha\":true,\"name\":null,\"size\":\"odd\","
                            + "\"zeta\":[1,1.5,null,{\"a\":2,\"b\":1}]}}");
        decoded.tree().set("spec.other.deep", 1);
        assertThat(decoded.tree().get("spec.other.deep")).isEqualTo(Num.of(1));
        assertThat(decoded.tree().copy()).isEqualTo(decoded.tree());
    }

    @Test
    void mapsGrowAndShrink() {
        var map = TreeMap.dynamic();
        for (int i = 0; i < 100; i++) {
            map.put("k" + i, i);
        }
        assertThat(map.size()).isEqualTo(100);
        for (int i = 0; i < 100; i += 2) {
            map.remove("k" + i);
        }
        assertThat(map.keys()).hasSize(50).first().isEqualTo("k1");
        assertThat(map.number("k99")).isEqualTo(Num.of(99));
        assertThat(map.copy()).isEqualTo(map);
    }
}
