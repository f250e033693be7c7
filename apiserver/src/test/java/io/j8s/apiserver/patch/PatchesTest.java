package io.j8s.apiserver.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.schema.FieldValidation;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.Statuses;
import io.j8s.machinery.meta.GroupVersionKind;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// `golden/patches.json` holds patches with what upstream's libraries (apimachinery v0.37.2,
/// json-patch v4.13.0) made of them.
class PatchesTest {

    private static final Schema SCHEMA = Schema.load();

    /// With `-Dj8s.patches=FILE`, cases from there as well: all kinds, by a program over client-go.
    @Test
    void patchesAsUpstreamDoes() throws IOException {
        var wrong = new ArrayList<String>();
        try (var in = PatchesTest.class.getResourceAsStream("/golden/patches.json")) {
            compare(in.readAllBytes(), wrong);
        }
        String more = System.getProperty("j8s.patches", "");
        if (!more.isEmpty()) {
            compare(Files.readAllBytes(Path.of(more)), wrong);
        }
        assertThat(wrong).isEmpty();
    }

    private static void compare(byte[] json, List<String> wrong) {
        for (Object one : (TreeList) JsonCodec.readDynamic(json)) {
            var test = (TreeMap) one;
            var gvk = Objects.requireNonNull(test.list("Gvk")).strings();
            var type =
                    Objects.requireNonNull(
                            SCHEMA.find(new GroupVersionKind(gvk.get(0), gvk.get(1), gvk.get(2))));
            var kind = Patches.Kind.valueOf(test.string("Kind", ""));
            var want = Objects.requireNonNull(test.value("want"));
            String error = want instanceof TreeMap map ? map.string("error") : null;
            String expected = error != null ? error : text(typed(want, type));
            Object patch = Objects.requireNonNull(test.value("Patch"));
            Tree current = typed(Objects.requireNonNull(test.value("Current")), type);
            String before = text(current);
            String actual = patched(kind, current, JsonCodec.writeValue(patch));
            boolean same = error == null ? actual.equals(expected) : actual.contains(expected);
            if (!same || !before.equals(text(current))) {
                wrong.add(
                        kind
                                + " "
                                + new String(JsonCodec.writeValue(patch), UTF_8)
                                + "\n  is  "
                                + actual
                                + "\n  not "
                                + expected);
            }
        }
    }

    private static Tree typed(Object value, TypeSchema type) {
        return JsonCodec.read(JsonCodec.writeValue(value), type).tree();
    }

    private static String patched(Patches.Kind kind, Tree current, byte[] patch) {
        var validation =
                kind == Patches.Kind.STRATEGIC_MERGE
                        ? FieldValidation.STRICT
                        : FieldValidation.IGNORE;
        try {
            return text(Patches.apply(kind, current, patch, validation).object());
        } catch (ApiException e) {
            var status = Statuses.of(e.error());
            String message =
                    e.error() instanceof ApiError.Invalid invalid
                            ? invalid.causes().getFirst().message()
                            : status.message();
            return status.code() + " " + message;
        }
    }

    private static String text(Tree tree) {
        return new String(JsonCodec.write(tree), UTF_8);
    }

    private static Tree configMap() {
        var type = Objects.requireNonNull(SCHEMA.find(new GroupVersionKind("", "v1", "ConfigMap")));
        var json = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":{\"a\":\"1\"}}";
        return JsonCodec.read(json.getBytes(UTF_8), type).tree();
    }

