package io.j8s.apiserver.access.rbac;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeSet;

/// Compares what rules allow (upstream: `component-helpers/auth/rbac/validation.Covers`). Pure.
public final class RuleCover {

    private RuleCover() {}

    /// The parts of `wanted` that no rule of `held` covers: one verb, group, resource and name
    /// each.
    public static List<PolicyRule> missing(List<PolicyRule> held, List<PolicyRule> wanted) {
        var out = new ArrayList<PolicyRule>();
        for (var rule : wanted) {
            for (var part : breakDown(rule)) {
                if (held.stream().noneMatch(holder -> holder.covers(part))) {
                    out.add(part);
                }
            }
        }
        return out;
    }

    static List<PolicyRule> breakDown(PolicyRule rule) {
        var out = new ArrayList<PolicyRule>();
        for (var group : rule.apiGroups()) {
            for (var resource : rule.resources()) {
                for (var verb : rule.verbs()) {
                    addNamed(out, rule, group, resource, verb);
                }
            }
        }
        for (var url : rule.nonResourceUrls()) {
            for (var verb : rule.verbs()) {
                out.add(
                        new PolicyRule(
                                List.of(verb), List.of(), List.of(), List.of(), List.of(url)));
            }
        }
        return out;
    }

    private static void addNamed(
            List<PolicyRule> out, PolicyRule rule, String group, String resource, String verb) {
        if (rule.resourceNames().isEmpty()) {
            out.add(simple(group, resource, verb, List.of()));
        }
        for (var name : rule.resourceNames()) {
            out.add(simple(group, resource, verb, List.of(name)));
        }
    }

    private static PolicyRule simple(
            String group, String resource, String verb, List<String> names) {
        return new PolicyRule(List.of(verb), List.of(group), List.of(resource), names, List.of());
    }

    /// Joins the verbs of rules for the same group, resource and name (upstream: `CompactRules`).
    public static List<PolicyRule> compact(List<PolicyRule> rules) {
        var verbs = new LinkedHashMap<PolicyRule, List<String>>();
        var rest = new ArrayList<PolicyRule>();
        for (var rule : rules) {
            if (isSimple(rule)) {
                verbs.computeIfAbsent(withVerbs(rule, List.of()), _ -> new ArrayList<>())
                        .addAll(rule.verbs());
            } else {
                rest.add(rule);
            }
        }
        verbs.forEach((rule, all) -> rest.add(withVerbs(rule, List.copyOf(all))));
        return rest;
    }

    private static boolean isSimple(PolicyRule rule) {
        return rule.nonResourceUrls().isEmpty()
                && rule.resourceNames().size() <= 1
                && rule.resources().size() == 1
                && rule.apiGroups().size() == 1;
    }

    private static PolicyRule withVerbs(PolicyRule rule, List<String> verbs) {
        return new PolicyRule(
                verbs,
                rule.apiGroups(),
                rule.resources(),
                rule.resourceNames(),
                rule.nonResourceUrls());
    }

    /// One line for each compacted rule, sorted, as upstream lists what is missing.
    public static String describe(List<PolicyRule> missing) {
        var lines = new TreeSet<String>();
        for (var rule : compact(missing)) {
            lines.add(rule.compactText());
        }
        return String.join("\n", lines);
    }
}
