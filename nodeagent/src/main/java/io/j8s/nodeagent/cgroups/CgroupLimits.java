package io.j8s.nodeagent.cgroups;

/// What one group may use.
///
/// @param cpuShares its weight beside its siblings, 1024 a processor
/// @param cpuQuotaUs processor time in each period, -1 without a limit
/// @param memoryBytes -1 without a limit
public record CgroupLimits(long cpuShares, long cpuQuotaUs, long cpuPeriodUs, long memoryBytes) {}
