package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.LimitRange;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.schema.Tree;

import java.util.List;

/// Everything the API server knows about `v1 LimitRange`.
public final class LimitRanges implements ResourceStrategy<LimitRange> {

    @Override
    public Names names() {
        return new Names("v1", "LimitRange", "limitranges");
    }

    @Override
    public Class<LimitRange> view() {
        return LimitRange.class;
    }

    @Override
    public void applyDefaults(Tree range) {
        range.trees("spec.limits").forEach(LimitRanges::item);
    }

    /// For containers: the default limit is the maximum, the default request is the default limit,
    /// else the minimum.
    private static void item(Tree item) {
        for (String list :
                List.of("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")) {
            PodTemplates.roundUp(item.map(list));
        }
        if (item.string("type", "").equals("Container")) {
            fill(item, "default", "max");
            fill(item, "defaultRequest", "default");
            fill(item, "defaultRequest", "min");
        }
    }

    private static void fill(Tree item, String target, String source) {
        var from = item.map(source);
        if (from == null) {
            return;
        }
        for (String name : from.keys()) {
            if (item.map(target) == null || !item.ensureMap(target).has(name)) {
                item.ensureMap(target).put(name, from.string(name));
            }
        }
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }
}
