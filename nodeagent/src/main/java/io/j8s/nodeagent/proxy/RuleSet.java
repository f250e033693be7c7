package io.j8s.nodeagent.proxy;

import java.util.Map;
import java.util.TreeMap;

/// What the table should hold beyond its fixed frame: chains with their rules, elements of maps and
/// sets with what they lead to, and the sets of session affinity. Two rule sets are compared to
/// find the smallest change.
///
/// @param chains rules of each chain, one a line
/// @param elements by map or set name, each element with its verdict; the verdict of a plain set's
///   element is empty
/// @param affinitySets timeout in seconds by set name
record RuleSet(
        Map<String, String> chains,
        Map<String, Map<String, String>> elements,
        Map<String, Integer> affinitySets) {

    static RuleSet empty() {
        return new RuleSet(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    void chain(String name, String rules) {
        chains.put(name, rules);
    }

    void element(String map, String key, String verdict) {
        elements.computeIfAbsent(map, _ -> new TreeMap<>()).put(key, verdict);
    }

    void affinitySet(String name, int seconds) {
        affinitySets.put(name, seconds);
    }

    /// Takes over everything of another; names must not clash, except for equal chains.
    void addAll(RuleSet other) {
        chains.putAll(other.chains);
        other.elements.forEach((map, each) -> each.forEach((key, to) -> element(map, key, to)));
        affinitySets.putAll(other.affinitySets);
    }
}
