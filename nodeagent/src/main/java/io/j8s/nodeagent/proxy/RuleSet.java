package io.j8s.nodeagent.proxy;

import io.j8s.nodeagent.nftables.NftSet;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the table should hold beyond its fixed frame: chains with their rules, and elements with
/// what they lead to. Two rule sets are compared to find the smallest change.
///
/// @param chains rules of each chain
/// @param elements by map or set, each element with what it leads to, which is empty for a set
/// @param shards sets and maps beyond the fixed ones; other Services may need them too
/// @param hairpins elements of [Sets#hairpins]; other Services may have the same
record RuleSet(
        Map<String, List<Rule>> chains,
        Map<NftSet, Map<String, String>> elements,
        Set<NftSet> shards,
        Set<String> hairpins) {

    static RuleSet empty() {
        return new RuleSet(new HashMap<>(), new HashMap<>(), new HashSet<>(), new HashSet<>());
    }

    void chain(String name, List<Rule> rules) {
        chains.put(name, List.copyOf(rules));
    }

    void element(NftSet set, String key, String to) {
        elements.computeIfAbsent(set, _ -> new HashMap<>()).put(key, to);
    }

    /// Takes over everything of another; names must not clash, except for equal chains.
    void addAll(RuleSet other) {
        chains.putAll(other.chains);
        other.elements.forEach((set, each) -> each.forEach((key, to) -> element(set, key, to)));
        shards.addAll(other.shards);
        hairpins.addAll(other.hairpins);
    }

    int countRules() {
        return chains.values().stream().mapToInt(List::size).sum();
    }
}
