package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.j8s.cri.v1.HugepageLimit;
import io.j8s.cri.v1.LinuxContainerResources;
import io.j8s.nodeagent.cgroups.CgroupLimits;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/// Requests and limits as the kernel wants them. Pure. upstream: the cm and qos packages.
public final class PodResources {

    private static final long CPU_PERIOD_US = 100_000;
    private static final long CPU_QUOTA_MIN_US = 1_000;
    private static final long SHARES_MIN = 2;
    private static final long SHARES_MAX = 262_144;
    private static final int GUARANTEED_OOM_SCORE = -997;
    private static final int BEST_EFFORT_OOM_SCORE = 1000;

    private PodResources() {}

    public static LinuxContainerResources ofContainer(
            Pod pod, Container container, long memoryCapacity) {
        var resources = effective(pod.getSpec().getResources(), container.getResources());
        var limits = resources.getLimits();
        var requests = resources.getRequests();
        long cpuLimit = milli(limits, "cpu");
        long cpuRequest =
                requests == null || !requests.containsKey("cpu")
                        ? cpuLimit
                        : milli(requests, "cpu");
        var result =
                LinuxContainerResources.newBuilder()
                        .setCpuShares(shares(cpuRequest))
                        .setCpuPeriod(CPU_PERIOD_US)
                        .setCpuQuota(cpuLimit == 0 ? 0 : quota(cpuLimit))
                        .setMemoryLimitInBytes(bytes(limits, "memory"))
                        .setOomScoreAdj(oomScore(pod, container, memoryCapacity));
        if (limits != null) {
            limits.forEach((name, amount) -> {
                if (name.startsWith("hugepages-")) {
                    result.addHugepageLimits(
                            HugepageLimit.newBuilder()
                                    .setPageSize(name.substring(10).replaceFirst("i$", "") + "B")
                                    .setLimit(amount.getNumericalAmount().longValue()));
                }
            });
        }
        return result.build();
    }

    /// A container without a limit of its own may use up to the pod's. upstream: GetLimits.
    static ResourceRequirements effective(
            @Nullable ResourceRequirements ofPod, @Nullable ResourceRequirements ofContainer) {
        var own = ofContainer == null ? new ResourceRequirements() : ofContainer;
        var podLimits = limits(ofPod);
        if (podLimits == null || podLimits.isEmpty()) {
            return own;
        }
        var limits = new LinkedHashMap<String, Quantity>();
        if (own.getLimits() != null) {
            limits.putAll(own.getLimits());
        }
        for (var resource : List.of("cpu", "memory")) {
            if (milli(podLimits, resource) > 0 && milli(limits, resource) == 0) {
                limits.put(resource, podLimits.get(resource));
            }
        }
        return new ResourceRequirementsBuilder(own).withLimits(limits).build();
    }

    /// Bytes; 0 without a limit.
    public static long memoryLimit(Pod pod, Container container) {
        var resources = effective(pod.getSpec().getResources(), container.getResources());
        return bytes(resources.getLimits(), "memory");
    }

    /// What the pod's cgroup gets: sums of its containers, unless the pod itself says.
    public static CgroupLimits ofPod(Pod pod) {
        long cpuRequest = 0;
        long cpuLimit = 0;
        long memoryLimit = 0;
        boolean hasCpuLimits = true;
        boolean hasMemoryLimits = true;
        for (var container : pod.getSpec().getContainers()) {
            var limits = limits(container.getResources());
            long cpu = milli(limits, "cpu");
            long memory = bytes(limits, "memory");
            cpuLimit += cpu;
            memoryLimit += memory;
            hasCpuLimits &= cpu > 0;
            hasMemoryLimits &= memory > 0;
            cpuRequest += milli(requests(container.getResources()), "cpu");
        }
        long sidecarCpu = 0;
        long sidecarCpuLimit = 0;
        long sidecarMemoryLimit = 0;
        long initCpu = 0;
        long initCpuLimit = 0;
        long initMemoryLimit = 0;
        for (var container : pod.getSpec().getInitContainers()) {
            long cpu = milli(requests(container.getResources()), "cpu");
            var limits = limits(container.getResources());
            long cpuMax = milli(limits, "cpu");
            long memoryMax = bytes(limits, "memory");
            hasCpuLimits &= cpuMax > 0;
            hasMemoryLimits &= memoryMax > 0;
            if (PodFacts.isSidecar(container)) {
                sidecarCpu += cpu;
                sidecarCpuLimit += cpuMax;
                sidecarMemoryLimit += memoryMax;
            } else {
                initCpu = Math.max(initCpu, cpu + sidecarCpu);
                initCpuLimit = Math.max(initCpuLimit, cpuMax + sidecarCpuLimit);
                initMemoryLimit = Math.max(initMemoryLimit, memoryMax + sidecarMemoryLimit);
            }
        }
        cpuRequest = Math.max(cpuRequest + sidecarCpu, initCpu);
        cpuLimit = Math.max(cpuLimit + sidecarCpuLimit, initCpuLimit);
        memoryLimit = Math.max(memoryLimit + sidecarMemoryLimit, initMemoryLimit);
        var overhead = pod.getSpec().getOverhead();
        cpuRequest += milli(overhead, "cpu");
        var own = pod.getSpec().getResources();
        if (own != null) {
            long ownCpu = milli(own.getLimits(), "cpu");
            long ownMemory = bytes(own.getLimits(), "memory");
            cpuRequest =
                    own.getRequests() != null && own.getRequests().containsKey("cpu")
                            ? milli(own.getRequests(), "cpu")
                            : cpuRequest;
            hasCpuLimits |= ownCpu > 0;
            hasMemoryLimits |= ownMemory > 0;
            cpuLimit = ownCpu > 0 ? ownCpu : cpuLimit;
            memoryLimit = ownMemory > 0 ? ownMemory : memoryLimit;
        }
        return new CgroupLimits(
                PodQos.of(pod) == PodQos.BEST_EFFORT ? SHARES_MIN : shares(cpuRequest),
                hasCpuLimits && cpuLimit > 0 ? quota(cpuLimit + milli(overhead, "cpu")) : -1,
                CPU_PERIOD_US,
                hasMemoryLimits && memoryLimit > 0 ? memoryLimit + bytes(overhead, "memory") : -1);
    }

