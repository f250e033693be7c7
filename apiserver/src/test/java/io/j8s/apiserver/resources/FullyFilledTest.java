package io.j8s.apiserver.resources;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Rules read every field of objects that have all of them: a misspelt path or a null would be a
/// 500. `-Dj8s.upstream.testdata=DIR` adds all the kinds of the published Go modules.
final class FullyFilledTest {

    @Test
    void rulesReadFullyFilledObjects() throws Exception {
        var folders = new ArrayList<Path>();
        var own = FullyFilledTest.class.getResource("/io/j8s/apiserver/schema/full");
        assertThat(own).isNotNull();
        folders.add(Path.of(own.toURI()));
        String more = System.getProperty("j8s.upstream.testdata", "");
        for (String folder : more.split(":", -1)) {
            if (!folder.isEmpty()) {
                folders.add(Path.of(folder));
            }
        }
        var failures = new ArrayList<String>();
        for (Path folder : folders) {
            check(folder, failures);
        }
        assertThat(failures).isEmpty();
    }

    private static void check(Path folder, List<String> failures) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                try {
                    var tree = Verdicts.read(Files.readAllBytes(file));
                    Verdicts.create(tree);
                    var changed = tree.copy();
                    for (String subresource :
                            List.of(
                                    "",
                                    "status",
                                    "ephemeralcontainers",
                                    "resize",
                                    "approval",
                                    "finalize")) {
                        Verdicts.update(tree, changed, subresource);
                        Verdicts.update(
                                Verdicts.read(
                                        minimal(
                                                tree.string("apiVersion", ""),
                                                tree.string("kind", ""))),
                                changed,
                                subresource);
                        Verdicts.update(
                                changed,
                                Verdicts.read(
                                        minimal(
                                                tree.string("apiVersion", ""),
                                                tree.string("kind", ""))),
                                subresource);
                    }
                } catch (RuntimeException e) {
                    if (!String.valueOf(e.getMessage()).startsWith("no ")) {
                        var trace = e.getStackTrace();
                        failures.add(
                                file.getFileName()
                                        + " "
                                        + e
                                        + " "
                                        + List.of(trace).subList(0, Math.min(8, trace.length)));
                    }
                }
            }
        }
    }

    private static byte[] minimal(String apiVersion, String kind) {
        return ("{\"apiVersion\":\"" + apiVersion + "\",\"kind\":\"" + kind + "\"}")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
}
