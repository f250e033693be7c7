package io.j8s.scheduler.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;

/// Plugins switched on and off at one extension point, or at all of them (`multiPoint`).
///
/// @param disabled names; `*` for all
public record PluginSet(List<Enabled> enabled, List<String> disabled) {

    public static final PluginSet NONE = new PluginSet(List.of(), List.of());
    static final String ALL = "*";

    /// @param weight of a score plugin; 0 where none is given
    public record Enabled(String name, int weight) {}

    public PluginSet {
        enabled = List.copyOf(enabled);
        disabled = List.copyOf(disabled);
    }

    boolean disables(String name) {
        return disabled.contains(name) || disabled.contains(ALL);
    }

    /// This set as default, with `custom` on top (upstream: `mergePluginSet`): what is disabled
    /// goes, what is enabled again is configured anew in its place, the rest comes last.
    PluginSet with(PluginSet custom) {
        var byName = new HashMap<String, Enabled>();
        custom.enabled().forEach(each -> byName.put(each.name(), each));
        var merged = new ArrayList<Enabled>();
        var replaced = new HashSet<String>();
        for (var each : enabled) {
            if (custom.disables(each.name())) {
                continue;
            }
            var own = byName.get(each.name());
            merged.add(own == null ? each : own);
            if (own != null) {
                replaced.add(each.name());
            }
        }
        custom.enabled().stream()
                .filter(each -> !replaced.contains(each.name()))
                .forEach(merged::add);
        var off = new ArrayList<>(disabled);
        off.addAll(custom.disabled());
        return new PluginSet(merged, off);
    }
}