    /// What the scheduler counts for a pod.
    public static long requestedMilliCpu(Pod pod) {
        return requested(pod, resources -> milli(requests(resources), "cpu"))
                + milli(pod.getSpec().getOverhead(), "cpu");
    }

    public static long requestedMemory(Pod pod) {
        return requested(pod, resources -> bytes(requests(resources), "memory"))
                + bytes(pod.getSpec().getOverhead(), "memory");
    }

    /// Sidecars run beside the ordinary containers; the other init containers before them, each
    /// beside the sidecars that stand above it. The pod's own figure wins.
    private static long requested(Pod pod, ToLongFunction<@Nullable ResourceRequirements> amount) {
        long own = amount.applyAsLong(pod.getSpec().getResources());
        if (own > 0) {
            return own;
        }
        long sidecars = 0;
        long peak = 0;
        for (var container : pod.getSpec().getInitContainers()) {
            long wanted = amount.applyAsLong(container.getResources());
            if (PodFacts.isSidecar(container)) {
                sidecars += wanted;
                peak = Math.max(peak, sidecars);
            } else {
                peak = Math.max(peak, sidecars + wanted);
            }
        }
        long together = sidecars;
        for (var container : pod.getSpec().getContainers()) {
            together += amount.applyAsLong(container.getResources());
        }
        return Math.max(peak, together);
    }

    /// The directory of a pod's cgroup below the agent's root, as upstream lays them out.
    public static String cgroupOf(Pod pod, String root) {
        var uid = PodFacts.uid(pod);
        return switch (PodQos.of(pod)) {
            case GUARANTEED -> root + "/kubepods/pod" + uid;
            case BURSTABLE -> root + "/kubepods/burstable/pod" + uid;
            case BEST_EFFORT -> root + "/kubepods/besteffort/pod" + uid;
        };
    }

    static long oomScore(Pod pod, Container container, long memoryCapacity) {
        if (isCritical(pod)) {
            return GUARANTEED_OOM_SCORE;
        }
        return switch (PodQos.of(pod)) {
            case GUARANTEED -> GUARANTEED_OOM_SCORE;
            case BEST_EFFORT -> BEST_EFFORT_OOM_SCORE;
            case BURSTABLE -> {
                long request = bytes(requests(container.getResources()), "memory");
                long score = 1000 - 1000 * request / Math.max(1, memoryCapacity);
                yield Math.clamp(score, 1000 + GUARANTEED_OOM_SCORE, BEST_EFFORT_OOM_SCORE - 1);
            }
        };
    }

    /// upstream: IsCriticalPod
    public static boolean isCritical(Pod pod) {
        var priority = pod.getSpec().getPriority();
        return PodFacts.isStatic(pod) || (priority != null && priority >= 2_000_000_000);
    }

    public static long shares(long milliCpu) {
        return Math.clamp(milliCpu * 1024 / 1000, SHARES_MIN, SHARES_MAX);
    }

    private static long quota(long milliCpu) {
        return Math.max(CPU_QUOTA_MIN_US, milliCpu * CPU_PERIOD_US / 1000);
    }

    private static @Nullable Map<String, Quantity> limits(
            @Nullable ResourceRequirements resources) {
        return resources == null ? null : resources.getLimits();
    }

    private static @Nullable Map<String, Quantity> requests(
            @Nullable ResourceRequirements resources) {
        return resources == null ? null : resources.getRequests();
    }

    public static long milli(@Nullable Map<String, Quantity> amounts, String resource) {
        var quantity = amounts == null ? null : amounts.get(resource);
        return quantity == null
                ? 0
                : quantity.getNumericalAmount()
                        .multiply(BigDecimal.valueOf(1000))
                        .setScale(0, RoundingMode.CEILING)
                        .longValue();
    }

    public static long bytes(@Nullable Map<String, Quantity> amounts, String resource) {
        var quantity = amounts == null ? null : amounts.get(resource);
        return quantity == null
                ? 0
                : quantity.getNumericalAmount().setScale(0, RoundingMode.CEILING).longValue();
    }
}
