package io.j8s.scheduler.config;

import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.quantity.GoDuration;
import io.j8s.scheduler.plugins.DefaultPreemption;
import io.j8s.scheduler.plugins.InterPodAffinity;
import io.j8s.scheduler.plugins.NodeResourcesFit;
import io.j8s.scheduler.plugins.PodTopologySpread;
import io.j8s.scheduler.plugins.UtilizationShape;
import io.j8s.scheduler.plugins.WeightedResource;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads `pluginConfig` of one profile: the arguments of each plugin that has any. Arguments of
/// plugins that we do not know are left alone, as upstream does.
final class ArgumentsReader {

    private static final String GROUP = "kubescheduler.config.k8s.io";
    private static final String SCHEME = "pkg/runtime/scheme.go:111";
    private static final Set<String> CONFIGURABLE =
            Set.of(
                    "DefaultPreemption",
                    "DynamicResources",
                    "InterPodAffinity",
                    "NodeAffinity",
                    "NodeResourcesBalancedAllocation",
                    "NodeResourcesFit",
                    "PodTopologySpread",
                    "VolumeBinding");

    private final String profilePath;
    private final int profile;
    private final ConfigurationRules rules;
    private final ArgumentRules argumentRules;
    private final KubernetesSerialization types = new KubernetesSerialization();
    private final Map<String, String> refusals = new HashMap<>();
    private PluginArguments found = PluginArguments.STANDARD;

    ArgumentsReader(String profilePath, int profile, ConfigurationRules rules) {
        this.profilePath = profilePath;
        this.profile = profile;
        this.rules = rules;
        this.argumentRules = new ArgumentRules(rules.errors());
    }

    /// What plugins say that will not be made with what was read.
    Map<String, String> refusals() {
        return refusals;
    }

    PluginArguments read(List<ConfigNode> entries, ConfigNode parent)
            throws ConfigurationException {
        var seen = new HashSet<String>();
        for (int i = 0; i < entries.size(); i++) {
            var entry = entries.get(i);
            var name = entry.text("name") == null ? "" : String.valueOf(entry.text("name"));
            String path = profilePath + ".pluginConfig[" + i + "]";
            if (!seen.add(name)) {
                rules.errors().duplicate(path, name);
            }
            boolean isGone = rules.argumentsRemoved(path, name);
            if (isGone || !CONFIGURABLE.contains(name)) {
                entry.raw("args");
            } else {
                readArgs(name, entry, i, path + ".args");
            }
            parent.finish(entry);
        }
        return found;
    }

    private void readArgs(String name, ConfigNode entry, int index, String path)
            throws ConfigurationException {
        String where = "decoding .profiles[%d].pluginConfig[%d]: ".formatted(profile, index);
        Object raw = entry.raw("args");
        if (raw != null && !(raw instanceof Map)) {
            throw new ConfigurationException(
                    where
                            + "decoding args for plugin %s: couldn't get version/kind; json parse"
                                    .formatted(name)
                            + " error: json: cannot unmarshal "
                            + ConfigNode.kind(raw)
                            + " into Go"
                            + ConfigurationReader.TYPE_META);
        }
        Map<String, @Nullable Object> given =
                raw instanceof Map<?, ?> map ? ConfigNode.named(map) : Map.of();
        var args = ConfigNode.root(name + "Args", given);
        var kind = args.text("kind");
        var version = args.text("apiVersion");
        if (version != null && !version.isEmpty() && !version.equals(GROUP + "/v1")) {
            throw new ConfigurationException(
                    where
                            + "decoding args for plugin %s: no kind \"%s\" is registered for version"
                                    .formatted(name, kind == null ? name + "Args" : kind)
                            + " \"%s\" in scheme \"%s\"".formatted(version, SCHEME));
        }
        if (kind != null && !kind.equals(name + "Args")) {
            throw new ConfigurationException(
                    where
                            + "args for plugin %s were not of type %sArgs.%s, got %s.%s"
                                    .formatted(name, name, GROUP, kind, GROUP));
        }
        try {
            read(name, args, path);
        } catch (ConfigurationException wrong) {
            throw new ConfigurationException(
                    where
                            + "decoding args for plugin %s: %s"
                                    .formatted(name, String.valueOf(wrong.getMessage())));
        }
        var unknown = args.unknownFields();
        if (!unknown.isEmpty()) {
            throw new ConfigurationException(
                    "strict decoding error: "
                            + where
                            + "strict decoding error: decoding args for plugin %s: strict decoding"
                                    .formatted(name)
                            + " error: "
                            + String.join(", ", unknown));
        }
    }

