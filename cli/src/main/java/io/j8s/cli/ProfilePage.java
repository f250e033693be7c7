package io.j8s.cli;

import io.j8s.machinery.quantity.GoDuration;
import io.j8s.scheduler.config.PluginArguments;
import io.j8s.scheduler.config.PluginSet;
import io.j8s.scheduler.config.ProfileConfiguration;
import io.j8s.scheduler.core.ExtensionPoint;
import io.j8s.scheduler.plugins.NodeAffinity;
import io.j8s.scheduler.plugins.NodeResourcesFit;
import io.j8s.scheduler.plugins.PodTopologySpread;
import io.j8s.scheduler.plugins.UtilizationShape;
import io.j8s.scheduler.plugins.WeightedResource;

import tools.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// One of a scheduler's profiles as `/configz` tells it, with the plugins of every extension point
/// and the arguments of those that have any. Pure.
final class ProfilePage {

    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> POINTS_OFF =
            List.of("placementGenerate", "placementScore", "podGroupPostFilter");

    private ProfilePage() {}

    static Map<String, ?> of(ProfileConfiguration profile) {
        var told = new LinkedHashMap<String, Object>();
        told.put("schedulerName", profile.schedulerName());
        if (profile.nodesToScorePercent() != null) {
            told.put("percentageOfNodesToScore", profile.nodesToScorePercent());
        }
        told.put("plugins", plugins(profile));
        told.put("pluginConfig", arguments(profile));
        return told;
    }

    private static Map<String, ?> plugins(ProfileConfiguration profile) {
        var told = new LinkedHashMap<String, Object>();
        for (var point : ExtensionPoint.values()) {
            told.put(point.field(), set(profile.at(point)));
        }
        told.put("multiPoint", set(profile.multiPoint()));
        // upstream: their plugins' gates are off, and Go writes structs that are empty
        POINTS_OFF.forEach(point -> told.put(point, Map.of()));
        return told;
    }

    private static Map<String, ?> set(PluginSet plugins) {
        var told = new LinkedHashMap<String, Object>();
        if (!plugins.enabled().isEmpty()) {
            told.put("enabled", plugins.enabled().stream().map(ProfilePage::plugin).toList());
        }
        if (!plugins.disabled().isEmpty()) {
            told.put(
                    "disabled",
                    plugins.disabled().stream()
                            .map(name -> plugin(new PluginSet.Enabled(name, 0)))
                            .toList());
        }
        return told;
    }

    private static Map<String, ?> plugin(PluginSet.Enabled plugin) {
        var told = new LinkedHashMap<String, Object>();
        told.put("name", plugin.name());
        told.put("weight", plugin.weight());
        return told;
    }

    private static List<Map<String, ?>> arguments(ProfileConfiguration profile) {
        var names = new TreeSet<String>();
        profile.multiPoint().enabled().forEach(plugin -> names.add(plugin.name()));
        for (var point : ExtensionPoint.values()) {
            profile.at(point).enabled().forEach(plugin -> names.add(plugin.name()));
        }
        var told = new ArrayList<Map<String, ?>>();
        all(profile.arguments())
                .forEach((name, fields) -> {
                    if (names.contains(name)) {
                        var args = new LinkedHashMap<String, Object>();
                        args.put("kind", name + "Args");
                        args.put("apiVersion", "kubescheduler.config.k8s.io/v1");
                        args.putAll(fields);
                        told.add(Map.of("name", name, "args", args));
                    }
                });
        return told;
    }

