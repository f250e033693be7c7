package io.j8s.scheduler.core;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// Numbers by place: a topology key with one of its values. A layer on top of another one holds
/// only what differs, so that preemption's "what if" copies nothing. Changed by one thread.
public final class PlaceCounts {

    private final @Nullable PlaceCounts below;
    private final Map<String, Map<String, long[]>> counts = new HashMap<>();
    private int nonZero;

    public PlaceCounts() {
        this(null);
    }

    private PlaceCounts(@Nullable PlaceCounts below) {
        this.below = below;
        this.nonZero = below == null ? 0 : below.nonZero;
    }

    /// A layer whose changes this one does not see.
    public PlaceCounts layer() {
        return new PlaceCounts(this);
    }

    /// Counts where a node stands; nothing when it has not got the key.
    public void addAt(NodeInfo node, String topologyKey, long by) {
        String value = node.labels().get(topologyKey);
        if (value != null) {
            add(topologyKey, value, by);
        }
    }

    public void add(String topologyKey, String value, long by) {
        var cell = counts.computeIfAbsent(topologyKey, _ -> new HashMap<>()).get(value);
        if (cell == null) {
            cell = new long[] {below == null ? 0 : below.at(topologyKey, value)};
            counts.get(topologyKey).put(value, cell);
        }
        boolean was = cell[0] != 0;
        cell[0] += by;
        boolean is = cell[0] != 0;
        if (was != is) {
            nonZero += is ? 1 : -1;
        }
    }

    public long at(String topologyKey, String value) {
        var values = counts.get(topologyKey);
        var cell = values == null ? null : values.get(value);
        if (cell != null) {
            return cell[0];
        }
        return below == null ? 0 : below.at(topologyKey, value);
    }

    public long at(NodeInfo node, String topologyKey) {
        String value = node.labels().get(topologyKey);
        return value == null ? 0 : at(topologyKey, value);
    }

    /// Whether nothing is counted anywhere.
    public boolean isZero() {
        return nonZero == 0;
    }

    /// Whether any place that a node stands at has a positive number.
    public boolean isPositiveAt(NodeInfo node) {
        for (PlaceCounts layer = this; layer != null; layer = layer.below) {
            for (String key : layer.counts.keySet()) {
                if (at(node, key) > 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /// The sum over all places that a node stands at; only asked of a bottom layer.
    public long sumAt(NodeInfo node) {
        long sum = 0;
        for (String key : counts.keySet()) {
            sum += at(node, key);
        }
        return sum;
    }

    /// Places of one key, those with 0 included.
    public int places(String topologyKey) {
        var values = counts.getOrDefault(topologyKey, Map.of());
        int own = values.size();
        if (below == null) {
            return own;
        }
        for (String value : values.keySet()) {
            own -= below.knows(topologyKey, value) ? 1 : 0;
        }
        return own + below.places(topologyKey);
    }

    private boolean knows(String topologyKey, String value) {
        return counts.getOrDefault(topologyKey, Map.of()).containsKey(value)
                || (below != null && below.knows(topologyKey, value));
    }

    /// The lowest number at any place of one key; `Integer.MAX_VALUE` when there is none.
    public long least(String topologyKey) {
        long least = Integer.MAX_VALUE;
        for (PlaceCounts layer = this; layer != null; layer = layer.below) {
            for (String value : layer.counts.getOrDefault(topologyKey, Map.of()).keySet()) {
                least = Math.min(least, at(topologyKey, value));
            }
        }
        return least;
    }
}
