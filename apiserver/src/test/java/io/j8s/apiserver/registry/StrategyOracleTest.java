package io.j8s.apiserver.registry;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/// What upstream's strategies have said about objects of the groups (`src/test/oracle-rules`): the
/// causes of refusals, warnings, defaults and cells of the table.
final class StrategyOracleTest {

    private final StrategyJudge judge = new StrategyJudge(Instant.EPOCH);

    @Test
    void strategiesAnswerAsUpstreams() throws IOException {
        var differences = new ArrayList<String>();
        int cases = 0;
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                Objects.requireNonNull(
                                        StrategyOracleTest.class.getResourceAsStream(
                                                "/io/j8s/apiserver/oracle/groups.jsonl")),
                                UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                compare(JsonMapper.shared().readTree(line), differences);
                cases++;
            }
        }
        assertThat(cases).isGreaterThan(1000);
        assertThat(differences).isEmpty();
    }

    private void compare(JsonNode golden, List<String> differences) {
        JsonNode ours = judge.answer(golden.get("case"));
        String id = golden.get("case").get("id").asString();
        differs(id, golden, ours, "code", Function.identity(), differences);
        differs(id, golden, ours, "causes", StrategyOracleTest::causes, differences);
        differs(id, golden, ours, "warnings", Function.identity(), differences);
        differs(id, golden, ours, "object", Function.identity(), differences);
        differs(id, golden, ours, "columns", StrategyOracleTest::names, differences);
        differs(id, golden, ours, "rows", Function.identity(), differences);
    }

    private static void differs(
            String id,
            JsonNode golden,
            JsonNode ours,
            String field,
            Function<JsonNode, JsonNode> form,
            List<String> differences) {
        if (golden.has(field)) {
            String theirs = golden.get(field).toString();
            String mine = form.apply(ours.path(field)).toString();
            if (!JsonMapper.shared().readTree(theirs).equals(JsonMapper.shared().readTree(mine))) {
                differences.add(
                        id + " " + field + "\n  upstream " + theirs + "\n  ours     " + mine);
            }
        }
    }

    private static ArrayNode causes(JsonNode causes) {
        var out = JsonNodeFactory.instance.arrayNode();
        causes.forEach(cause ->
                out.addObject()
                        .put("reason", cause.get("reason").asString())
                        .put("field", cause.get("field").asString())
                        .put("message", cause.get("message").asString()));
        return out;
    }

    private static ArrayNode names(JsonNode columns) {
        var out = JsonNodeFactory.instance.arrayNode();
        columns.forEach(column -> out.add(column.get("name").asString()));
        return out;
    }
}
