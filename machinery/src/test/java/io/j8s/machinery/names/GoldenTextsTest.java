package io.j8s.machinery.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.quantity.GoDuration;
import io.j8s.machinery.quantity.Quantity;
import io.j8s.machinery.selectors.FieldSelector;
import io.j8s.machinery.selectors.Selector;
import io.j8s.machinery.selectors.SelectorException;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Every line of `golden/texts.tsv` is what upstream's apimachinery v0.37.2 answered: rule, input,
/// output.
class GoldenTextsTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void saysWhatUpstreamSays() throws IOException {
        var wrong = new ArrayList<String>();
        try (var in = GoldenTextsTest.class.getResourceAsStream("/golden/texts.tsv")) {
            var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.lines().toList()) {
                String[] parts = line.split("\t", -1);
                String input = JSON.readTree(parts[1]).asString();
                JsonNode expected = JSON.readTree(parts[2]);
                String actual = answer(parts[0], input);
                String wanted = wanted(parts[0], expected);
                if (!actual.equals(wanted)) {
                    wrong.add(
                            parts[0] + " " + parts[1] + "\n  is  " + actual + "\n  not " + wanted);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static String wanted(String rule, JsonNode expected) {
        if (!expected.isString()) {
            var list = new ArrayList<String>();
            expected.forEach(e -> list.add(e.asString()));
            return list.toString();
        }
        String text = expected.asString();
        if (!rule.equals("quantity") || text.startsWith("error")) {
            return text;
        }
        return text.substring(1, text.indexOf('"', 1)); // the JSON form comes first
    }

    private static String answer(String rule, String in) {
        return switch (rule) {
            case "quantity" -> quantity(in);
            case "label" -> {
                try {
                    yield Selector.parse(in).toString();
                } catch (SelectorException e) {
                    yield "error: " + e.text();
                }
            }
            case "field" -> {
                try {
                    yield FieldSelector.parse(in).toString();
                } catch (SelectorException e) {
                    yield "error: " + e.text();
                }
            }
            case "duration" -> {
                try {
                    yield GoDuration.print(GoDuration.parse(in));
                } catch (IllegalArgumentException e) {
                    yield "error: " + e.getMessage();
                }
            }
            default -> names(rule, in).toString();
        };
    }

    private static String quantity(String in) {
        try {
            return Quantity.canonical(in);
        } catch (Quantity.QuantityException e) {
            return "error: " + e.text();
        }
    }

    private static List<String> names(String rule, String in) {
        return switch (rule) {
            case "subdomain" -> NameRules.dns1123Subdomain(in);
            case "label1123" -> NameRules.dns1123Label(in);
            case "label1035" -> NameRules.dns1035Label(in);
            case "wildcard" -> NameRules.wildcardDns1123Subdomain(in);
            case "qualified" -> NameRules.qualifiedName(in);
            case "labelvalue" -> NameRules.labelValue(in);
            case "cident" -> NameRules.cIdentifier(in);
            case "env" -> NameRules.envVarName(in);
            case "envrelaxed" -> NameRules.relaxedEnvVarName(in);
            case "portname" -> NameRules.portName(in);
            case "configkey" -> NameRules.configMapKey(in);
            case "header" -> NameRules.httpHeaderName(in);
            case "percent" -> NameRules.percent(in);
            case "relaxedsubdomain" -> NameRules.dns1123SubdomainWithUnderscore(in);
            default -> throw new IllegalStateException("unknown rule " + rule);
        };
    }
}
