package io.j8s.scheduler.config;

import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;
import io.j8s.machinery.quantity.GoDuration;
import io.j8s.scheduler.plugins.DefaultPreemption;
import io.j8s.scheduler.plugins.InterPodAffinity;
import io.j8s.scheduler.plugins.UtilizationShape;
import io.j8s.scheduler.plugins.WeightedResource;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;

/// What the arguments of plugins must keep to (upstream: `validation_pluginargs.go`).
final class ArgumentRules {

    private static final List<String> STRATEGIES =
            List.of("LeastAllocated", "MostAllocated", "RequestedToCapacityRatio");
    private static final int SCORE_MAX = 10; // upstream: MaxCustomPriorityScore

    private final FieldErrors errors;

    ArgumentRules(FieldErrors errors) {
        this.errors = errors;
    }

    void preemption(DefaultPreemption.Args args, String path) {
        int percent = args.minCandidateNodesPercentage();
        int absolute = args.minCandidateNodesAbsolute();
        String percentPath = path + ".minCandidateNodesPercentage";
        String absolutePath = path + ".minCandidateNodesAbsolute";
        if (percent < 0 || percent > 100) {
            errors.invalid(percentPath, percent, "not in valid range [0, 100]");
        }
        if (absolute < 0) {
            errors.invalid(absolutePath, absolute, "not in valid range [0, inf)");
        }
        if (percent == 0 && absolute == 0) {
            errors.invalid(
                    percentPath,
                    percent,
                    "cannot be zero at the same time as minCandidateNodesAbsolute");
            errors.invalid(
                    absolutePath,
                    absolute,
                    "cannot be zero at the same time as minCandidateNodesPercentage");
        }
    }

    void interPodAffinity(InterPodAffinity.Args args, String path) {
        int weight = args.hardPodAffinityWeight();
        if (weight < 0 || weight > 100) {
            errors.invalid(path + ".hardPodAffinityWeight", weight, "not in valid range [0, 100]");
        }
    }

    void nodeAffinity(NodeAffinity affinity, String path) {
        var required = affinity.getRequiredDuringSchedulingIgnoredDuringExecution();
        if (required != null) {
            String at = path + ".requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
            var terms = required.getNodeSelectorTerms();
            for (int i = 0; i < terms.size(); i++) {
                new NodeSelectorRules(errors, at + "[" + i + "]").check(terms.get(i));
            }
        }
        String at = path + ".preferredDuringSchedulingIgnoredDuringExecution";
        var preferred = affinity.getPreferredDuringSchedulingIgnoredDuringExecution();
        for (int i = 0; i < preferred.size(); i++) {
            var term = preferred.get(i);
            if (term.getWeight() != null && term.getWeight() != 0) {
                new NodeSelectorRules(errors, at + "[" + i + "]").check(term.getPreference());
            }
        }
    }

    void dynamicResources(PluginArguments.DynamicResources args, String path) {
        if (args.filterTimeout().isNegative()) {
            errors.invalid(
                    path + ".filterTimeout",
                    GoDuration.print(args.filterTimeout()),
                    "must be zero or positive");
        }
        if (args.bindingTimeout().compareTo(Duration.ofSeconds(1)) < 0) {
            errors.invalid(
                    path + ".bindingTimeout",
                    GoDuration.print(args.bindingTimeout()),
                    "must be at least 1 second");
        }
    }

    void balanced(List<WeightedResource> resources, String path) {
        var seen = new HashSet<String>();
        for (int i = 0; i < resources.size(); i++) {
            String at = path + ".resources[" + i + "]";
            var resource = resources.get(i);
            if (!seen.add(resource.name())) {
                errors.duplicate(at + ".name", resource.name());
            }
            if (resource.weight() != 1) {
                errors.invalid(at + ".weight", resource.weight(), "must be 1");
            }
        }
    }

    void ignored(List<String> resources, List<String> groups) {
        for (int i = 0; i < resources.size(); i++) {
            labelName("ignoredResources[" + i + "]", resources.get(i));
        }
        for (int i = 0; i < groups.size(); i++) {
            String at = "ignoredResourceGroups[" + i + "]";
            if (groups.get(i).contains("/")) {
                errors.invalid(at, groups.get(i), "resource group name can't contain '/'");
            }
            labelName(at, groups.get(i));
        }
    }

    private void labelName(String path, String name) {
        NameRules.qualifiedName(name).forEach(detail -> errors.invalid(path, name, detail));
    }

