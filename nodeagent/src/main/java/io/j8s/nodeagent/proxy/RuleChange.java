package io.j8s.nodeagent.proxy;

import io.j8s.nodeagent.nftables.NftBatch;
import io.j8s.nodeagent.nftables.NftSet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The way from one rule set to another. Pure.
///
/// A batch takes effect at once, so no packet sees a half-made Service. Chains and maps that
/// nothing leads to any more go in a second batch: older kernels count references only when a batch
/// ends.
final class RuleChange {

    private final Sets sets;
    private final Family family;
    private final RuleSet from;
    private final RuleSet to;
    private final Shared.Change<NftSet> shards;
    private final Shared.Change<String> hairpins;

    RuleChange(
            Sets sets,
            Family family,
            RuleSet from,
            RuleSet to,
            Shared.Change<NftSet> shards,
            Shared.Change<String> hairpins) {
        this.sets = sets;
        this.family = family;
        this.from = from;
        this.to = to;
        this.shards = shards;
        this.hairpins = hairpins;
    }

    /// Adds, changes and redirects.
    void addTo(NftBatch batch) {
        shards.added().forEach(batch::addSet);
        to.chains().keySet().stream()
                .filter(chain -> !from.chains().containsKey(chain))
                .forEach(batch::addChain);
        to.chains()
                .forEach((chain, rules) -> {
                    var before = from.chains().get(chain);
                    if (!rules.equals(before)) {
                        if (before != null) {
                            batch.flushChain(chain);
                        }
                        rules.forEach(rule -> batch.addRule(chain, rule.expressions(sets, family)));
                    }
                });
        from.elements().forEach((set, elements) -> deleteElements(set, elements, batch));
        to.elements().forEach((set, elements) -> addElements(set, elements, batch));
        var pairs = new HashMap<String, String>();
        hairpins.added().forEach(pair -> pairs.put(pair, ""));
        batch.addElements(sets.hairpins(), pairs);
        batch.deleteElements(sets.hairpins(), hairpins.removed());
    }

    private void deleteElements(NftSet set, Map<String, String> elements, NftBatch batch) {
        var wanted = to.elements().getOrDefault(set, Map.of());
        batch.deleteElements(
                set,
                elements.entrySet().stream()
                        .filter(element -> !element.getValue().equals(wanted.get(element.getKey())))
                        .map(Map.Entry::getKey)
                        .toList());
    }

    private void addElements(NftSet set, Map<String, String> elements, NftBatch batch) {
        var present = from.elements().getOrDefault(set, Map.of());
        var fresh = new HashMap<>(elements);
        fresh.entrySet()
                .removeIf(element -> element.getValue().equals(present.get(element.getKey())));
        batch.addElements(set, fresh);
    }

    /// Chains that are needed no more.
    List<String> goneChains() {
        return from.chains().keySet().stream()
                .filter(chain -> !to.chains().containsKey(chain))
                .toList();
    }

    /// Removes what the first batch left without use.
    void addCleanUpTo(NftBatch batch) {
        var gone = goneChains();
        // chains lead to each other: empty all before deleting any
        gone.forEach(batch::flushChain);
        gone.forEach(batch::deleteChain);
        shards.removed().forEach(batch::deleteSet);
    }
}
