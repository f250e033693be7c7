package io.j8s.scheduler.config;

import io.j8s.scheduler.config.PluginSet.Enabled;

import java.util.List;

/// The plugins of a profile that says nothing of them: upstream's, in upstream's order, with its
/// weights.
final class DefaultPlugins {

    static final PluginSet ALL =
            new PluginSet(
                    List.of(
                            new Enabled("SchedulingGates", 0),
                            new Enabled("PrioritySort", 0),
                            new Enabled("NodeName", 0),
                            new Enabled("NodeUnschedulable", 0),
                            new Enabled("TaintToleration", 3),
                            new Enabled("NodeAffinity", 2),
                            new Enabled("NodePorts", 0),
                            new Enabled("NodeResourcesFit", 1),
                            new Enabled("VolumeRestrictions", 0),
                            new Enabled("NodeVolumeLimits", 0),
                            new Enabled("VolumeBinding", 0),
                            new Enabled("VolumeZone", 0),
                            new Enabled("PodTopologySpread", 2),
                            new Enabled("InterPodAffinity", 2),
                            new Enabled("DynamicResources", 2),
                            new Enabled("DefaultPreemption", 0),
                            new Enabled("NodeResourcesBalancedAllocation", 1),
                            new Enabled("ImageLocality", 1),
                            new Enabled("DefaultBinder", 0),
                            new Enabled("NodeDeclaredFeatures", 0)),
                    List.of());

    private DefaultPlugins() {}
}
