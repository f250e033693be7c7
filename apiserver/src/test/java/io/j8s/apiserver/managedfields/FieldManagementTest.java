package io.j8s.apiserver.managedfields;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
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
        long start = System.nanoTime();
        for (int i = 0; i < 5_000; i++) {
            object.remove("metadata.managedFields");
            FieldManagement.onCreate(object, writer(type, NOW));
        }
        long micros = (System.nanoTime() - start) / 5_000 / 1_000;
        System.err.println("create tracked in µs: " + micros);
        assertThat(micros).isLessThan(500);
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
