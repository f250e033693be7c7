package io.j8s.apiserver.schema;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.machinery.meta.GroupVersionKind;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// What upstream's codecs make of many small bodies (`facts/schemagen/golden` asked them): errors,
/// strict errors, and the object in JSON, protobuf and YAML. `-Dj8s.upstream.cases=FILE` takes
/// other cases, such as those that `facts/schemagen/golden/mutate.py` makes.
final class UpstreamCasesTest {

    private static final Schema SCHEMA = Schema.load();

    private record Case(
            GroupVersionKind kind,
            String body,
            boolean yaml,
            String error,
            List<String> strict,
            String json,
            String proto,
            String out) {}

    private final List<String> failures = new ArrayList<>();

    @Test
    void bodiesAreReadWithUpstreamsErrorsAndValues() throws IOException {
        for (var c : cases()) {
            if (!c.yaml) {
                read(c, c.body.getBytes(UTF_8), List.of());
            }
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void yamlBodiesAreReadWithUpstreamsValuesAndDuplicates() throws IOException {
        for (var c : cases()) {
            if (!c.yaml) {
                continue;
            }
            try {
                var document = YamlReader.read(c.body.getBytes(UTF_8));
                read(c, JsonCodec.writeValue(document.value()), document.errors());
            } catch (DecodeException e) {
                // the words of syntax errors come from another parser
                if (c.error.isEmpty()
                        || (!c.error.startsWith("yaml: ") && !e.text().equals(c.error))) {
                    failures.add(
                            c.body + "\n   want " + c.error + c.json + "\n   got  " + e.text());
                }
            }
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void objectsAreWrittenAsUpstreamWritesYaml() throws IOException {
        for (var c : cases()) {
            if (!c.out.isEmpty()) {
                expect(c, "yaml", c.out, YamlCodec.fromJson(c.json.getBytes(UTF_8)));
            }
        }
        assertThat(failures).isEmpty();
    }

    private void read(Case c, byte[] json, List<String> yamlErrors) {
        try {
            BodyDecoder.interpret(json);
            var type = SCHEMA.type(c.kind);
            var decoded = JsonCodec.read(json, type);
            var strict = new ArrayList<>(yamlErrors);
            strict.addAll(decoded.strictErrors());
            expect(c, "strict", c.strict.toString(), strict.toString());
            var tree = decoded.tree();
            tree.set("apiVersion", c.kind.apiVersion()).set("kind", c.kind.kind());
            String written = new String(JsonCodec.write(tree), UTF_8);
            expect(c, "json", c.error.isEmpty() ? c.json : c.error, written);
            byte[] protobuf = ProtobufCodec.write(tree, c.kind);
            expect(c, "proto", c.proto, Base64.getEncoder().encodeToString(protobuf));
            expect(
                    c,
                    "streamed",
                    new String(JsonCodec.write(ProtobufCodec.read(protobuf, type)), UTF_8),
                    new String(Transcoder.toJson(protobuf, type), UTF_8));
            if (c.body.contains("null")) {
                return; // Go brings back an empty value for a nil one
            }
            var back = ProtobufCodec.read(protobuf, type);
            expect(
                    c,
                    "proto back",
                    c.proto,
                    Base64.getEncoder().encodeToString(ProtobufCodec.write(back, c.kind)));
        } catch (DecodeException e) {
            expect(c, "error", c.error.isEmpty() ? c.json : c.error, e.text());
        }
    }

    private void expect(Case c, String what, String wanted, String got) {
        if (!wanted.equals(got)) {
            String body = c.body.length() > 150 ? c.body.substring(0, 150) : c.body;
            failures.add(what + " of " + body + "\n   want " + wanted + "\n   got  " + got);
        }
    }

    private static List<Case> cases() throws IOException {
        String more = System.getProperty("j8s.upstream.cases", "");
        if (!more.isEmpty()) {
            return parse(Files.readAllBytes(Path.of(more)));
        }
        try (var in = UpstreamCasesTest.class.getResourceAsStream("cases.jsonl")) {
            if (in == null) {
                throw new IllegalStateException("no cases");
            }
            return parse(in.readAllBytes());
        }
    }

    private static List<Case> parse(byte[] lines) {
        var out = new ArrayList<Case>();
        for (String line : new String(lines, UTF_8).split("\n", -1)) {
            if (!line.isEmpty()) {
                out.add(parse((TreeMap) JsonCodec.readDynamic(line.getBytes(UTF_8))));
            }
        }
        return out;
    }

    private static Case parse(TreeMap line) {
        String[] kind = line.string("kind", "").split("/", -1);
        var strict = line.list("strict");
        return new Case(
                new GroupVersionKind(kind[0], kind[1], kind[2]),
                line.string("body", ""),
                Boolean.TRUE.equals(line.bool("yaml")),
                line.string("error", ""),
                strict == null ? List.of() : strict.strings(),
                line.string("json", ""),
                line.string("proto", ""),
                line.string("out", ""));
    }
}