    private void read(String name, ConfigNode args, String path) throws ConfigurationException {
        switch (name) {
            case "DefaultPreemption" -> preemption(args, path);
            case "DynamicResources" -> dynamicResources(args, path);
            case "InterPodAffinity" -> interPodAffinity(args, path);
            case "NodeAffinity" -> nodeAffinity(args, path);
            case "NodeResourcesBalancedAllocation" -> balanced(args, path);
            case "NodeResourcesFit" -> fit(args);
            case "PodTopologySpread" -> spread(args, path);
            case "VolumeBinding" -> volumeBinding(args, path);
            default -> throw new IllegalStateException("no arguments of " + name);
        }
    }

    private void preemption(ConfigNode args, String path) throws ConfigurationException {
        var read =
                new DefaultPreemption.Args(
                        args.number("minCandidateNodesPercentage", 10),
                        args.number("minCandidateNodesAbsolute", 100));
        argumentRules.preemption(read, path);
        found = found.with(read);
    }

    private void dynamicResources(ConfigNode args, String path) throws ConfigurationException {
        var standard = PluginArguments.DynamicResources.STANDARD;
        var read =
                new PluginArguments.DynamicResources(
                        duration(args.text("filterTimeout"), standard.filterTimeout()),
                        duration(args.text("bindingTimeout"), standard.bindingTimeout()));
        argumentRules.dynamicResources(read, path);
        found = found.with(read);
    }

    private static Duration duration(@Nullable String text, Duration otherwise)
            throws ConfigurationException {
        try {
            return text == null ? otherwise : GoDuration.parse(text);
        } catch (RuntimeException wrong) {
            throw new ConfigurationException("time: invalid duration \"%s\"".formatted(text));
        }
    }

    private void interPodAffinity(ConfigNode args, String path) throws ConfigurationException {
        var ignores = args.truth("ignorePreferredTermsOfExistingPods");
        var read =
                new InterPodAffinity.Args(
                        args.number("hardPodAffinityWeight", 1), Boolean.TRUE.equals(ignores));
        argumentRules.interPodAffinity(read, path);
        found = found.with(read);
    }

    private void nodeAffinity(ConfigNode args, String path) throws ConfigurationException {
        var affinity = typed(args.raw("addedAffinity"), NodeAffinity.class, path);
        if (affinity == null) {
            return;
        }
        argumentRules.nodeAffinity(affinity, path + ".addedAffinity");
        var required = affinity.getRequiredDuringSchedulingIgnoredDuringExecution();
        found =
                found.with(
                        new io.j8s.scheduler.plugins.NodeAffinity.Args(
                                required == null ? null : required.getNodeSelectorTerms(),
                                affinity.getPreferredDuringSchedulingIgnoredDuringExecution()));
    }

    private void balanced(ConfigNode args, String path) throws ConfigurationException {
        var resources = resources(args);
        argumentRules.balanced(resources, path);
        if (!resources.isEmpty()) {
            found = found.withBalanced(resources);
        }
    }

    private static List<WeightedResource> resources(ConfigNode node) throws ConfigurationException {
        var resources = new ArrayList<WeightedResource>();
        for (var each : node.objects("resources", "ResourceSpec")) {
            var name = each.text("name");
            var weight = each.number("weight", "int64");
            resources.add(
                    new WeightedResource(
                            name == null ? "" : name, weight == null || weight == 0 ? 1 : weight));
            node.finish(each);
        }
        return resources;
    }

    /// Upstream leaves these to the plugin, which refuses to be made.
    private void fit(ConfigNode args) throws ConfigurationException {
        var wrong = new FieldErrors();
        fit(args, new ArgumentRules(wrong));
        if (!wrong.isEmpty()) {
            refusals.put("NodeResourcesFit", ConfigurationRules.aggregate(wrong));
        }
    }

