package io.j8s.apiserver.managedfields;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.schema.FieldSchema;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.ValueType;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionKind;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// `golden/apply.json` holds sequences of writes with what upstream's field manager (apimachinery
/// v0.37.2 over structured-merge-diff) made of each.
class FieldManagementTest {

    private static final Schema SCHEMA = Schema.load();
    private static final ResetFields RESET = ResetFields.load();
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    /// With `-Dj8s.apply=FILE`, cases from there as well: all kinds, filled by a program over
    /// client-go.
    @TestFactory
    List<DynamicTest> ownsWhatUpstreamSays() throws IOException {
        var tests = new ArrayList<DynamicTest>();
        try (var in = FieldManagementTest.class.getResourceAsStream("/golden/apply.json")) {
            add(tests, in.readAllBytes());
        }
        String more = System.getProperty("j8s.apply", "");
        if (!more.isEmpty()) {
            add(tests, Files.readAllBytes(Path.of(more)));
        }
        return tests;
    }

    private static void add(List<DynamicTest> tests, byte[] json) {
        for (Object one : (TreeList) JsonCodec.readDynamic(json)) {
            var test = (TreeMap) one;
            tests.add(DynamicTest.dynamicTest(test.string("Name", ""), () -> run(test)));
        }
    }

    private static void run(TreeMap test) {
        var gvk = Objects.requireNonNull(test.list("Gvk")).strings();
        var kind = new GroupVersionKind(gvk.get(0), gvk.get(1), gvk.get(2));
        var type = Objects.requireNonNull(SCHEMA.find(kind));
        Tree live = new Tree(type);
        int number = 0;
        for (Object one : Objects.requireNonNull(test.list("Steps"))) {
            var step = (TreeMap) one;
            number++;
            String sub = step.string("Subresource", "");
            var writer =
                    new FieldWriter(
                            type,
                            kind.apiVersion(),
                            kind.kind(),
                            sub,
                            step.string("Manager", ""),
                            RESET.of(new GroupResource("test", "things"), sub, true),
                            VersionConverter.NONE,
                            NOW);
            var object = Objects.requireNonNull(step.map("Obj"));
            var want = Objects.requireNonNull(step.map("want"));
            Tree next;
            try {
                next = write(step, live, object, writer);
            } catch (ApiException e) {
                assertThat(message(e.error()))
                        .as("step %d", number)
                        .isEqualTo(want.string("error"));
                continue;
            }
            next.set("metadata.uid", "u");
            live = next;
            assertThat(text(next)).as("step %d", number).isEqualTo(text(type, want));
        }
    }

    private static Tree write(TreeMap step, Tree live, TreeMap object, FieldWriter writer) {
        var bytes = JsonCodec.writeValue(object);
        return switch (step.string("Op", "")) {
            case "create" -> {
                Tree created = JsonCodec.read(bytes, writer.type()).tree();
                FieldManagement.onCreate(created, writer);
                yield created;
            }
            case "update" -> {
                Tree updated = JsonCodec.read(bytes, writer.type()).tree();
                FieldManagement.onUpdate(live, updated, writer);
                yield updated;
            }
            default ->
                    FieldManagement.onApply(
                            live, object, Boolean.TRUE.equals(step.bool("Force")), writer);
        };
    }

    /// As text without times; numbers in keys of field sets in the order of their texts, in which
    /// reading the expected ones leaves them.
    private static String text(Tree object) {
        var copy = object.copy();
        for (Tree entry : copy.trees("metadata.managedFields")) {
            var fields = Objects.requireNonNull(entry.raw("fieldsV1"));
            byte[] sorted = JsonCodec.writeValue(JsonCodec.readDynamic(fields.bytes()));
            entry.set("fieldsV1", io.j8s.apiserver.schema.Raw.of(sorted));
        }
        for (Tree entry : copy.trees("metadata.managedFields")) {
            entry.remove("time");
        }
        return new String(JsonCodec.write(copy), UTF_8);
    }

