package io.j8s.apiserver.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Our strategies decide as upstream's do: the golden files are verdicts of the oracle `judge`
/// (`src/test/oracle-rules`).
class StrategyRulesTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden/rules");
    private static final StrategyJudge JUDGE = new StrategyJudge();
    private static final JsonMapper JSON = JsonMapper.shared();

    /// How long ago something of 2020 was.
    private static final Pattern AGE = Pattern.compile("\\b[0-9]+(y[0-9]+)?d\\b");

    /// Cases name times of 2020.
    private static final Pattern NOW =
            Pattern.compile("\"20(2[6-9]|[3-9][0-9])-[0-9-]+T[0-9:.]+Z\"");

    static Stream<Path> goldenFiles() throws IOException {
        try (var files = Files.list(GOLDEN)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("goldenFiles")
    void decidesAsUpstream(Path file) throws IOException {
        assertThat(differences(file)).isEmpty();
    }

    /// Many more cases than the golden files have: `-Dj8s.rules=FILE` made by `cases.py | judge
    /// -golden`; differences go to `FILE.diff`.
    @Test
    @EnabledIfSystemProperty(named = "j8s.rules", matches = ".+")
    void decidesAsUpstreamOnGeneratedCases() throws IOException {
        var file = Path.of(System.getProperty("j8s.rules"));
        var found = differences(file);
        Files.write(Path.of(file + ".diff"), found, StandardCharsets.UTF_8);
        assertThat(found).as("differences, see %s.diff", file).isEmpty();
    }

    private static List<String> differences(Path file) throws IOException {
        var found = new ArrayList<String>();
        try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
            lines.forEach(line -> {
                var asked = JSON.readTree(line);
                var wanted = asked.get("want");
                var got = answer(asked);
                if (!isSame(wanted, got)) {
                    found.add(difference(asked, wanted, got).toString());
                }
            });
        }
        return found;
    }

    @SuppressWarnings("CatchingUnchecked") // a bug in one case must not hide the others
    private static ObjectNode answer(JsonNode asked) {
        try {
            return JUDGE.answer(asked);
        } catch (RuntimeException e) {
            var answer = JSON.createObjectNode().put("code", 500);
            answer.put("message", e + " at " + Stream.of(e.getStackTrace()).limit(3).toList());
            return answer;
        }
    }

    private static boolean isSame(JsonNode wanted, JsonNode got) {
        if (wanted.path("code").asInt(0) == 400) { // what is wrong with bytes is said elsewhere
            return got.path("code").asInt(0) == 400;
        }
        for (String field : List.of("code", "causes", "warnings", "columns")) {
            if (!wanted.path(field).equals(got.path(field))) {
                return false;
            }
        }
        if (!withoutAges(wanted.path("rows")).equals(withoutAges(got.path("rows")))) {
            return false;
        }
        return wanted.path("code").asInt(0) != 200
                ? wanted.path("message").equals(got.path("message"))
                : withoutNow(wanted.path("object")).equals(withoutNow(got.path("object")));
    }

    private static String withoutAges(JsonNode rows) {
        return AGE.matcher(rows.toString()).replaceAll("age");
    }

    /// What both made of the time at which they were asked, which no case names, is the same.
    private static JsonNode withoutNow(JsonNode object) {
        return JSON.readTree(NOW.matcher(object.toString()).replaceAll("\"now\""));
    }

    private static ObjectNode difference(JsonNode asked, JsonNode wanted, JsonNode got) {
        var out = JSON.createObjectNode();
        out.put("id", asked.path("id").asString(""));
        out.put("op", asked.path("op").asString(""));
        out.put("kind", asked.path("object").path("kind").asString(""));
        var want = out.putObject("want");
        var have = out.putObject("got");
        for (String field : List.of("code", "message", "causes", "warnings", "columns", "rows")) {
            if (!wanted.path(field).equals(got.path(field))) {
                want.set(field, wanted.path(field));
                have.set(field, got.path(field));
            }
        }
        if (wanted.has("object") && got.has("object")) {
            var paths = new TreeMap<String, String>();
            compare("", withoutNow(wanted.get("object")), withoutNow(got.get("object")), paths);
            if (!paths.isEmpty()) {
                var fields = out.putObject("object");
                paths.forEach(fields::put);
            }
        }
        return out;
    }

    private static void compare(
            String path, JsonNode wanted, JsonNode got, java.util.Map<String, String> out) {
        if (wanted.equals(got)) {
            return;
        }
        if (wanted.isObject() && got.isObject()) {
            var names = new java.util.TreeSet<>(wanted.propertyNames());
            names.addAll(got.propertyNames());
            names.forEach(
                    name -> compare(path + "." + name, wanted.path(name), got.path(name), out));
        } else if (wanted.isArray() && got.isArray() && wanted.size() == got.size()) {
            for (int i = 0; i < wanted.size(); i++) {
                compare(path + "[" + i + "]", wanted.get(i), got.get(i), out);
            }
        } else {
            out.put(path, wanted + " not " + got);
        }
    }
}
