package io.j8s.controllers.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.j8s.machinery.meta.ObjectKey;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;

class RuntimeRulesTest {

    @Test
    void spansFindMembersWhateverIsInThem() {
        var json =
                " {\"type\" : \"ADDED\", \"object\":{\"a\":\"}\\\"{\",\"b\":[1,{\"c\":null}]},\"n\":12 }"
                        .getBytes(StandardCharsets.UTF_8);
        var found = new HashMap<String, String>();
        new JsonSpans(json, 0)
                .members((name, span) ->
                        found.put(
                                name,
                                new String(
                                        json,
                                        span.from(),
                                        span.to() - span.from(),
                                        StandardCharsets.UTF_8)));
        assertThat(found)
                .containsEntry("type", "\"ADDED\"")
                .containsEntry("object", "{\"a\":\"}\\\"{\",\"b\":[1,{\"c\":null}]}")
                .containsEntry("n", "12");
    }

    @Test
    void spansFindElements() {
        var json = "[ {\"a\":1} ,2,\"x,]\" ]".getBytes(StandardCharsets.UTF_8);
        var found = new ArrayList<String>();
        new JsonSpans(json, 0)
                .elements(span ->
                        found.add(
                                new String(
                                        json,
                                        span.from(),
                                        span.to() - span.from(),
                                        StandardCharsets.UTF_8)));
        assertThat(found).containsExactly("{\"a\":1}", "2", "\"x,]\"");
    }

    @Test
    void spansFindATextByItsPath() {
        var event =
                "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"labels\":{},\"resourceVersion\":\"42\"}}}"
                        .getBytes(StandardCharsets.UTF_8);
        var whole = new JsonSpans.Span(0, event.length);
        assertThat(JsonSpans.text(event, whole, "object", "metadata", "resourceVersion"))
                .contains("42");
        assertThat(JsonSpans.text(event, whole, "object", "status", "resourceVersion")).isEmpty();
    }

    @Test
    void slimJsonIsWithoutManagedFieldsAndNulls() {
        assertThat(
                        slim(
                                """
                                 {"kind" : "Pod", "metadata":{"managedFields":[{"f:a":{"x":"]}"}}],\
                                "name":"a\\"}","managedFieldsOf":1,"creationTimestamp":null},
                                 "spec":{"managedFields":[true],"metadata":{"managedFields":{}},\
                                "rules": null , "list":[null,{"n":null},-1.5e3,[ ]] ,"empty":{}}}\
                                """))
                .isEqualTo(
                        "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\\\"}\",\"managedFieldsOf\":1},"
                            + "\"spec\":{\"managedFields\":[true],\"metadata\":"
                            + "{\"managedFields\":{}},\"list\":[null,{},-1.5e3,[]],\"empty\":{}}}");
        assertThat(slim("{\"metadata\":null,\"a\":null}")).isEqualTo("{}");
        assertThat(slim("{}")).isEqualTo("{}");
    }

    private static String slim(String json) {
        var bytes = ("xx" + json).getBytes(StandardCharsets.UTF_8);
        return new String(
                SlimJson.of(bytes, new JsonSpans.Span(2, bytes.length)), StandardCharsets.UTF_8);
    }

    @Test
    void informerTellsADeletedAndRecreatedObjectApart() {
        var informer = new Informer<>(Kinds.CONFIG_MAPS);
        var heard = new ArrayList<String>();
        informer.onChange((before, after) ->
                heard.add(
                        (before == null ? "-" : Meta.uid(before))
                                + ">"
                                + (after == null ? "-" : Meta.uid(after))));
        informer.replace(List.of(map("u1", "5")), "");
        informer.put(map("u1", "4"));
        informer.put(map("u1", "6"));
        informer.replace(List.of(map("u2", "9")), "");
        informer.replace(List.of(), "");
        assertThat(heard).containsExactly("->u1", "u1>u1", "u1>-", "->u2", "u2>-");
        assertThat(informer.get(new ObjectKey("ns", "m"))).isEmpty();
        assertThat(informer.inNamespace("ns")).isEmpty();
    }

    @Test
    void expectationsHoldUntilSeenOrTooOld() {
        var timers = new TurnedTimers();
        var expectations = new Expectations<String>(timers);
        assertThat(expectations.satisfied("k")).isTrue();
        expectations.expect("k", 1, Set.of("u"));
        expectations.created("k");
        assertThat(expectations.satisfied("k")).isFalse();
        expectations.deleted("k", "u");
        assertThat(expectations.satisfied("k")).isTrue();
        expectations.expectCreations("k", 3);
        timers.advance(Duration.ofMinutes(6));
        assertThat(expectations.satisfied("k")).isTrue();
    }

    @Test
    void sameEventCountsUpAndManyTextsAreCombined() {
        var correlator = new EventCorrelator(new TurnedTimers());
        assertThat(correlator.correlate(event("a")))
                .isInstanceOf(EventCorrelator.Verdict.Create.class);
        assertThat(correlator.correlate(event("a")))
                .isInstanceOfSatisfying(
                        EventCorrelator.Verdict.Repeat.class,
                        repeat -> assertThat(repeat.event().getCount()).isEqualTo(2));
        EventCorrelator.Verdict last = new EventCorrelator.Verdict.Drop();
        for (int i = 0; i < 12; i++) {
            last = correlator.correlate(event("text " + i));
        }
        assertThat(last)
                .isInstanceOfSatisfying(
                        EventCorrelator.Verdict.Repeat.class,
                        repeat ->
                                assertThat(repeat.event().getMessage())
                                        .isEqualTo("(combined from similar events): text 11"));
        for (int i = 0; i < 30; i++) {
            last = correlator.correlate(event("a"));
        }
        assertThat(last).isInstanceOf(EventCorrelator.Verdict.Drop.class);
    }

    @Test
    void selectorsAreToldAsGoPrintsThem() {
        var selector =
                new LabelSelectorBuilder()
                        .addToMatchLabels("b", "2")
                        .addToMatchLabels("a", "1")
                        .addToMatchExpressions(
                                new LabelSelectorRequirement("k", "In", List.of("x", "y")))
                        .build();
        assertThat(LabelSelectors.goText(selector))
                .isEqualTo(
                        "&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},"
                                + "MatchExpressions:[]LabelSelectorRequirement{"
                                + "LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}");
        assertThat(LabelSelectors.goText(null)).isEqualTo("nil");
    }

    private static Event event(String message) {
        return new EventBuilder()
                .withNewMetadata()
                .withName("e")
                .endMetadata()
                .withNewInvolvedObject()
                .withKind("Pod")
                .withName("p")
                .withUid("u")
                .endInvolvedObject()
                .withType("Normal")
                .withReason("R")
                .withMessage(message)
                .withCount(1)
                .withLastTimestamp("t")
                .build();
    }

    private static ConfigMap map(String uid, String version) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("ns")
                .withName("m")
                .withUid(uid)
                .withResourceVersion(version)
                .endMetadata()
                .build();
    }
}
