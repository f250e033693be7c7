package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The resources of a pod at one moment: of each container and of the pod as a whole. The node
/// keeps two of them: what it has promised, and what the runtime was told last. Pure.
///
/// @param containers by name, init containers too
/// @param pod the pod's own, null when it has none
public record Allocation(
        Map<String, ResourceRequirements> containers, @Nullable ResourceRequirements pod) {

    public Allocation {
        containers = Map.copyOf(containers);
    }

    public static Allocation of(Pod pod) {
        var containers = new LinkedHashMap<String, ResourceRequirements>();
        for (var container : resizable(pod)) {
            containers.put(container.getName(), copy(container.getResources()));
        }
        var own = pod.getSpec().getResources();
        return new Allocation(containers, own == null ? null : copy(own));
    }

    /// The pod as if its spec asked for this.
    ///
    /// @return the pod itself when it does
    public Pod appliedTo(Pod desired) {
        if (isThatOf(desired)) {
            return desired;
        }
        return new PodBuilder(desired)
                .editSpec()
                .withContainers(applied(desired.getSpec().getContainers()))
                .withInitContainers(applied(desired.getSpec().getInitContainers()))
                .withResources(pod == null ? null : copy(pod))
                .endSpec()
                .build();
    }

    /// Whether the pod asks for exactly this.
    public boolean isThatOf(Pod desired) {
        return isSame(pod, desired.getSpec().getResources())
                && resizable(desired).stream()
                        .allMatch(container ->
                                !containers.containsKey(container.getName())
                                        || isSame(
                                                containers.get(container.getName()),
                                                container.getResources()));
    }

    public Optional<ResourceRequirements> of(String container) {
        return Optional.ofNullable(containers.get(container));
    }

    /// With one container's resources replaced.
    public Allocation with(Container container) {
        var changed = new LinkedHashMap<>(containers);
        changed.put(container.getName(), copy(container.getResources()));
        return new Allocation(changed, pod);
    }

    public Allocation withPod(@Nullable ResourceRequirements own) {
        return new Allocation(containers, own == null ? null : copy(own));
    }

    /// Amounts are compared, not how they are written.
    static boolean isSame(@Nullable ResourceRequirements a, @Nullable ResourceRequirements b) {
        return requests(a).equals(requests(b)) && limits(a).equals(limits(b));
    }

    private List<Container> applied(List<Container> desired) {
        var result = new ArrayList<Container>();
        for (var container : desired) {
            var own = containers.get(container.getName());
            result.add(
                    own == null
                            ? container
                            : container.toBuilder().withResources(copy(own)).build());
        }
        return result;
    }

    private static List<Container> resizable(Pod pod) {
        var all = new ArrayList<>(pod.getSpec().getInitContainers());
        all.addAll(pod.getSpec().getContainers());
        return all;
    }

    private static ResourceRequirements copy(@Nullable ResourceRequirements resources) {
        return resources == null
                ? new ResourceRequirements()
                : new ResourceRequirementsBuilder(resources).build();
    }

    private static Map<String, Quantity> requests(@Nullable ResourceRequirements resources) {
        return resources == null || resources.getRequests() == null
                ? Map.of()
                : resources.getRequests();
    }

    private static Map<String, Quantity> limits(@Nullable ResourceRequirements resources) {
        return resources == null || resources.getLimits() == null
                ? Map.of()
                : resources.getLimits();
    }
}
