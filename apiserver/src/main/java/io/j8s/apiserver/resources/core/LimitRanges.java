package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.LimitRange;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

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
    public void validate(Tree tree, FieldErrors errors) {
        var types = new java.util.HashSet<String>();
        for (At limit : At.root(tree, errors).each("spec.limits")) {
            String type = limit.string("type");
            var texts = io.j8s.machinery.names.NameRules.qualifiedName(type);
            limit.all("type", type, texts);
            if (texts.isEmpty()
                    && type.indexOf('/') < 0
                    && !List.of("Pod", "Container", "PersistentVolumeClaim").contains(type)) {
                limit.invalid("type", type, "must be a standard limit type or fully qualified");
            }
            if (!types.add(type)) {
                limit.duplicate("type", type);
            }
            limit(limit, type);
        }
    }

    private static void limit(At limit, String type) {
        var names = new java.util.TreeSet<String>();
        for (String list :
                List.of("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")) {
            boolean given = !limit.keys(list).isEmpty();
            if (type.equals("Pod") && list.startsWith("default")) {
                if (given) {
                    limit.forbidden(list, "may not be specified when `type` is 'Pod'");
                }
                continue;
            }
            for (String name : limit.keys(list)) {
                String field = list + "[" + name + "]";
                if (type.equals("Pod") || type.equals("Container")) {
                    Amounts.containerName(limit, field, name);
                } else {
                    Amounts.name(limit, field, name);
                }
                names.add(name);
            }
        }
        if (type.equals("PersistentVolumeClaim")
                && Amounts.of(limit.tree().map("min"), "storage") == null
                && Amounts.of(limit.tree().map("max"), "storage") == null) {
            limit.required(
                    "limits",
                    "either minimum or maximum storage value is required, but neither was"
                            + " provided");
        }
        names.forEach(name -> amounts(limit, name));
    }

    private static void amounts(At limit, String name) {
        compare(limit, name, "min", "max", "min", "min value %s is greater than max value %s");
        compare(
                limit,
                name,
                "min",
                "defaultRequest",
                "defaultRequest",
                "min value %s is greater than default request value %s");
        compare(
                limit,
                name,
                "defaultRequest",
                "max",
                "defaultRequest",
                "default request value %s is greater than max value %s");
        compare(
                limit,
                name,
                "defaultRequest",
                "default",
                "defaultRequest",
                "default request value %s is greater than default limit value %s");
        compare(
                limit,
                name,
                "min",
                "default",
                "default",
                "min value %s is greater than default value %s");
        compare(
                limit,
                name,
                "default",
                "max",
                "default",
                "default value %s is greater than max value %s");
        var ratio = Amounts.of(limit.tree().map("maxLimitRequestRatio"), name);
        if (ratio != null && ratio.amount().compareTo(java.math.BigDecimal.ONE) < 0) {
            limit.errors()
                    .invalid(
                            limit.path("maxLimitRequestRatio[" + name + "]"),
                            ratio.toString(),
                            "ratio " + ratio + " is less than 1");
        }
        var value = Amounts.of(limit.tree().map("default"), name);
        var request = Amounts.of(limit.tree().map("defaultRequest"), name);
        if (!Amounts.mayOvercommit(name)
                && value != null
                && request != null
                && value.compareTo(request) != 0) {
            limit.errors()
                    .invalid(
                            limit.path("defaultRequest[" + name + "]"),
                            request.toString(),
                            "default value %s must equal to defaultRequest value %s in %s"
                                    .formatted(value, request, name));
        }
    }

    private static void compare(
            At limit, String name, String low, String high, String reported, String text) {
        var lower = Amounts.of(limit.tree().map(low), name);
        var upper = Amounts.of(limit.tree().map(high), name);
        if (lower != null && upper != null && lower.compareTo(upper) > 0) {
            var shown = Amounts.of(limit.tree().map(reported), name);
            limit.errors()
                    .invalid(
                            limit.path(reported + "[" + name + "]"),
                            String.valueOf(shown),
                            text.formatted(lower, upper));
        }
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }
}
