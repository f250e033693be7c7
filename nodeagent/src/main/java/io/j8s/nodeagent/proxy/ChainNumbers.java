package io.j8s.nodeagent.proxy;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/// Numbers that stand for chains in keys. Confined to the proxy's thread.
final class ChainNumbers {

    private final Map<String, Integer> turns = new HashMap<>();
    private final Map<String, Integer> remembered = new HashMap<>();
    private final BitSet taken = new BitSet();
    private int next;

    /// A small number for a balancing chain; free again when the chain is gone.
    int ofBalancing(String chain) {
        return turns.computeIfAbsent(
                chain,
                _ -> {
                    int number = taken.nextClearBit(0);
                    taken.set(number);
                    return number;
                });
    }

    /// A number for an endpoint's chain that no other had: clients may still be noted with those of
    /// endpoints that are gone.
    int ofEndpoint(String chain) {
        return remembered.computeIfAbsent(chain, _ -> next++);
    }

    void release(String chain) {
        remembered.remove(chain);
        var number = turns.remove(chain);
        if (number != null) {
            taken.clear(number);
        }
    }

    void clear() {
        turns.clear();
        remembered.clear();
        taken.clear();
        next = 0;
    }
}