    @Test
    void refusesUnknownAndDuplicateFieldsWhenStrict() {
        byte[] patch = "{\"bogus\":1,\"data\":{\"a\":\"1\",\"a\":\"2\"}}".getBytes(UTF_8);
        assertThatThrownBy(() ->
                        Patches.apply(
                                Patches.Kind.MERGE, configMap(), patch, FieldValidation.STRICT))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e ->
                                assertThat(Statuses.of(e.error()).message())
                                        .startsWith(" \"\" is invalid: patch: Invalid value: \"{")
                                        .endsWith(
                                                "}\": strict decoding error: duplicate field"
                                                        + " \"data.a\", unknown field \"bogus\""));
        var warned = Patches.apply(Patches.Kind.MERGE, configMap(), patch, FieldValidation.WARN);
        assertThat(warned.warnings())
                .containsExactly("duplicate field \"data.a\"", "unknown field \"bogus\"");
        assertThat(
                        Patches.apply(
                                        Patches.Kind.MERGE,
                                        configMap(),
                                        patch,
                                        FieldValidation.IGNORE)
                                .warnings())
                .isEmpty();
    }

    @Test
    void limitsTheOperationsOfAJsonPatch() {
        String patch =
                "["
                        + "{\"op\":\"test\",\"path\":\"/data/a\",\"value\":\"1\"},".repeat(10_000)
                        + "{}]";
        assertThatThrownBy(() ->
                        Patches.apply(
                                Patches.Kind.JSON,
                                configMap(),
                                patch.getBytes(UTF_8),
                                FieldValidation.IGNORE))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e ->
                                assertThat(Statuses.of(e.error()).message())
                                        .isEqualTo(
                                                "Request entity too large: The allowed maximum"
                                                    + " operations in a JSON patch is 10000, got"
                                                    + " 10001"));
    }

    @Test
    void nestsNoDeeperThanItCanRead() {
        var operations = new StringBuilder("[");
        String inner = "{\"x\":".repeat(200) + "{}" + "}".repeat(200);
        operations.append("{\"op\":\"add\",\"path\":\"/k0\",\"value\":").append(inner).append('}');
        for (int i = 1; i < 20; i++) {
            operations.append(
                    ",{\"op\":\"add\",\"path\":\"/k%d\",\"value\":%s}".formatted(i, inner));
            operations.append(
                    ",{\"op\":\"move\",\"from\":\"/k%d\",\"path\":\"/k%d%s\"}"
                            .formatted(i - 1, i, "/x".repeat(200) + "/y"));
        }
        byte[] patch = operations.append(']').toString().getBytes(UTF_8);
        assertThatThrownBy(() ->
                        Patches.apply(
                                Patches.Kind.JSON, configMap(), patch, FieldValidation.IGNORE))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> assertThat(Statuses.of(e.error()).code()).isEqualTo(422));
    }

    @Test
    void namesUnknownFieldsOfJsonPatchOperations() {
        byte[] patch =
                "[{\"op\":\"add\",\"path\":\"/data/b\",\"value\":\"2\",\"foo\":1}]".getBytes(UTF_8);
        var warned = Patches.apply(Patches.Kind.JSON, configMap(), patch, FieldValidation.WARN);
        assertThat(warned.warnings()).containsExactly("json patch unknown field \"[0].foo\"");
    }

    @Test
    void readsApplyConfigurations() {
        var configuration = ApplyConfiguration.read("a: 1\nb: {c: d}\na: 2\n".getBytes(UTF_8));
        assertThat(configuration.object()).hasToString("{\"a\":2,\"b\":{\"c\":\"d\"}}");
        var warnings = new ArrayList<String>();
        configuration.check(FieldValidation.WARN, warnings::add);
        assertThat(warnings)
                .containsExactly(
                        "error converting YAML to JSON: yaml: unmarshal errors:\n"
                                + "  line 3: key \"a\" already set in map");
        assertThatThrownBy(() -> configuration.check(FieldValidation.STRICT, warnings::add))
                .isInstanceOf(ApiException.class);
        assertThatThrownBy(() -> ApplyConfiguration.read("x".getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e ->
                                assertThat(Statuses.of(e.error()).message())
                                        .isEqualTo(
                                                "error decoding patch: error unmarshaling JSON:"
                                                    + " while decoding JSON: json: cannot unmarshal"
                                                    + " string into Go value of type"
                                                    + " map[string]interface {}"));
    }
}
