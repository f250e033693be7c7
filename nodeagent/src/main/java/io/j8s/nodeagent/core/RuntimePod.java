package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.ContainerStatus;
import io.j8s.cri.v1.PodSandboxNetworkStatus;
import io.j8s.cri.v1.PodSandboxState;
import io.j8s.cri.v1.PodSandboxStatus;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// One pod as the container runtime has it: every sandbox and container that carries its uid, also
/// those that have ended.
///
/// @param sandboxes newest first
/// @param containers newest first
public record RuntimePod(
        String uid, List<PodSandboxStatus> sandboxes, List<ContainerStatus> containers) {

    public static final String LABEL_NAME = "io.kubernetes.pod.name";
    public static final String LABEL_NAMESPACE = "io.kubernetes.pod.namespace";
    public static final String LABEL_UID = "io.kubernetes.pod.uid";
    public static final String LABEL_CONTAINER = "io.kubernetes.container.name";

    public RuntimePod {
        sandboxes =
                sandboxes.stream()
                        .sorted(
                                Comparator.comparingLong(PodSandboxStatus::getCreatedAt)
                                        .thenComparing(PodSandboxStatus::getId)
                                        .reversed())
                        .toList();
        containers =
                containers.stream()
                        .sorted(
                                Comparator.comparingLong(ContainerStatus::getCreatedAt)
                                        .thenComparing(ContainerStatus::getId)
                                        .reversed())
                        .toList();
    }

    public static RuntimePod none(String uid) {
        return new RuntimePod(uid, List.of(), List.of());
    }

    /// As it is now, but for the addresses that its sandboxes had before they were stopped: the
    /// runtime forgets them, the pod's status must not (upstream: PLEG's `getPodIPs`).
    public RuntimePod keepingAddresses(RuntimePod before) {
        var known = new HashMap<String, PodSandboxNetworkStatus>();
        before.sandboxes.forEach(sandbox -> known.put(sandbox.getId(), sandbox.getNetwork()));
        return new RuntimePod(
                uid,
                sandboxes.stream()
                        .map(sandbox ->
                                sandbox.getNetwork().getIp().isEmpty()
                                                && known.containsKey(sandbox.getId())
                                        ? sandbox.toBuilder()
                                                .setNetwork(known.get(sandbox.getId()))
                                                .build()
                                        : sandbox)
                        .toList(),
                containers);
    }

    /// The newest run of a container.
    public Optional<ContainerStatus> container(String name) {
        return containers.stream().filter(found -> nameOf(found).equals(name)).findFirst();
    }

    public Optional<PodSandboxStatus> sandbox() {
        return sandboxes.stream().findFirst();
    }

    /// The sandbox that containers can be started in.
    public Optional<PodSandboxStatus> readySandbox() {
        return sandbox().filter(newest -> newest.getState() == PodSandboxState.SANDBOX_READY);
    }

    /// Where the pod is reached: nowhere before its sandbox is ready, unless it has the node's
    /// network.
    public List<String> ips(Pod pod, List<String> nodeIps) {
        return PodFacts.isHostNetwork(pod)
                ? nodeIps
                : readySandbox().map(RuntimePod::ipsOf).orElse(List.of());
    }

    /// The primary address first; none when the runtime has none, or has forgotten them.
    public static List<String> ipsOf(PodSandboxStatus sandbox) {
        var ips = new ArrayList<String>();
        if (!sandbox.getNetwork().getIp().isEmpty()) {
            ips.add(sandbox.getNetwork().getIp());
        }
        sandbox.getNetwork().getAdditionalIpsList().forEach(more -> ips.add(more.getIp()));
        return ips;
    }

    /// Each sandbox and container with its state, by id: another text when anything has changed.
    public String states() {
        var states = new TreeMap<String, String>();
        sandboxes.forEach(sandbox -> states.put(sandbox.getId(), sandbox.getState().name()));
        containers.forEach(container -> states.put(container.getId(), container.getState().name()));
        return states.toString();
    }

    /// Whether every ordinary container of the pod runs: as long as this lasts, what the runtime
    /// has of the pod is no reason to do anything.
    public boolean runsAllOf(Pod pod) {
        return readySandbox().isPresent()
                && pod.getSpec().getContainers().stream()
                        .allMatch(wanted ->
                                container(wanted.getName())
                                        .filter(RuntimePod::isRunning)
                                        .isPresent());
    }

    public boolean isAnyContainerRunning() {
        return containers.stream().anyMatch(RuntimePod::isRunning);
    }

    public static boolean isRunning(ContainerStatus status) {
        return status.getState() == io.j8s.cri.v1.ContainerState.CONTAINER_RUNNING;
    }

    public static boolean hasExited(ContainerStatus status) {
        return status.getState() == io.j8s.cri.v1.ContainerState.CONTAINER_EXITED;
    }

    public static String nameOf(ContainerStatus status) {
        return status.getLabelsOrDefault(LABEL_CONTAINER, status.getMetadata().getName());
    }
}
