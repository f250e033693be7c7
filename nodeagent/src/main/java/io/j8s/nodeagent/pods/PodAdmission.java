package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodResources;
import io.j8s.nodeagent.core.PodStatuses.Verdict;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Whether a pod that comes new to this node may run on it. Pure. A pod that has run here before is
/// never turned away: after a restart of the agent it is only found again.
///
/// @param hasAppArmor whether the kernel enforces AppArmor profiles
/// @param hasGroupsPolicy whether the runtime knows `supplementalGroupsPolicy`
public record PodAdmission(
        Map<String, Quantity> allocatable, boolean hasAppArmor, boolean hasGroupsPolicy)
        implements PodWorkers.Admission {

    // upstream: sysctl.SafeSysctlAllowlist
    private static final Set<String> SAFE_SYSCTLS =
            Set.of(
                    "kernel.shm_rmid_forced",
                    "net.ipv4.ip_local_port_range",
                    "net.ipv4.tcp_syncookies",
                    "net.ipv4.ping_group_range",
                    "net.ipv4.ip_unprivileged_port_start",
                    "net.ipv4.ip_local_reserved_ports",
                    "net.ipv4.tcp_keepalive_time",
                    "net.ipv4.tcp_fin_timeout",
                    "net.ipv4.tcp_keepalive_intvl",
                    "net.ipv4.tcp_keepalive_probes",
                    "net.ipv4.tcp_rmem",
                    "net.ipv4.tcp_wmem");

    public PodAdmission {
        allocatable = Map.copyOf(allocatable);
    }

    @Override
    public Optional<Verdict> refusal(Pod pod, Collection<Pod> others) {
        var spec = pod.getSpec();
        if (spec.getOs() != null && !"linux".equals(spec.getOs().getName())) {
            return refused(
                    "PodOSNotSupported",
                    "Failed to admit pod as the OS field doesn't match node OS");
        }
        var security = spec.getSecurityContext();
        if (security != null
                && "Strict".equals(security.getSupplementalGroupsPolicy())
                && !hasGroupsPolicy) {
            return refused(
                    "SupplementalGroupsPolicyNotSupported",
                    "SupplementalGroupsPolicy=Strict is not supported in this node");
        }
        if (hasRunBefore(pod)) {
            return Optional.empty();
        }
        return unsafeSysctl(spec).or(() -> appArmor(pod)).or(() -> shortage(pod, others));
    }

    static boolean hasRunBefore(Pod pod) {
        return pod.getStatus() != null && !pod.getStatus().getContainerStatuses().isEmpty();
    }

    private static Optional<Verdict> unsafeSysctl(PodSpec spec) {
        if (spec.getSecurityContext() == null) {
            return Optional.empty();
        }
        return spec.getSecurityContext().getSysctls().stream()
                .map(sysctl -> sysctl.getName().replace('/', '.'))
                .filter(name -> !SAFE_SYSCTLS.contains(name))
                .findFirst()
                .map(name ->
                        new Verdict(
                                "SysctlForbidden",
                                "forbidden sysctl: \"%s\" not allowlisted".formatted(name)));
    }

    private Optional<Verdict> appArmor(Pod pod) {
        if (hasAppArmor || !wantsAppArmor(pod)) {
            return Optional.empty();
        }
        return refused("AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host");
    }

    private static boolean wantsAppArmor(Pod pod) {
        var ofPod = pod.getSpec().getSecurityContext();
        boolean isWantedByPod =
                ofPod != null
                        && ofPod.getAppArmorProfile() != null
                        && !"Unconfined".equals(ofPod.getAppArmorProfile().getType());
        return isWantedByPod
                || PodFacts.allContainers(pod).stream()
                        .map(container -> container.getSecurityContext())
                        .anyMatch(own ->
                                own != null
                                        && own.getAppArmorProfile() != null
                                        && !"Unconfined"
                                                .equals(own.getAppArmorProfile().getType()));
    }

    @Override
    public Optional<Verdict> shortage(Pod pod, Collection<Pod> others) {
        var active =
                others.stream()
                        .filter(other -> !PodFacts.hasEnded(other))
                        .filter(other -> !PodFacts.uid(other).equals(PodFacts.uid(pod)))
                        .toList();
        long maxPods = PodResources.bytes(allocatable, "pods");
        if (active.size() >= maxPods) {
            return outOf("pods", 1, active.size(), maxPods);
        }
        long cpu = active.stream().mapToLong(PodResources::requestedMilliCpu).sum();
        long cpuWanted = PodResources.requestedMilliCpu(pod);
        long cpuMax = PodResources.milli(allocatable, "cpu");
        if (cpuWanted > 0 && cpu + cpuWanted > cpuMax) {
            return outOf("cpu", cpuWanted, cpu, cpuMax);
        }
        long memory = active.stream().mapToLong(PodResources::requestedMemory).sum();
        long memoryWanted = PodResources.requestedMemory(pod);
        long memoryMax = PodResources.bytes(allocatable, "memory");
        if (memoryWanted > 0 && memory + memoryWanted > memoryMax) {
            return outOf("memory", memoryWanted, memory, memoryMax);
        }
        return Optional.empty();
    }

    @Override
    public Map<String, Long> missing(Pod pod, Collection<Pod> others) {
        var missing = new LinkedHashMap<String, Long>();
        var active =
                others.stream()
                        .filter(other -> !PodFacts.hasEnded(other))
                        .filter(other -> !PodFacts.uid(other).equals(PodFacts.uid(pod)))
                        .toList();
        add(missing, "pods", active.size() + 1 - PodResources.bytes(allocatable, "pods"));
        long cpuWanted = PodResources.requestedMilliCpu(pod);
        if (cpuWanted > 0) {
            long cpu = active.stream().mapToLong(PodResources::requestedMilliCpu).sum();
            add(missing, "cpu", cpu + cpuWanted - PodResources.milli(allocatable, "cpu"));
        }
        long memoryWanted = PodResources.requestedMemory(pod);
        if (memoryWanted > 0) {
            long memory = active.stream().mapToLong(PodResources::requestedMemory).sum();
            add(
                    missing,
                    "memory",
                    memory + memoryWanted - PodResources.bytes(allocatable, "memory"));
        }
        return missing;
    }

    private static void add(Map<String, Long> missing, String resource, long amount) {
        if (amount > 0) {
            missing.put(resource, amount);
        }
    }

    private static Optional<Verdict> outOf(String what, long wanted, long used, long capacity) {
        return refused(
                "OutOf" + what,
                "Node didn't have enough resource: %s, requested: %d, used: %d, capacity: %d"
                        .formatted(what, wanted, used, capacity));
    }

    private static Optional<Verdict> refused(String reason, String message) {
        return Optional.of(new Verdict(reason, message));
    }
}
