package io.j8s.nodeagent.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The commands that lead from one rule set to another. Pure.
///
/// A batch takes effect at once, so no packet sees a half-made Service. Chains that nothing leads
/// to any more go in a second batch: the kernel counts references only when a batch ends.
final class NftScript {

    private NftScript() {}

    /// Adds, changes and redirects; empty when nothing is to be done.
    static String change(Table table, RuleSet from, RuleSet to) {
        var lines = new ArrayList<String>();
        to.affinitySets()
                .forEach((set, seconds) -> {
                    if (!seconds.equals(from.affinitySets().get(set))) {
                        lines.add(
                                ("add set %s %s { type %s ; flags dynamic,timeout ;"
                                                + " timeout %ds ; }")
                                        .formatted(
                                                table, set, table.family().addressType(), seconds));
                    }
                });
        var changed =
                to.chains().entrySet().stream()
                        .filter(chain ->
                                !chain.getValue().equals(from.chains().get(chain.getKey())))
                        .toList();
        changed.forEach(chain -> lines.add("add chain " + table + " " + chain.getKey()));
        for (var chain : changed) {
            if (from.chains().containsKey(chain.getKey())) {
                lines.add("flush chain " + table + " " + chain.getKey());
            }
            chain.getValue()
                    .lines()
                    .forEach(rule ->
                            lines.add("add rule %s %s %s".formatted(table, chain.getKey(), rule)));
        }
        elements(table, from, to, lines);
        return join(lines);
    }

    private static void elements(Table table, RuleSet from, RuleSet to, List<String> lines) {
        from.elements()
                .forEach((map, elements) -> {
                    var wanted = to.elements().getOrDefault(map, Map.of());
                    var gone =
                            elements.entrySet().stream()
                                    .filter(e -> !e.getValue().equals(wanted.get(e.getKey())))
                                    .map(Map.Entry::getKey)
                                    .toList();
                    element("delete", table, map, gone, lines);
                });
        to.elements()
                .forEach((map, elements) -> {
                    var present = from.elements().getOrDefault(map, Map.of());
                    var fresh =
                            elements.entrySet().stream()
                                    .filter(e -> !e.getValue().equals(present.get(e.getKey())))
                                    .map(e ->
                                            e.getValue().isEmpty()
                                                    ? e.getKey()
                                                    : e.getKey() + " : " + e.getValue())
                                    .toList();
                    element("add", table, map, fresh, lines);
                });
    }

    private static void element(
            String verb, Table table, String map, List<String> elements, List<String> lines) {
        if (!elements.isEmpty()) {
            lines.add(
                    "%s element %s %s { %s }"
                            .formatted(verb, table, map, String.join(", ", elements)));
        }
    }

    /// Removes what the first batch left without use.
    static String cleanUp(Table table, RuleSet from, RuleSet to) {
        var lines = new ArrayList<String>();
        var gone =
                from.chains().keySet().stream()
                        .filter(chain -> !to.chains().containsKey(chain))
                        .toList();
        // chains lead to each other: empty all before deleting any
        gone.forEach(chain -> lines.add("flush chain " + table + " " + chain));
        gone.forEach(chain -> lines.add("delete chain " + table + " " + chain));
        from.affinitySets().keySet().stream()
                .filter(set -> !to.affinitySets().containsKey(set))
                .forEach(set -> lines.add("delete set " + table + " " + set));
        return join(lines);
    }

    private static String join(List<String> lines) {
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }
}
