package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// A node with the pods that are bound to it or assumed to be, and their sums (upstream:
/// `framework.NodeInfo`). Changed by the [ClusterCache] under its lock; a copy belongs to a
/// [Snapshot] and is only read, except by a preemption's dry run on copies of its own.
public final class NodeInfo {

    private @Nullable Node node;
    private String name;
    private Map<String, String> labels = Map.of();
    private List<Taint> taints = List.of();
    private boolean cordoned;
    private Amounts allocatable = new Amounts();
    private Map<String, Long> imageBytes = Map.of();
    private Set<String> declaredFeatures = Set.of();
    private final List<PodInfo> pods;
    private final List<PodInfo> withAffinity;
    private final List<PodInfo> withRequiredAntiAffinity;
    private final Amounts requested;
    private final Amounts nonZeroRequested;
    private int hostPorts;
    // the last answer of `with`: promises change seldom, and every pod that fits nowhere asks
    private @Nullable Crowded crowded;

    private record Crowded(List<PodInfo> by, NodeInfo node) {}

    NodeInfo(String name) {
        this.name = name;
        pods = new ArrayList<>();
        withAffinity = new ArrayList<>(0);
        withRequiredAntiAffinity = new ArrayList<>(0);
        requested = new Amounts();
        nonZeroRequested = new Amounts();
    }

    private NodeInfo(NodeInfo from) {
        node = from.node;
        name = from.name;
        labels = from.labels;
        taints = from.taints;
        cordoned = from.cordoned;
        allocatable = from.allocatable;
        imageBytes = from.imageBytes;
        declaredFeatures = from.declaredFeatures;
        pods = new ArrayList<>(from.pods);
        withAffinity = new ArrayList<>(from.withAffinity);
        withRequiredAntiAffinity = new ArrayList<>(from.withRequiredAntiAffinity);
        requested = from.requested.copy();
        nonZeroRequested = from.nonZeroRequested.copy();
        hostPorts = from.hostPorts;
    }

    /// A node as it would be without any pod.
    public static NodeInfo empty(Node node) {
        var info = new NodeInfo(Meta.name(node));
        info.setNode(node);
        return info;
    }

    /// This node with other pods, too, on an unchanging list; only read.
    @SuppressWarnings("ReferenceEquality") // a list that was asked for before
    NodeInfo with(List<PodInfo> others) {
        var known = crowded;
        if (known != null && known.by() == others) {
            return known.node();
        }
        var copy = copy();
        others.forEach(copy::add);
        crowded = new Crowded(others, copy);
        return copy;
    }

    /// A copy without some of its pods, which its caller may change.
    public NodeInfo copyWithout(Predicate<PodInfo> gone) {
        var copy = copy();
        if (copy.pods.removeIf(gone)) {
            copy.withAffinity.removeIf(gone);
            copy.withRequiredAntiAffinity.removeIf(gone);
            for (PodInfo pod : pods) {
                if (gone.test(pod)) {
                    copy.subtract(pod);
                }
            }
        }
        return copy;
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
        return labels;
    }

    public List<Taint> taints() {
        return taints;
    }

    /// `spec.unschedulable`.
    public boolean isCordoned() {
        return cordoned;
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

    /// A view, not a copy.
    public List<PodInfo> pods() {
        return Collections.unmodifiableList(pods);
    }

    public int podCount() {
        return pods.size();
    }

    /// Those with any affinity or anti-affinity to pods.
    public List<PodInfo> podsWithAffinity() {
        return Collections.unmodifiableList(withAffinity);
    }

    public List<PodInfo> podsWithRequiredAntiAffinity() {
        return Collections.unmodifiableList(withRequiredAntiAffinity);
    }

    /// `status.declaredFeatures`: what this node's agent knows that others may not.
    public Set<String> declaredFeatures() {
        return declaredFeatures;
    }

    Map<String, Long> images() {
        return imageBytes;
    }

    /// Bytes of an image that the node has; 0 when it has not.
    public long imageBytes(String image) {
        return imageBytes.isEmpty() ? 0 : imageBytes.getOrDefault(image, 0L);
    }

    public boolean hasImage(String image) {
        return imageBytes.containsKey(image);
    }

    public boolean conflicts(HostPort wanted) {
        if (hostPorts == 0) {
            return false;
        }
        for (PodInfo pod : pods) {
            for (HostPort taken : pod.hostPorts()) {
                if (wanted.conflictsWith(taken)) {
                    return true;
                }
            }
        }
        return false;
    }

    void setNode(@Nullable Node updated) {
        node = updated;
        if (updated == null) {
            labels = Map.of();
            taints = List.of();
            allocatable = new Amounts();
            imageBytes = Map.of();
            declaredFeatures = Set.of();
            return;
        }
        name = Meta.name(updated);
        labels = Meta.labels(updated);
        taints = NodeChanges.taints(updated);
        cordoned = NodeChanges.isCordoned(updated);
        var status = updated.getStatus();
        allocatable =
                Amounts.of(
                        status == null || status.getAllocatable() == null
                                ? Map.of()
                                : status.getAllocatable());
        var images = new HashMap<String, Long>();
        if (status != null) {
            for (var image : status.getImages()) {
                long bytes = image.getSizeBytes() == null ? 0 : image.getSizeBytes();
                image.getNames().forEach(each -> images.put(each, bytes));
            }
        }
        imageBytes = images;
        declaredFeatures = Set.copyOf(NodeChanges.features(updated));
    }

    /// Adds a pod; one of the same uid is replaced.
    public void add(PodInfo pod) {
        remove(pod.uid());
        crowded = null;
        pods.add(pod);
        requested.add(pod.requests());
        nonZeroRequested.add(pod.nonZeroRequests());
        hostPorts += pod.hostPorts().size();
        if (pod.hasAffinity()) {
            withAffinity.add(pod);
        }
        if (!pod.requiredAntiAffinity().isEmpty()) {
            withRequiredAntiAffinity.add(pod);
        }
    }

    /// Takes a pod away again.
    ///
    /// @return the pod as it was counted; null when it was not there
    public @Nullable PodInfo remove(String uid) {
        for (int i = pods.size() - 1; i >= 0; i--) {
            PodInfo pod = pods.get(i);
            if (pod.uid().equals(uid)) {
                crowded = null;
                pods.remove(i);
                subtract(pod);
                withAffinity.remove(pod);
                withRequiredAntiAffinity.remove(pod);
                return pod;
            }
        }
        return null;
    }

    private void subtract(PodInfo pod) {
        requested.subtract(pod.requests());
        nonZeroRequested.subtract(pod.nonZeroRequests());
        hostPorts -= pod.hostPorts().size();
    }

    boolean isEmpty() {
        return pods.isEmpty();
    }
}
