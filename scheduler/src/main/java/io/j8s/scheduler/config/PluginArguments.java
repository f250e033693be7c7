package io.j8s.scheduler.config;

import io.j8s.scheduler.plugins.DefaultPreemption;
import io.j8s.scheduler.plugins.InterPodAffinity;
import io.j8s.scheduler.plugins.NodeAffinity;
import io.j8s.scheduler.plugins.NodeResourcesFit;
import io.j8s.scheduler.plugins.PodTopologySpread;
import io.j8s.scheduler.plugins.UtilizationShape;
import io.j8s.scheduler.plugins.WeightedResource;

import java.time.Duration;
import java.util.List;

/// `pluginConfig` of a profile: what each plugin that can be configured is made with.
public record PluginArguments(
        DefaultPreemption.Args preemption,
        InterPodAffinity.Args interPodAffinity,
        NodeAffinity.Args nodeAffinity,
        List<WeightedResource> balancedResources,
        NodeResourcesFit.Args fit,
        PodTopologySpread.Args spread,
        VolumeBinding volumeBinding,
        DynamicResources dynamicResources) {

    /// `VolumeBindingArgs`.
    public record VolumeBinding(Duration bindTimeout, UtilizationShape shape) {
        public static final VolumeBinding STANDARD =
                new VolumeBinding(Duration.ofMinutes(10), UtilizationShape.EMPTIER_IS_BETTER);
    }

    /// `DynamicResourcesArgs`: limits of what is not done here, told as they are set.
    public record DynamicResources(Duration filterTimeout, Duration bindingTimeout) {
        public static final DynamicResources STANDARD =
                new DynamicResources(Duration.ofSeconds(10), Duration.ofMinutes(10));
    }

    public static final PluginArguments STANDARD =
            new PluginArguments(
                    DefaultPreemption.Args.STANDARD,
                    InterPodAffinity.Args.STANDARD,
                    NodeAffinity.Args.NONE,
                    WeightedResource.CPU_AND_MEMORY,
                    NodeResourcesFit.Args.STANDARD,
                    PodTopologySpread.Args.SYSTEM,
                    VolumeBinding.STANDARD,
                    DynamicResources.STANDARD);

    public PluginArguments {
        balancedResources = List.copyOf(balancedResources);
    }

    PluginArguments with(DefaultPreemption.Args args) {
        return new PluginArguments(
                args,
                interPodAffinity,
                nodeAffinity,
                balancedResources,
                fit,
                spread,
                volumeBinding,
                dynamicResources);
    }

    PluginArguments with(InterPodAffinity.Args args) {
        return new PluginArguments(
                preemption,
                args,
                nodeAffinity,
                balancedResources,
                fit,
                spread,
                volumeBinding,
                dynamicResources);
    }

    PluginArguments with(NodeAffinity.Args args) {
        return new PluginArguments(
                preemption,
                interPodAffinity,
                args,
                balancedResources,
                fit,
                spread,
                volumeBinding,
                dynamicResources);
    }

    PluginArguments with(NodeResourcesFit.Args args) {
        return new PluginArguments(
                preemption,
                interPodAffinity,
                nodeAffinity,
                balancedResources,
                args,
                spread,
                volumeBinding,
                dynamicResources);
    }

    PluginArguments with(PodTopologySpread.Args args) {
        return new PluginArguments(
                preemption,
                interPodAffinity,
                nodeAffinity,
                balancedResources,
                fit,
                args,
                volumeBinding,
                dynamicResources);
    }

    PluginArguments with(VolumeBinding args) {
        return new PluginArguments(
                preemption,
                interPodAffinity,
                nodeAffinity,
                balancedResources,
                fit,
                spread,
                args,
                dynamicResources);
    }

    PluginArguments withBalanced(List<WeightedResource> resources) {
        return new PluginArguments(
                preemption,
                interPodAffinity,
                nodeAffinity,
                resources,
                fit,
                spread,
                volumeBinding,
                dynamicResources);
    }

    PluginArguments with(DynamicResources args) {
        return new PluginArguments(
                preemption,
                interPodAffinity,
                nodeAffinity,
                balancedResources,
                fit,
                spread,
                volumeBinding,
                args);
    }
}
