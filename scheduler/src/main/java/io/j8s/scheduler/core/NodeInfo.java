package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A node with the pods that are bound to it or assumed to be, and their sums (upstream:
/// `framework.NodeInfo`). Changed by the [ClusterCache] under its lock; a copy belongs to a
/// [Snapshot] and is only read, except by a preemption's dry run on copies of its own.
public final class NodeInfo {

    private @Nullable Node node;
    private String name;
    private Amounts allocatable = new Amounts();
    private Map<String, Long> imageBytes = Map.of();
    private final Map<String, PodInfo> pods;
    private final Amounts requested;
    private final Amounts nonZeroRequested;
    private int withAffinity;
    private int withRequiredAntiAffinity;
    private long generation;

    NodeInfo(String name) {
        this.name = name;
        pods = new LinkedHashMap<>();
        requested = new Amounts();
        nonZeroRequested = new Amounts();
    }

    private NodeInfo(NodeInfo from) {
        node = from.node;
        name = from.name;
        allocatable = from.allocatable;
        imageBytes = from.imageBytes;
        pods = new LinkedHashMap<>(from.pods);
        requested = from.requested.copy();
        nonZeroRequested = from.nonZeroRequested.copy();
        withAffinity = from.withAffinity;
        withRequiredAntiAffinity = from.withRequiredAntiAffinity;
        generation = from.generation;
    }

    /// A copy that its caller may change.
    public NodeInfo copy() {
        return new NodeInfo(this);
    }

    public String name() {
        return name;
    }

    /// The node itself; only asked of nodes in a snapshot, which all have one.
    public Node node() {
        var known = node;
        if (known == null) {
            throw new IllegalStateException("pods are bound to a node that is not there: " + name);
        }
        return known;
    }

    boolean hasNode() {
        return node != null;
    }

    public Map<String, String> labels() {
        return Meta.labels(node());
    }

    public List<Taint> taints() {
        return node().getSpec() == null ? List.of() : node().getSpec().getTaints();
    }

    public Amounts allocatable() {
        return allocatable;
    }

    /// Sum of what its pods request.
    public Amounts requested() {
        return requested;
    }

    public Amounts nonZeroRequested() {
        return nonZeroRequested;
    }

    public List<PodInfo> pods() {
        return List.copyOf(pods.values());
    }

    public int podCount() {
        return pods.size();
    }

    public boolean hasPodsWithAffinity() {
        return withAffinity > 0;
    }

    public boolean hasPodsWithRequiredAntiAffinity() {
        return withRequiredAntiAffinity > 0;
    }

    /// Bytes of an image that the node has; empty when it has not.
    public Optional<Long> imageBytes(String image) {
        return Optional.ofNullable(imageBytes.get(image));
    }

    public boolean conflicts(HostPort wanted) {
        return pods.values().stream()
                .flatMap(pod -> pod.hostPorts().stream())
                .anyMatch(wanted::conflictsWith);
    }

    /// Rises with every change, so that a snapshot copies only what changed.
    long generation() {
        return generation;
    }

    void setGeneration(long number) {
        generation = number;
    }

    void setNode(@Nullable Node updated) {
        node = updated;
        if (updated == null) {
            allocatable = new Amounts();
            imageBytes = Map.of();
            return;
        }
        name = Meta.name(updated);
        var status = updated.getStatus();
        allocatable =
                Amounts.of(
                        status == null || status.getAllocatable() == null
                                ? Map.of()
                                : status.getAllocatable());
        var images = new HashMap<String, Long>();
        if (status != null) {
            for (var image : status.getImages()) {
                long bytes = Optional.ofNullable(image.getSizeBytes()).orElse(0L);
                image.getNames().forEach(each -> images.put(each, bytes));
            }
        }
        imageBytes = images;
    }

    /// Adds a pod; one of the same uid is replaced.
    public void add(PodInfo pod) {
        remove(pod.uid());
        pods.put(pod.uid(), pod);
        requested.add(pod.requests());
        nonZeroRequested.add(pod.nonZeroRequests());
        withAffinity += pod.hasAffinity() ? 1 : 0;
        withRequiredAntiAffinity += pod.requiredAntiAffinity().isEmpty() ? 0 : 1;
    }

    /// Takes a pod away again.
    ///
    /// @return whether it was there
    public boolean remove(String uid) {
        PodInfo pod = pods.remove(uid);
        if (pod == null) {
            return false;
        }
        requested.subtract(pod.requests());
        nonZeroRequested.subtract(pod.nonZeroRequests());
        withAffinity -= pod.hasAffinity() ? 1 : 0;
        withRequiredAntiAffinity -= pod.requiredAntiAffinity().isEmpty() ? 0 : 1;
        return true;
    }

    boolean isEmpty() {
        return pods.isEmpty();
    }

    List<PodInfo> podsWithAffinity() {
        var found = new ArrayList<PodInfo>();
        for (PodInfo pod : pods.values()) {
            if (pod.hasAffinity()) {
                found.add(pod);
            }
        }
        return found;
    }
}