    private static String text(io.j8s.apiserver.schema.TypeSchema type, TreeMap want) {
        return text(JsonCodec.read(JsonCodec.writeValue(want), type).tree());
    }

    private static String message(ApiError error) {
        return switch (error) {
            case ApiError.Custom(_, _, var message) -> message;
            case ApiError.BadRequest(var message) -> message;
            case ApiError.ApplyConflict conflict ->
                    io.j8s.machinery.errors.Statuses.of(conflict).message();
            default -> error.toString();
        };
    }

    @Test
    void knowsWhatARequestCannotWrite() {
        var pods = new GroupResource("", "pods");
        assertThat(RESET.of(pods, "", true)).hasToString(".status");
        assertThat(RESET.of(pods, "status", true))
                .hasToString(".spec\n.metadata.deletionTimestamp\n.metadata.ownerReferences");
        assertThat(RESET.of(new GroupResource("", "configmaps"), "", false).isEmpty()).isTrue();
    }

    private static FieldWriter writer(io.j8s.apiserver.schema.TypeSchema type, Instant now) {
        return new FieldWriter(
                type, "v1", "ConfigMap", "", "m", FieldSet.of(), VersionConverter.NONE, now);
    }

    /// A guard against slips of an order of magnitude; the figure is in the log.
    @Test
    void tracksACreateInMicroseconds() {
        var type = Objects.requireNonNull(SCHEMA.find(new GroupVersionKind("", "v1", "ConfigMap")));
        var json =
                "{\"metadata\":{\"name\":\"x\",\"labels\":{\"a\":\"b\"}},\"data\":{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}}"
                        .getBytes(UTF_8);
        Tree object = JsonCodec.read(json, type).tree();
        for (int i = 0; i < 20_000; i++) {
            object.remove("metadata.managedFields");
            FieldManagement.onCreate(object, writer(type, NOW));
        }
        long micros = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) { // others take the processor in most of them
            long start = System.nanoTime();
            for (int i = 0; i < 1_000; i++) {
                object.remove("metadata.managedFields");
                FieldManagement.onCreate(object, writer(type, NOW));
            }
            micros = Math.min(micros, (System.nanoTime() - start) / 1_000 / 1_000);
        }
        System.err.println("create tracked in µs: " + micros);
        assertThat(micros).isLessThan(500);
    }

    @Test
    void tracksCustomResourcesByTheirSchema() {
        var scalar = ValueType.Scalar.STRING;
        var item =
                TypeSchema.custom(
                        "Item",
                        List.of(),
                        List.of(FieldSchema.of("name", scalar), FieldSchema.of("value", scalar)),
                        FieldSchema.MapType.UNSTATED,
                        false);
        var items =
                FieldSchema.of("items", new ValueType.ListOf(item))
                        .withMerge(
                                FieldSchema.ListType.MAP,
                                List.of("name"),
                                FieldSchema.MapType.UNSTATED);
        var spec =
                TypeSchema.custom(
                        "Spec", List.of(), List.of(items), FieldSchema.MapType.UNSTATED, true);
        var type =
                TypeSchema.custom(
                        "Widget",
                        List.of(),
                        List.of(
                                FieldSchema.of("apiVersion", scalar),
                                FieldSchema.of("kind", scalar),
                                FieldSchema.of("metadata", SCHEMA.objectMeta()),
                                FieldSchema.of("spec", spec)),
                        FieldSchema.MapType.UNSTATED,
                        false);
        String head =
                "{\"apiVersion\":\"x/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"w\"},\"spec\":";
        String first =
                head
                        + "{\"items\":[{\"name\":\"a\",\"value\":\"1\"},{\"name\":\"b\",\"value\":\"2\"}],"
                        + "\"free\":{\"deep\":[1],\"n\":null}}}";
        Tree created = custom(new Tree(type), type, first);
        assertThat(text(created))
                .contains(
                        "\"f:spec\":{\"f:free\":{\".\":{},\"f:deep\":{},\"f:n\":{}},",
                        "\"f:items\":{\"k:{\\\"name\\\":\\\"a\\\"}\":{\".\":{},\"f:name\":{},\"f:value\":{}}");
        String second = head + "{\"items\":[{\"name\":\"b\",\"value\":\"3\"}]}}";
        Tree changed = custom(created, type, second);
        assertThat(Objects.requireNonNull(changed.tree("spec")))
                .hasToString("{\"items\":[{\"name\":\"b\",\"value\":\"3\"}]}");
    }

    private static Tree custom(Tree live, TypeSchema type, String json) {
        var writer =
                new FieldWriter(
                        type, "x/v1", "Widget", "", "a", FieldSet.of(), VersionConverter.NONE, NOW);
        var object = (TreeMap) JsonCodec.readDynamic(json.getBytes(UTF_8));
        return FieldManagement.onApply(live, object, false, writer);
    }

    @Test
    void movesOwnershipBetweenVersions() {
        Tree old =
                apply(
                        new Tree(deployment("v1beta2")),
                        "v1beta2",
                        "a",
                        "\"replicas\":1,\"paused\":true");
        Tree live = convert(old, "apps/v1");
        assertThatThrownBy(() -> apply(live, "v1", "b", "\"replicas\":2"))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e ->
                                assertThat(message(e.error()))
                                        .isEqualTo(
                                                "Apply failed with 1 conflict: conflict with \"a\":"
                                                        + " .spec.replicas"));
        // what is shared stays when one gives it up; what nobody else owns goes
        Tree shared = apply(live, "v1", "b", "\"replicas\":1");
        Tree left = apply(shared, "v1", "a", "\"minReadySeconds\":3");
        assertThat(left.intValue("spec.replicas", 0)).isEqualTo(1);
        assertThat(left.has("spec.paused")).isFalse();
        assertThat(left.trees("metadata.managedFields"))
                .extracting(e -> e.string("manager", "") + " " + e.string("apiVersion", ""))
                // upstream: an apply that changed nothing has no time, so it comes first
                .containsExactly("b apps/v1", "a apps/v1");
    }

    private static Tree apply(Tree live, String version, String manager, String spec) {
        String json =
                "{\"apiVersion\":\"apps/%s\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"d\"},\"spec\":{%s}}"
                        .formatted(version, spec);
        var writer =
                new FieldWriter(
                        deployment(version),
                        "apps/" + version,
                        "Deployment",
                        "",
                        manager,
                        FieldSet.of("status"),
                        FieldManagementTest::convert,
                        NOW);
        var object = (TreeMap) JsonCodec.readDynamic(json.getBytes(UTF_8));
        return FieldManagement.onApply(live, object, false, writer);
    }

    private static TypeSchema deployment(String version) {
        return SCHEMA.type(new GroupVersionKind("apps", version, "Deployment"));
    }

    private static Tree convert(Tree object, String apiVersion) {
        var type = deployment(apiVersion.substring(apiVersion.indexOf('/') + 1));
        var out = JsonCodec.read(JsonCodec.write(object), type).tree();
        return out.set("apiVersion", apiVersion);
    }

    @Test
    void takesTheManagerFromTheUserAgent() {
        assertThat(FieldManagers.name("", "kubectl/v1.37 (linux)")).isEqualTo("kubectl");
        assertThat(FieldManagers.name("mine", "kubectl/v1.37")).isEqualTo("mine");
        assertThat(FieldManagers.name("", "")).isEmpty();
    }

    @Test
    void readsBackWhatItWrites() {
        var raw =
                io.j8s.apiserver.schema.Raw.of(
                        "{\"f:a\":{},\"f:b\":{\".\":{},\"k:{\\\"n\\\":\\\"x\\\",\\\"p\\\":80}\":{\".\":{},\"f:n\":{}},\"v:\\\"q\\\"\":{},\"i:3\":{}}}");
        assertThat(FieldsV1.encode(FieldsV1.decode(raw))).isEqualTo(raw);
    }
}
