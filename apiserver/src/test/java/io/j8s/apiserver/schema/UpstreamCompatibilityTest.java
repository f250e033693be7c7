package io.j8s.apiserver.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Every kind with every field set, as the published Go modules carry them (`testdata/HEAD`), in
/// both encodings. Go fetches the modules once into its cache; where it is missing or offline, the
/// few kinds in the test resources are all.
final class UpstreamCompatibilityTest {

    private final Schema schema = Schema.load();
    private final List<String> failures = new ArrayList<>();

    @Test
    void fullyFilledKindsAreByteEqualInBothEncodings() throws Exception {
        var found = UpstreamCompatibilityTest.class.getResource("full");
        assertThat(found).isNotNull();
        assertThat(checkAll(Path.of(found.toURI()))).isGreaterThan(8);
        assertThat(failures).isEmpty();
    }

    @Test
    void everyFullyFilledKindIsByteEqualInBothEncodings() throws Exception {
        var folders = upstreamFolders();
        Assumptions.assumeFalse(folders.isEmpty(), "no Go, or no module cache and no network");
        int kinds = 0;
        for (var folder : folders) {
            kinds += checkAll(folder);
        }
        assertThat(failures).isEmpty();
        assertThat(kinds).isGreaterThan(190);
    }

    private static List<Path> upstreamFolders() throws IOException, InterruptedException {
        var out = new ArrayList<Path>();
        for (String module : List.of("api", "apiextensions-apiserver", "metrics")) {
            String place = module.equals("api") ? "testdata/HEAD" : "pkg/apis/testdata/HEAD";
            String root = go("k8s.io/" + module);
            if (root.isEmpty() || !Files.isDirectory(Path.of(root, place))) {
                return List.of();
            }
            out.add(Path.of(root, place));
        }
        return out;
    }

    /// The folder of a module that the generator's go.mod names; empty when it cannot be had.
    private static String go(String module) throws IOException, InterruptedException {
        var command = List.of("go", "mod", "download", "-json", module);
        Process process;
        try {
            process =
                    new ProcessBuilder(command)
                            .directory(Path.of("..", "facts", "schemagen").toFile())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
        } catch (IOException _) {
            return "";
        }
        if (!process.waitFor(Duration.ofSeconds(60))) {
            process.destroyForcibly();
            return "";
        }
        byte[] json = process.getInputStream().readAllBytes();
        return process.exitValue() == 0
                ? ((TreeMap) JsonCodec.readDynamic(json)).string("Dir", "")
                : "";
    }

    private int checkAll(Path folder) throws IOException {
        List<Path> files;
        try (var found = Files.list(folder)) {
            files = found.filter(f -> f.toString().endsWith(".pb")).sorted().toList();
        }
        int kinds = 0;
        for (var file : files) {
            kinds += check(file) ? 1 : 0;
        }
        return kinds;
    }

    private boolean check(Path file) throws IOException {
        byte[] protobuf = Files.readAllBytes(file);
        byte[] json = Files.readAllBytes(Path.of(file.toString().replaceAll("\\.pb$", ".json")));
        var kind = ProtobufCodec.envelope(protobuf).kind();
        var type = schema.find(kind);
        if (type == null) {
            return false;
        }
        String name = file.getFileName().toString();
        try {
            var compact = new JsonOutput(json.length);
            compact.compact(json, 0, json.length);
            var decoded = JsonCodec.read(json, type);
            assertThat(decoded.strictErrors()).isEmpty();
            expect(name + " JSON to JSON", compact.bytes(), JsonCodec.write(decoded.tree()));
            // their samples are indented, and raw JSON goes to protobuf as it came
            var tight = JsonCodec.read(compact.bytes(), type);
            expect(name + " JSON to protobuf", protobuf, ProtobufCodec.write(tight.tree(), kind));
            var back = ProtobufCodec.read(protobuf, type);
            expect(name + " protobuf to JSON", compact.bytes(), JsonCodec.write(back));
            expect(name + " protobuf to protobuf", protobuf, ProtobufCodec.write(back, kind));
            expect(name + " streamed to JSON", compact.bytes(), Transcoder.toJson(protobuf, type));
        } catch (RuntimeException e) {
            failures.add(name + " " + e);
        }
        return true;
    }

    private void expect(String what, byte[] wanted, byte[] got) {
        int at = java.util.Arrays.mismatch(wanted, got);
        if (at >= 0) {
            failures.add(
                    what
                            + " at "
                            + at
                            + ": want "
                            + around(wanted, at)
                            + ", got "
                            + around(got, at));
        }
    }

    private static String around(byte[] bytes, int at) {
        int from = Math.clamp(at - 40, 0, bytes.length);
        int to = Math.min(bytes.length, at + 30);
        return new String(bytes, from, to - from, java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