    private static Map<String, Map<String, ?>> all(PluginArguments arguments) {
        var told = new TreeMap<String, Map<String, ?>>();
        var preemption = arguments.preemption();
        told.put(
                "DefaultPreemption",
                Map.of(
                        "minCandidateNodesPercentage", preemption.minCandidateNodesPercentage(),
                        "minCandidateNodesAbsolute", preemption.minCandidateNodesAbsolute()));
        var resources = arguments.dynamicResources();
        told.put(
                "DynamicResources",
                Map.of(
                        "filterTimeout", GoDuration.print(resources.filterTimeout()),
                        "bindingTimeout", GoDuration.print(resources.bindingTimeout())));
        var affinity = arguments.interPodAffinity();
        told.put(
                "InterPodAffinity",
                Map.of(
                        "hardPodAffinityWeight", affinity.hardPodAffinityWeight(),
                        "ignorePreferredTermsOfExistingPods",
                                affinity.ignorePreferredTermsOfExistingPods()));
        told.put("NodeAffinity", affinity(arguments.nodeAffinity()));
        told.put(
                "NodeResourcesBalancedAllocation",
                Map.of("resources", resources(arguments.balancedResources())));
        told.put("NodeResourcesFit", fit(arguments.fit()));
        told.put("PodTopologySpread", spread(arguments.spread()));
        told.put("VolumeBinding", volumes(arguments.volumeBinding()));
        return told;
    }

    private static Map<String, ?> affinity(NodeAffinity.Args args) {
        var added = new LinkedHashMap<String, Object>();
        var required = args.required();
        if (required != null) {
            added.put(
                    "requiredDuringSchedulingIgnoredDuringExecution",
                    Map.of("nodeSelectorTerms", required.stream().map(ProfilePage::tree).toList()));
        }
        if (!args.preferred().isEmpty()) {
            added.put(
                    "preferredDuringSchedulingIgnoredDuringExecution",
                    args.preferred().stream().map(ProfilePage::tree).toList());
        }
        return added.isEmpty() ? Map.of() : Map.of("addedAffinity", added);
    }

    private static Map<String, ?> fit(NodeResourcesFit.Args args) {
        var strategy = new LinkedHashMap<String, Object>();
        strategy.put("type", args.strategy().getClass().getSimpleName());
        strategy.put("resources", resources(args.resources()));
        if (args.strategy() instanceof NodeResourcesFit.Strategy.RequestedToCapacityRatio ratio) {
            strategy.put("requestedToCapacityRatio", Map.of("shape", shape(ratio.shape())));
        }
        var told = new LinkedHashMap<String, Object>();
        putList(told, "ignoredResources", args.ignoredResources());
        putList(told, "ignoredResourceGroups", args.ignoredResourceGroups());
        told.put("scoringStrategy", strategy);
        return told;
    }

    private static void putList(Map<String, Object> told, String field, Iterable<String> values) {
        var sorted = new TreeSet<String>();
        values.forEach(sorted::add);
        if (!sorted.isEmpty()) {
            told.put(field, sorted);
        }
    }

    private static Map<String, ?> spread(PodTopologySpread.Args args) {
        if (args.isSystemDefaulted()) {
            return Map.of("defaultingType", "System");
        }
        var told = new LinkedHashMap<String, Object>();
        if (!args.defaultConstraints().isEmpty()) {
            told.put(
                    "defaultConstraints",
                    args.defaultConstraints().stream().map(ProfilePage::tree).toList());
        }
        told.put("defaultingType", "List");
        return told;
    }

    private static Map<String, ?> volumes(PluginArguments.VolumeBinding args) {
        var told = new LinkedHashMap<String, Object>();
        told.put("bindTimeoutSeconds", args.bindTimeout().toSeconds());
        told.put("shape", shape(args.shape()));
        return told;
    }

    private static List<Map<String, ?>> shape(UtilizationShape shape) {
        var told = new ArrayList<Map<String, ?>>();
        for (var point : shape.points()) {
            told.add(Map.of("utilization", point.utilization(), "score", point.score()));
        }
        return told;
    }

    private static List<Map<String, ?>> resources(List<WeightedResource> resources) {
        var told = new ArrayList<Map<String, ?>>();
        for (var resource : resources) {
            told.add(Map.of("name", resource.name(), "weight", resource.weight()));
        }
        return told;
    }

    private static Map<?, ?> tree(Object value) {
        return JSON.convertValue(value, Map.class);
    }
}