    private void fit(ConfigNode args, ArgumentRules argumentRules) throws ConfigurationException {
        var ignored = args.texts("ignoredResources");
        var groups = args.texts("ignoredResourceGroups");
        argumentRules.ignored(ignored, groups);
        var node = args.object("scoringStrategy", "ScoringStrategy");
        NodeResourcesFit.Strategy strategy = new NodeResourcesFit.Strategy.LeastAllocated();
        var resources = WeightedResource.CPU_AND_MEMORY;
        if (node != null) {
            var type = node.text("type");
            var own = resources(node);
            resources = own.isEmpty() ? resources : own;
            var ratio = node.object("requestedToCapacityRatio", "RequestedToCapacityRatioParam");
            var shape = ratio == null ? null : shape(ratio);
            if (ratio != null) {
                node.finish(ratio);
            }
            args.finish(node);
            argumentRules.strategy(type == null ? "" : type, resources, shape, "scoringStrategy");
            strategy = strategy(type, shape);
        }
        found =
                found.with(
                        new NodeResourcesFit.Args(
                                strategy, resources, Set.copyOf(ignored), Set.copyOf(groups)));
    }

    private static NodeResourcesFit.Strategy strategy(
            @Nullable String type, @Nullable List<UtilizationShape.Point> shape) {
        if ("MostAllocated".equals(type)) {
            return new NodeResourcesFit.Strategy.MostAllocated();
        }
        return "RequestedToCapacityRatio".equals(type) && shape != null && !shape.isEmpty()
                ? new NodeResourcesFit.Strategy.RequestedToCapacityRatio(
                        new UtilizationShape(shape))
                : new NodeResourcesFit.Strategy.LeastAllocated();
    }

    private static List<UtilizationShape.Point> shape(ConfigNode node)
            throws ConfigurationException {
        var points = new ArrayList<UtilizationShape.Point>();
        for (var each : node.objects("shape", "UtilizationShapePoint")) {
            points.add(
                    new UtilizationShape.Point(
                            each.number("utilization", 0), each.number("score", 0)));
            node.finish(each);
        }
        return points;
    }

    private void spread(ConfigNode args, String path) throws ConfigurationException {
        var constraints = new ArrayList<TopologySpreadConstraint>();
        if (args.raw("defaultConstraints") instanceof List<?> list) {
            for (Object each : list) {
                var constraint = typed(each, TopologySpreadConstraint.class, path);
                if (constraint != null) {
                    constraints.add(constraint);
                }
            }
        }
        var type = args.text("defaultingType");
        boolean isSystem = type == null || type.isEmpty() || type.equals("System");
        argumentRules.spread(type == null || type.isEmpty() ? "System" : type, constraints, path);
        found =
                found.with(
                        isSystem
                                ? PodTopologySpread.Args.SYSTEM
                                : new PodTopologySpread.Args(constraints, false));
    }

    private void volumeBinding(ConfigNode args, String path) throws ConfigurationException {
        var timeout = args.number("bindTimeoutSeconds", "int64");
        var standard = PluginArguments.VolumeBinding.STANDARD;
        var shape = shape(args);
        argumentRules.volumeBinding(timeout == null ? 0 : timeout, shape, path);
        found =
                found.with(
                        new PluginArguments.VolumeBinding(
                                timeout == null
                                        ? standard.bindTimeout()
                                        : Duration.ofSeconds(timeout),
                                shape.isEmpty() ? standard.shape() : new UtilizationShape(shape)));
    }

    private <T> @Nullable T typed(@Nullable Object raw, Class<T> type, String path)
            throws ConfigurationException {
        if (raw == null) {
            return null;
        }
        try {
            return types.convertValue(raw, type);
        } catch (RuntimeException wrong) {
            throw new ConfigurationException(
                    "%s: cannot read %s: %s"
                            .formatted(
                                    path,
                                    type.getSimpleName(),
                                    String.valueOf(wrong.getMessage())
                                            .lines()
                                            .findFirst()
                                            .orElse("")));
        }
    }
}
