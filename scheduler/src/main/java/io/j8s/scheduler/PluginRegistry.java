package io.j8s.scheduler;

import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;
import io.j8s.scheduler.config.PluginArguments;
import io.j8s.scheduler.core.Plugin;
import io.j8s.scheduler.core.SchedulerState;
import io.j8s.scheduler.plugins.ClusterVolumes;
import io.j8s.scheduler.plugins.DefaultBinder;
import io.j8s.scheduler.plugins.DefaultPreemption;
import io.j8s.scheduler.plugins.DynamicResources;
import io.j8s.scheduler.plugins.Evictions;
import io.j8s.scheduler.plugins.ImageLocality;
import io.j8s.scheduler.plugins.InterPodAffinity;
import io.j8s.scheduler.plugins.NodeAffinity;
import io.j8s.scheduler.plugins.NodeDeclaredFeatures;
import io.j8s.scheduler.plugins.NodeName;
import io.j8s.scheduler.plugins.NodePorts;
import io.j8s.scheduler.plugins.NodeResourcesBalancedAllocation;
import io.j8s.scheduler.plugins.NodeResourcesFit;
import io.j8s.scheduler.plugins.NodeUnschedulable;
import io.j8s.scheduler.plugins.NodeVolumeLimits;
import io.j8s.scheduler.plugins.PodTopologySpread;
import io.j8s.scheduler.plugins.PrioritySort;
import io.j8s.scheduler.plugins.SchedulingGates;
import io.j8s.scheduler.plugins.TaintToleration;
import io.j8s.scheduler.plugins.VolumeBinder;
import io.j8s.scheduler.plugins.VolumeBinding;
import io.j8s.scheduler.plugins.VolumeRestrictions;
import io.j8s.scheduler.plugins.VolumeZone;
import io.j8s.scheduler.plugins.WorkloadSelector;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// Every plugin by its name: how it is made for a profile.
final class PluginRegistry {

    private final Map<String, Function<PluginArguments, Plugin>> factories = new HashMap<>();

    PluginRegistry(
            Api api,
            Informers informers,
            Timers timers,
            RandomGenerator random,
            SchedulerState state,
            Executor evictionTasks) {
        var volumes = new ClusterVolumes(informers);
        var namespaces = informers.of(Kinds.NAMESPACES);
        Function<String, Map<String, String>> namespaceLabels =
                name ->
                        namespaces
                                .get(ObjectKey.clusterScoped(name))
                                .map(Meta::labels)
                                .orElse(Map.of());
        var selector = new WorkloadSelector(informers);
        var evictions = new Evictions(api, informers.of(Kinds.PODS), state, evictionTasks);
        var budgets = informers.of(Kinds.DISRUPTION_BUDGETS);
        factories.put("SchedulingGates", _ -> new SchedulingGates());
        factories.put("PrioritySort", _ -> new PrioritySort());
        factories.put("NodeName", _ -> new NodeName());
        factories.put("NodeUnschedulable", _ -> new NodeUnschedulable());
        factories.put("TaintToleration", _ -> new TaintToleration());
        factories.put("NodeAffinity", args -> new NodeAffinity(args.nodeAffinity()));
        factories.put("NodePorts", _ -> new NodePorts());
        factories.put("NodeResourcesFit", args -> new NodeResourcesFit(args.fit()));
        factories.put("VolumeRestrictions", _ -> new VolumeRestrictions(volumes));
        factories.put("NodeVolumeLimits", _ -> new NodeVolumeLimits(volumes));
        factories.put(
                "VolumeBinding",
                args ->
                        new VolumeBinding(
                                volumes,
                                new VolumeBinder(
                                        api,
                                        informers,
                                        volumes,
                                        timers,
                                        args.volumeBinding().bindTimeout()),
                                args.volumeBinding().shape()));
        factories.put(
                "DynamicResources",
                _ ->
                        new DynamicResources(
                                api,
                                informers.of(Kinds.RESOURCE_CLAIMS),
                                informers.of(Kinds.DEVICE_CLASSES)));
        factories.put("VolumeZone", _ -> new VolumeZone(volumes));
        factories.put("PodTopologySpread", args -> new PodTopologySpread(args.spread(), selector));
        factories.put(
                "InterPodAffinity",
                args -> new InterPodAffinity(args.interPodAffinity(), namespaceLabels));
        factories.put(
                "DefaultPreemption",
                args ->
                        new DefaultPreemption(
                                args.preemption(), budgets, evictions, random, state.metrics()));
        factories.put(
                "NodeResourcesBalancedAllocation",
                args -> new NodeResourcesBalancedAllocation(args.balancedResources()));
        factories.put("ImageLocality", _ -> new ImageLocality());
        factories.put("DefaultBinder", _ -> new DefaultBinder(api));
        factories.put("NodeDeclaredFeatures", _ -> new NodeDeclaredFeatures());
    }

    boolean has(String name) {
        return factories.containsKey(name);
    }

    Plugin make(String name, PluginArguments arguments) {
        var factory = factories.get(name);
        if (factory == null) {
            throw new IllegalStateException("no plugin " + name);
        }
        return factory.apply(arguments);
    }
}
