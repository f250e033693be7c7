package io.j8s.nodeagent.node;

import io.fabric8.kubernetes.api.model.ContainerImage;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.j8s.cri.v1.Image;
import io.j8s.nodeagent.core.EvictionThresholds;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A node's status made of what was measured. Pure.
public final class NodeFacts {

    private static final int IMAGES_MAX = 50; // upstream: nodeStatusMaxImages
    private static final int NAMES_MAX = 5; // upstream: maxNamesPerImageInNodeStatus

    /// One condition and why.
    public record Condition(String type, boolean isTrue, String reason, String message) {}

    /// What this agent can do and older kubelets cannot, by upstream's names (KEP-5328); the
    /// scheduler keeps pods that need it off other nodes. Sorted, as the API server demands.
    static final List<String> DECLARED_FEATURES =
            List.of(
                    "ExtendWebSocketsToKubelet",
                    "InPlacePodLevelResourcesVerticalScaling",
                    "RestartAllContainersOnContainerExits");

    private NodeFacts() {}

    public static Map<String, Quantity> capacity(Machine machine, long diskBytes, int maxPods) {
        var capacity = new LinkedHashMap<String, Quantity>();
        capacity.put("cpu", new Quantity(Integer.toString(machine.processors())));
        capacity.put("ephemeral-storage", new Quantity(diskBytes / 1024 + "Ki"));
        capacity.put("hugepages-1Gi", new Quantity("0"));
        capacity.put(
                "hugepages-2Mi",
                new Quantity(
                        machine.hugePages2MiBytes() == 0
                                ? "0"
                                : machine.hugePages2MiBytes() / 1024 / 1024 + "Mi"));
        capacity.put("memory", new Quantity(machine.memoryBytes() / 1024 + "Ki"));
        capacity.put("pods", new Quantity(Integer.toString(maxPods)));
        return capacity;
    }

    /// Without what eviction keeps free: as a rule 100 MiB of memory and a tenth of the disk.
    public static Map<String, Quantity> allocatable(
            Machine machine, long diskBytes, int maxPods, EvictionThresholds eviction) {
        var allocatable = new LinkedHashMap<>(capacity(machine, diskBytes, maxPods));
        allocatable.put(
                "ephemeral-storage",
                new Quantity(
                        Long.toString(
                                Math.max(
                                        0,
                                        diskBytes - eviction.of("nodefs.available", diskBytes)))));
        long memory =
                Math.max(
                        0,
                        machine.memoryBytes()
                                - machine.hugePages2MiBytes()
                                - eviction.of("memory.available", machine.memoryBytes()));
        allocatable.put("memory", new Quantity(memory / 1024 + "Ki"));
        return allocatable;
    }

    /// What others say that this node has, such as extended resources: not ours to take away, and
    /// pods may have all of it (upstream: `nodestatus.MachineInfo`).
    static Map<String, Quantity> foreign(
            Map<String, Quantity> own, @Nullable Map<String, Quantity> told) {
        var foreign = new LinkedHashMap<String, Quantity>();
        if (told != null) {
            foreign.putAll(told);
            foreign.keySet().removeAll(own.keySet());
        }
        return foreign;
    }

    static Map<String, Quantity> with(Map<String, Quantity> own, Map<String, Quantity> foreign) {
        var all = new LinkedHashMap<>(own);
        all.putAll(foreign);
        return all;
    }

    static List<NodeAddress> addresses(List<String> ips, String hostname) {
        var addresses = new ArrayList<NodeAddress>();
        ips.forEach(ip -> addresses.add(new NodeAddress(ip, "InternalIP")));
        addresses.add(new NodeAddress(hostname, "Hostname"));
        return addresses;
    }

    /// The largest images first, each with its digests before its tags.
    static List<ContainerImage> images(List<Image> images) {
        return images.stream()
                .sorted(Comparator.comparingLong(Image::getSize).reversed())
                .limit(IMAGES_MAX)
                .map(image -> {
                    var names = new ArrayList<String>(image.getRepoDigestsList());
                    names.addAll(image.getRepoTagsList());
                    return new ContainerImage(
                            names.subList(0, Math.min(NAMES_MAX, names.size())), image.getSize());
                })
                .filter(image -> !image.getNames().isEmpty())
                .toList();
    }

    /// What stands keeps its place, and what others keep, such as NetworkUnavailable, stays as it
    /// is: an order of our own would differ from the stored one for ever. Heartbeats are always
    /// now, transitions only where the status changed.
    static List<NodeCondition> conditions(List<Condition> current, NodeStatus old, Instant now) {
        var byType = new LinkedHashMap<String, NodeCondition>();
        old.getConditions().forEach(known -> byType.put(known.getType(), known));
        for (var condition : current) {
            byType.put(condition.type(), condition(condition, byType.get(condition.type()), now));
        }
        return new ArrayList<>(byType.values());
    }

    private static NodeCondition condition(
            Condition current, @Nullable NodeCondition before, Instant now) {
        var status = current.isTrue() ? "True" : "False";
        var result = new NodeCondition();
        result.setType(current.type());
        result.setStatus(status);
        result.setReason(current.reason());
        result.setMessage(current.message());
        result.setLastHeartbeatTime(time(now));
        result.setLastTransitionTime(
                before != null && before.getStatus().equals(status)
                        ? before.getLastTransitionTime()
                        : time(now));
        return result;
    }

    private static String time(Instant now) {
        return now.truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString();
    }
}