    void strategy(
            String type,
            List<WeightedResource> resources,
            @Nullable List<UtilizationShape.Point> shape,
            String path) {
        if (!STRATEGIES.contains(type)) {
            errors.notSupported(path + ".type", type, STRATEGIES);
        }
        for (int i = 0; i < resources.size(); i++) {
            var resource = resources.get(i);
            if (resource.weight() <= 0 || resource.weight() > 100) {
                errors.invalid(
                        path + ".resources[" + i + "].weight",
                        resource.weight(),
                        "resource weight of %s not in valid range (0, 100]"
                                .formatted(resource.name()));
            }
        }
        String ratio = path + ".requestedToCapacityRatio";
        if (type.equals("RequestedToCapacityRatio")) {
            if (shape == null) {
                errors.required(ratio, "must be specified when type is RequestedToCapacityRatio");
            } else {
                shape(shape, ratio + ".shape");
            }
        } else if (shape != null) {
            errors.forbidden(ratio, "must be nil when type is not RequestedToCapacityRatio");
        }
    }

    private void shape(List<UtilizationShape.Point> shape, String path) {
        if (shape.isEmpty()) {
            errors.required(path, "at least one point must be specified");
            return;
        }
        for (int i = 1; i < shape.size(); i++) {
            if (shape.get(i - 1).utilization() >= shape.get(i).utilization()) {
                errors.invalid(
                        path + "[" + i + "].utilization",
                        shape.get(i).utilization(),
                        "values must be sorted in increasing order");
                break;
            }
        }
        for (int i = 0; i < shape.size(); i++) {
            inRange(path + "[" + i + "].utilization", shape.get(i).utilization(), 100);
            inRange(path + "[" + i + "].score", shape.get(i).score(), SCORE_MAX);
        }
    }

    private void inRange(String path, int value, int max) {
        if (value < 0 || value > max) {
            errors.invalid(path, value, "not in valid range [0, %d]".formatted(max));
        }
    }

    void spread(String type, List<TopologySpreadConstraint> constraints, String path) {
        String typePath = path + ".defaultingType";
        if (!type.equals("System") && !type.equals("List")) {
            errors.notSupported(typePath, type, List.of("System", "List"));
        } else if (type.equals("System") && !constraints.isEmpty()) {
            errors.invalid(typePath, type, "when .defaultConstraints are not empty");
        }
        for (int i = 0; i < constraints.size(); i++) {
            constraint(constraints, i, path + ".defaultConstraints[" + i + "]");
        }
    }

    private void constraint(List<TopologySpreadConstraint> constraints, int i, String at) {
        var constraint = constraints.get(i);
        int skew = constraint.getMaxSkew() == null ? 0 : constraint.getMaxSkew();
        if (skew <= 0) {
            errors.invalid(at + ".maxSkew", skew, "not in valid range (0, inf)");
        }
        var key = constraint.getTopologyKey() == null ? "" : constraint.getTopologyKey();
        if (key.isEmpty()) {
            errors.required(at + ".topologyKey", "can not be empty");
        } else {
            labelName(at + ".topologyKey", key);
        }
        var when =
                constraint.getWhenUnsatisfiable() == null ? "" : constraint.getWhenUnsatisfiable();
        if (when.isEmpty()) {
            errors.required(at + ".whenUnsatisfiable", "can not be empty");
        } else if (!when.equals("DoNotSchedule") && !when.equals("ScheduleAnyway")) {
            errors.notSupported(
                    at + ".whenUnsatisfiable", when, List.of("DoNotSchedule", "ScheduleAnyway"));
        }
        if (constraint.getLabelSelector() != null) {
            errors.forbidden(
                    at + ".labelSelector",
                    "constraint must not define a selector, as they deduced for each pod");
        }
        for (var other : constraints.subList(0, i)) {
            if (key.equals(other.getTopologyKey()) && when.equals(other.getWhenUnsatisfiable())) {
                errors.duplicate(at, "{%s, %s}".formatted(key, when));
            }
        }
    }

    void volumeBinding(long timeout, List<UtilizationShape.Point> shape, String path) {
        if (timeout < 0) {
            errors.invalid(
                    path + ".bindTimeoutSeconds",
                    timeout,
                    "invalid BindTimeoutSeconds, should not be a negative value");
        }
        if (!shape.isEmpty()) {
            shape(shape, path + ".shape");
        }
    }
}
