package io.j8s.machinery.selectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class SelectorTest {

    @Test
    void matchesByEachOperator() {
        var labels = Map.of("a", "b", "n", "7");
        for (String yes :
                new String[] {
                    "a=b",
                    "a==b",
                    "a!=c",
                    "x!=c",
                    "a in (b,c)",
                    "a notin (c)",
                    "x notin (c)",
                    "a",
                    "!x",
                    "n>6",
                    "n<8",
                    ""
                }) {
            assertThat(Selector.parse(yes).matches(labels)).as(yes).isTrue();
        }
        for (String no :
                new String[] {
                    "a=c",
                    "a!=b",
                    "x=c",
                    "a in (c)",
                    "a notin (b)",
                    "x",
                    "!a",
                    "n>7",
                    "a>1",
                    "x>1",
                    "a=b,x"
                }) {
            assertThat(Selector.parse(no).matches(labels)).as(no).isFalse();
        }
    }

    @Test
    void anAbsentSelectorSelectsNothingAndAnEmptyOneEverything() {
        assertThat(Selector.of((io.fabric8.kubernetes.api.model.LabelSelector) null).isNothing())
                .isTrue();
        assertThat(Selector.of(new LabelSelectorBuilder().build()).isEverything()).isTrue();
    }

    @Test
    void readsLabelSelectorObjects() {
        var selector =
                Selector.of(
                        new LabelSelectorBuilder()
                                .addToMatchLabels("app", "web")
                                .addToMatchExpressions(
                                        expression("tier", "NotIn", List.of("x", "a")))
                                .addToMatchExpressions(
                                        expression("gone", "DoesNotExist", List.of()))
                                .build());
        assertThat(selector).hasToString("app=web,!gone,tier notin (a,x)");
        assertThat(selector.matches(Map.of("app", "web"))).isTrue();
        assertThat(selector.matches(Map.of("app", "web", "tier", "a"))).isFalse();
    }

    @Test
    void refusesUnknownOperatorsOfObjects() {
        var selector =
                new LabelSelectorBuilder()
                        .addToMatchExpressions(expression("a", "Near", List.of()))
                        .build();
        assertThatThrownBy(() -> Selector.of(selector))
                .hasMessage("\"Near\" is not a valid label selector operator");
    }

    @Test
    void matchesFields() {
        var selector = FieldSelector.parse("metadata.name=x,status.phase!=Running");
        Map<String, String> fields = Map.of("metadata.name", "x", "status.phase", "Failed");
        assertThat(selector.matches(fields::get)).isTrue();
        assertThat(selector.matches(Map.of("metadata.name", "y")::get)).isFalse();
        assertThat(selector.exact("metadata.name")).contains("x");
        assertThat(FieldSelector.parse("a=b\\,c").matches(Map.of("a", "b,c")::get)).isTrue();
        assertThat(FieldSelector.parse("a=").matches(Map.<String, String>of()::get)).isTrue();
    }

    @Test
    void refusesUnknownFieldsInTheWordsOfTheKind() {
        var selector = FieldSelector.of("spec.x", "y");
        assertThatThrownBy(() -> selector.requireSupported(List.of("spec.nodeName")))
                .hasMessage("field label not supported: spec.x");
        assertThatThrownBy(() -> selector.requireSupported(List.of()))
                .hasMessage(
                        "\"spec.x\" is not a known field selector: only \"metadata.name\","
                                + " \"metadata.namespace\"");
        FieldSelector.of("metadata.name", "y").requireSupported(List.of());
    }

    private static LabelSelectorRequirement expression(
            String key, String operator, List<String> values) {
        return new LabelSelectorRequirement(key, operator, values);
    }
}
