package io.j8s.scheduler.plugins;

import io.j8s.scheduler.core.Plugin;
import io.j8s.scheduler.core.Profile;

import java.util.List;
import java.util.Map;

/// The default profile: upstream's default plugins in upstream's order, with its weights.
public final class Plugins {

    private static final Map<String, Integer> WEIGHTS =
            Map.of(
                    "TaintToleration", 3,
                    "NodeAffinity", 2,
                    "PodTopologySpread", 2,
                    "InterPodAffinity", 2);

    private Plugins() {}

    /// @param preemption makes room for important pods
    /// @param defaultSelector finds what selects a pod, for the default spreading
    public static Profile defaultProfile(
            DefaultPreemption preemption, PodTopologySpread.DefaultSelector defaultSelector) {
        List<Plugin> plugins =
                List.of(
                        new SchedulingGates(),
                        new NodeUnschedulable(),
                        new NodeName(),
                        new TaintToleration(),
                        new NodeAffinity(),
                        new NodePorts(),
                        NodeResourcesFit.standard(),
                        new PodTopologySpread(defaultSelector),
                        new InterPodAffinity(1, false),
                        preemption,
                        new NodeResourcesBalancedAllocation(),
                        new ImageLocality());
        return new Profile("default-scheduler", new PrioritySort(), plugins, WEIGHTS, 0);
    }
}
